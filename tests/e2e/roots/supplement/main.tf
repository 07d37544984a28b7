# Everything the supplement adds to the embedded AWS, and what the platform's stacks build on: see
# tests/e2e/test_supplement.py. One root, because the provider's own waits dominate and run in parallel.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }

  backend "s3" {
    bucket         = "state"
    key            = "supplement.tfstate"
    region         = "eu-west-1"
    encrypt        = true
    use_lockfile   = true
    use_path_style = true
  }
}

provider "aws" {
  region            = "eu-west-1"
  max_retries       = 5
  s3_use_path_style = true

  default_tags {
    tags = {
      "groundwork:environment" = "test"
      "groundwork:managed-by"  = "groundwork"
    }
  }
}

locals {
  zones = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
}

data "aws_caller_identity" "current" {}

resource "aws_kms_key" "main" {
  enable_key_rotation     = true
  deletion_window_in_days = 7

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Account"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "Logs"
        Effect    = "Allow"
        Principal = { Service = "logs.eu-west-1.amazonaws.com" }
        Action    = ["kms:Encrypt*", "kms:Decrypt*", "kms:GenerateDataKey*"]
        Resource  = "*"
      },
    ]
  })
}

resource "aws_kms_alias" "main" {
  name          = "alias/main"
  target_key_id = aws_kms_key.main.key_id
}
