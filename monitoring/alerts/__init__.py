"""The alerts that come with the platform: tables, and the rule files that Prometheus loads."""
