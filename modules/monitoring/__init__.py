"""Alert topic, dead man's switch and budget."""
