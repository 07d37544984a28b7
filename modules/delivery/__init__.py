"""IAM roles for GitHub, permissions boundaries and ECR repositories."""
