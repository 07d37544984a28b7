"""The store of an environment's Terraform states: an S3 bucket or Terraform Cloud."""
