"""The settings of a service's file."""
