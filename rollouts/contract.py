"""Requests to the function and its answers: what Terraform and the command line write, and what it reads."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict


class ShowRequest(TypedDict):
    """Say how the rollout of a service stands."""

    do: Literal["show"]
    cluster: str
    service: str
    watch_s: int
    timeout_s: int


class JudgeRequest(TypedDict):
    """Wait for the verdict on a service's rollout; `service_id` is not read, a service made anew is another request."""

    do: Literal["judge"]
    cluster: str
    service: str
    service_id: str
    task_definition: str
    log_group: str
    log_class: NotRequired[str]
    """Where one was chosen: `standard` or `infrequent-access`."""
    least_tasks: int
    watch_s: int
    timeout_s: int
    last: NotRequired[bool]
    """Whether no further invocation can go on with it; whoever invokes the function adds it."""


class RunRequest(TypedDict):
    """Run a task to its end. Without `record` it is done again however often it has been done."""

    do: Literal["run"]
    cluster: str
    task_definition: str
    family: str
    container: str
    log_group: str
    log_class: NotRequired[str]
    subnets: str
    """Their ids, with commas between."""
    security_group: str
    work: str
    timeout_s: int
    record: NotRequired[str]
    database: NotRequired[str]
    last: NotRequired[bool]


class RestartRequest(TypedDict):
    """Restart the services whose tasks began before their database's password changed."""

    do: Literal["restart"]
    cluster: str


class NegativeTtlRequest(TypedDict):
    """Let resolvers remember for no longer than this that a name of the namespace has no address."""

    do: Literal["limit-negative-ttl"]
    namespace: str
    most_s: int


class ShownDeployment(TypedDict):
    """One deployment of a service."""

    revision: str
    status: str
    state: str
    running: int
    pending: int
    failed: int


class ShownEvent(TypedDict):
    """One of ECS' events, at an ISO 8601 time."""

    at: str
    message: str


class Shown(TypedDict):
    """The answer to a ShowRequest."""

    verdict: Literal["shown"]
    service: str
    tasks_wanted: int
    seconds_left: int
    deployments: list[ShownDeployment]
    events: list[ShownEvent]
