"""Fields of an environment about Grafana and the storage of metrics."""
