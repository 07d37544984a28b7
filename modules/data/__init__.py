"""Databases and secrets."""
