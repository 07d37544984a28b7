"""`groundwork database`: restores a service's database, and opens ways to it."""
