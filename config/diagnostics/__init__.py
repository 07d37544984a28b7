"""Messages about invalid input: what is wrong, what is allowed, the likely fix."""
