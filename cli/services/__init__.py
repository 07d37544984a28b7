"""`groundwork service`, `release`, `run` and `secret`."""
