"""The settings of an environment's file."""
