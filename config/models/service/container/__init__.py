"""The containers of a service's task: their ports, what they may use, and what stands beside the service's own."""
