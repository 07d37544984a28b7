"""Numbers of tasks, and what moves them."""
