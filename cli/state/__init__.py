"""Where an environment keeps its Terraform states: an S3 bucket or Terraform Cloud."""
