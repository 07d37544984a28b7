"""The configuration of Prometheus, Alertmanager, Grafana and the exporters. Imports config/ alone."""
