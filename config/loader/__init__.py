"""The whole platform, loaded from a checkout's YAML files."""
