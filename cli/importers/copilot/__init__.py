"""Import of an AWS Copilot workspace."""
