"""A service's part of AWS: its rights, buckets, queues, cache and stored secrets."""
