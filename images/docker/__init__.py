"""Docker's command line."""
