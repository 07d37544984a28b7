"""The dashboards that come with the platform: tables, and the JSON that Grafana reads.

They are rendered by hand (`make dashboards`) and committed: nothing that a deploy runs needs what renders them. None
depends on an environment or on its services, so that a changed service is a new image of Prometheus alone.
"""
