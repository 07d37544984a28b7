"""Import of a compose file."""
