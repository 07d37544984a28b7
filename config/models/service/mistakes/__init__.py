"""Mistakes of a service as a whole: its fields held against each other."""
