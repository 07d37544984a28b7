"""The steps of `groundwork up`: each explains itself, and is taken by the functions of the other commands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from cli.deploy.commands import deploy_stacks
from cli.session import Session
from cli.up.cost import monthly_cost
from cli.up.images import PlatformImages
from cli.up.interruption import ended_at_once
from config.models.environment.shared import SHARED

OpenPlace = Callable[[str], Session]


@dataclass(frozen=True)
class Step:
    """One step; `asks` where it asks by itself before it changes anything."""

    title: str
    explanation: str
    is_done: Callable[[], bool]
    take: Callable[[], None]
    asks: bool = False


def steps_of(
    names: Sequence[str], open_place: OpenPlace, images: PlatformImages | None, *, yes: bool, lock_timeout: int
) -> Iterator[Step]:
    """List the steps in order: of each place its state, then its stacks; the images once they have a registry."""
    for name in names:
        yield state_step(name, open_place)
        yield stacks_step(name, open_place, yes=yes, lock_timeout=lock_timeout)
        if name == SHARED and images:
            yield images_step(images)


def state_step(name: str, open_place: OpenPlace) -> Step:
    """Set up where Terraform keeps what it knows of a place."""

    def is_done() -> bool:
        session = open_place(name)
        return not (session.faults() or session.gaps())

    def take() -> None:
        session = open_place(name)
        for line in (*session.bootstrap(), *session.set_opensearch_ceiling()):
            session.say(line)

    explanation = (
        "Terraform writes down here what it has made. In S3 that is a bucket of its own: versioned, encrypted, closed "
        "to the public, over TLS alone; old versions expire."
    )
    return Step(f"the state of {name}", explanation, is_done, take)


def stacks_step(name: str, open_place: OpenPlace, *, yes: bool, lock_timeout: int) -> Step:
    """Deploy all stacks of a place."""

    def take() -> None:
        session = open_place(name)
        if name != SHARED and (cost := monthly_cost(session)):
            session.say(cost)
        deploy_stacks(session, None, yes=yes, prune=False, lock_timeout=lock_timeout)

    explanation = (
        "A repository in ECR for each image, and the roles of GitHub's workflows where you have configured them."
        if name == SHARED
        else "The network, the cluster, the edge, databases, monitoring and the services: 15 to 30 minutes at first. "
        "The certificate waits until your domain is delegated; the records to enter are told when they are known."
    )
    return Step(f"the stacks of {name}", explanation, lambda: False, take, asks=True)


def images_step(images: PlatformImages) -> Step:
    """Publish the platform's images."""

    def take() -> None:
        with ended_at_once():
            images.publish()

    explanation = "Prometheus, Grafana and the rest, built by Docker on this machine and pushed to the registry."
    return Step("the platform's images", explanation, lambda: not images.lacking(), take)
