"""`groundwork cost` and `groundwork prices`."""
