"""The ECS cluster, task definitions and services."""
