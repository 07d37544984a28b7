"""The expected usage of an environment in a month, which `groundwork cost` multiplies with prices."""

from __future__ import annotations

from pydantic import Field

from config.models.settings import Settings

_SERVICE = "of each service; usage.services names those that differ"


class ServiceUsage(Settings):
    """One service that differs from what `usage:` says of each."""

    requests_per_second: float | None = Field(
        default=None, ge=0, le=1_000_000, description="Through the load balancer, on average while it runs."
    )
    response_kib: float | None = Field(default=None, ge=0, le=1_000_000, description="The size of an average answer.")
    average_tasks: float | None = Field(
        default=None, ge=0, le=1000, description="Tasks that run on average, where that is known better."
    )
    log_gb_per_day: float | None = Field(default=None, ge=0, le=100_000, description="What it writes to its log.")


class Usage(Settings):
    """Estimates for `groundwork cost`; nothing that is deployed depends on them. The card says which are defaults."""

    requests_per_second: float = Field(
        default=10, ge=0, le=1_000_000, description=f"Through the load balancer, on average while it runs: {_SERVICE}."
    )
    response_kib: float = Field(
        default=10, ge=0, le=1_000_000, description=f"The size of an average answer: {_SERVICE}."
    )
    request_kib: float = Field(default=1, ge=0, le=1_000_000, description="The size of an average request.")
    new_connections_per_request: float = Field(
        default=0.2, ge=0, le=1, description="0.2 means five requests on each connection."
    )
    log_gb_per_day: float = Field(
        default=0.5, ge=0, le=100_000, description=f"What a service writes to its log: {_SERVICE}."
    )
    platform_log_gb: float = Field(
        default=4, ge=0, le=1_000_000, description="Logs of the platform and of databases in CloudWatch, a month."
    )
    log_search_gb: float = Field(
        default=20, ge=0, le=10_000_000, description="What queries read of logs in CloudWatch, a month."
    )
    nat_gb: float = Field(default=100, ge=0, le=10_000_000, description="Through NAT, both directions, a month.")
    flow_log_gb: float = Field(
        default=100, ge=0, le=10_000_000, description="The record of connections, a month; it grows with their number."
    )
    cross_zone_gb: float = Field(
        default=40, ge=0, le=10_000_000, description="Between zones, such as from tasks to a database, a month."
    )
    endpoint_gb: float = Field(
        default=50, ge=0, le=10_000_000, description="Through interface endpoints, where there are any, a month."
    )
    backup_gb: float = Field(
        default=0, ge=0, le=10_000_000, description="Backups of a database beyond the size of its storage."
    )
    image_gb: float = Field(
        default=7, ge=0, le=1_000_000, description="Images in ECR that stay: what is released, and the platform's."
    )
    image_gb_per_day: float = Field(
        default=0.1, ge=0, le=10_000, description="New layers pushed a day; they stay for `registry_unreleased_days`."
    )
    bucket_gb: float = Field(default=10, ge=0, le=10_000_000, description="What a bucket or table of a service holds.")
    cache_gb: float = Field(default=0.1, ge=0, le=100_000, description="What a cache of a service holds on average.")
    million_operations: float = Field(
        default=1, ge=0, le=1_000_000, description="Reads, writes or messages of each queue, table or cache, a month."
    )
    sent_series: float = Field(
        default=10_000,
        ge=0,
        le=100_000_000,
        description="Series that `monitoring.remote_write` sends, where it is written.",
    )
    deploys: float = Field(default=20, ge=0, le=10_000, description="Deploys a month, of whatever part.")
    task_minutes: float = Field(default=5, ge=0, le=44_640, description="How long a scheduled job or a one-off runs.")
    services: dict[str, ServiceUsage] = Field(
        default_factory=dict, description="By the service's name, what differs from the above."
    )

    def requests(self, service: str) -> float:
        """Return requests a second of a service that answers through the load balancer."""
        own = self.services.get(service, ServiceUsage()).requests_per_second
        return self.requests_per_second if own is None else own

    def answer_kib(self, service: str) -> float:
        """Return the size of a service's average answer."""
        own = self.services.get(service, ServiceUsage()).response_kib
        return self.response_kib if own is None else own

    def log_gb(self, service: str) -> float:
        """Return what a service writes to its log in a day."""
        own = self.services.get(service, ServiceUsage()).log_gb_per_day
        return self.log_gb_per_day if own is None else own

    def tasks(self, service: str) -> float | None:
        """Return how many tasks of a service run on average, where the YAML says."""
        return self.services.get(service, ServiceUsage()).average_tasks

    @property
    def defaults(self) -> dict[str, float]:
        """The estimates that nobody wrote."""
        fields = [name for name in type(self).model_fields if name != "services"]
        return {name: getattr(self, name) for name in fields if name not in self.model_fields_set}
