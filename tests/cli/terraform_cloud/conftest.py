"""What these tests share: a Terraform Cloud of this machine."""

from __future__ import annotations

from tests.terraform_cloud.fixtures import certificate, cloud, cloud_checkout, cloud_place, program

__all__ = ["certificate", "cloud", "cloud_checkout", "cloud_place", "program"]
