"""The `groundwork` command: everything around cdktf that a person types."""
