# The smallest ECS service that Terraform waits for: see tests/e2e/test_rollback.py.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}

provider "aws" {
  region      = "eu-west-1"
  max_retries = 2
}

variable "release" {
  type    = string
  default = "1"
}

resource "aws_ecs_cluster" "main" {
  name = "main"
}

resource "aws_ecs_task_definition" "main" {
  family                = "orders"
  container_definitions = jsonencode([{ name = "app", image = "app:${var.release}", memory = 128 }])
  skip_destroy          = true # else Terraform deregisters the revision that ECS rolls back to
}

resource "aws_ecs_service" "main" {
  name                  = "orders"
  cluster               = aws_ecs_cluster.main.arn
  task_definition       = aws_ecs_task_definition.main.arn
  desired_count         = 2
  launch_type           = "EC2"
  wait_for_steady_state = true

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
}
