"""Prometheus, Alertmanager, Grafana and the exporters as ECS services."""
