"""Dashboards as Grafana's JSON."""
