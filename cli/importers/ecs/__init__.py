"""Import of ECS task definitions, from files and from a cluster."""
