"""Deployable units: each is one Terraform state, composed of modules."""

import modules  # noqa: F401  registers the provider package before the first stack imports from it
