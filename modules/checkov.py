"""Findings of checkov that are accepted, each beside the resource that it is about."""

from __future__ import annotations

from cdktf import TerraformResource


def skip(resource: TerraformResource, check_id: str, reason: str) -> None:
    """Accept one finding on one resource, and say why.

    Terraform passes over the key `//`, so the reason travels in the synthesized JSON as a comment. checkov reads
    no skips from Terraform's JSON: whoever runs it takes them from there.
    """
    resource.add_override(f"//.checkov.{check_id}", reason)
