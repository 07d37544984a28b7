"""Terraform and cdktf as processes, their states' locks, and what no state knows."""
