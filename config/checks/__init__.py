"""Rules between files: each file is valid, and together they conflict."""
