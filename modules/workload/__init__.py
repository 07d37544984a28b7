"""A service's tasks, and what keeps them running."""
