"""The exporter beside every task."""
