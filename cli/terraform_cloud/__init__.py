"""Terraform Cloud from the command line: its API, the workspaces, their rights in AWS, and the state in them."""
