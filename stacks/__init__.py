"""Deployable units: each is one Terraform state, composed of modules."""
