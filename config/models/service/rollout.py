"""Time limits of a service's rollout, and how it lets its old tasks go."""

from __future__ import annotations

from pydantic import Field

from config.models.settings import Settings


class Rollout(Settings):
    """The time that a deploy waits for a rollout, and watches its new tasks.

    A service's file says otherwise; an environment has no value of its own.
    """

    watch_s: int = Field(
        default=90,
        ge=0,
        le=1800,
        description="How long its tasks must keep running after ECS calls the deployment completed; "
        "one that stops by itself within it rolls the service back.",
    )
    timeout_minutes: int = Field(
        default=30, ge=5, le=240, description="How long ECS may take to call the deployment completed."
    )
    deregistration_delay_s: int = Field(
        default=20,
        ge=0,
        le=90,
        description="How long a task goes on serving after its address has left the DNS, until it gets SIGTERM; "
        "internal only. Longer than its callers keep an address: the DNS 10 s, an older JVM 30 s.",
    )
