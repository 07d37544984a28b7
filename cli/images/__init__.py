"""`groundwork images`."""
