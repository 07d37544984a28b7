"""`groundwork picture`: the design of an environment, drawn from its YAML."""
