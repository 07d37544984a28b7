"""`groundwork up`: the first day of an environment in one command."""
