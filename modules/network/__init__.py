"""The VPC, its subnets, endpoints and access lists."""
