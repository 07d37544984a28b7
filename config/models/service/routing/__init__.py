"""The rules of the load balancer by which requests come to a service."""
