"""The effect of a change: the stacks that it affects, and Terraform's plans of them in words."""
