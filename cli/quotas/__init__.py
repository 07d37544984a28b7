"""Quotas of an AWS account, compared with what the synthesized code needs."""
