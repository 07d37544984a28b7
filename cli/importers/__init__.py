"""Importers: service files from what a team has already, such as a compose file or a task definition."""
