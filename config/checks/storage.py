"""Buckets, queues and caches between files: who shares whose, and that each gets a name of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from config.diagnostics.suggestions import did_you_mean
from config.models.environment.environment import Environment
from config.models.service.relations import stored
from config.models.service.service import Service
from config.source.located import Located
from config.source.problem import Problem

LONGEST_BUCKET = 63  # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html


def storage_conflicts(environment: Located[Environment], services: Sequence[Located[Service]]) -> Iterator[Problem]:
    """Find what is shared and not there, and names of buckets that are too long or somebody else's."""
    by_name = {service.settings.name: service for service in services}
    taken: dict[str, Located[Service] | None] = {environment.settings.state_bucket: None}
    for service in services:
        for path, its in stored(service.settings).items():
            if its.of:
                yield from _not_shared(service, path, its.of, by_name)
        for name, bucket in service.settings.buckets.items():
            if bucket.of is None:
                yield from _bad_bucket(environment.settings, service, name, taken)


def _not_shared(
    service: Located[Service], path: str, owner: str, by_name: Mapping[str, Located[Service]]
) -> Iterator[Problem]:
    other = by_name.get(owner)
    theirs = stored(other.settings).get(path) if other else None
    if owner == service.settings.name:
        message, allowed, fix = "it is its own", "another service", "remove `of:`"
    elif other is None:
        names = sorted(by_name.keys() - {service.settings.name})
        message, allowed = f"there is no service {owner}", ", ".join(names) or "no other service is here"
        fix = did_you_mean(owner, names) or "name the service that has it"
    elif theirs is None:
        had = [its for its in stored(other.settings) if its.partition(".")[0] == path.partition(".")[0]]
        message, allowed = f"{owner} has no {path}", ", ".join(had) or f"what {owner}.yaml has"
        empty = "{path: …}" if path.startswith("volumes.") else "{}"
        fix = f"add `{path.replace('.', ': {')}: {empty}" + ("}" if "." in path else "") + f"` to {owner}.yaml"
    elif theirs.of:
        message, allowed = f"{owner} itself uses that of {theirs.of}", f"of: {theirs.of}"
        fix = f"write {theirs.of}"
    else:
        return
    yield service.problem(f"{path}.of", message=f"{path}.of: {message}", allowed=allowed, fix=fix)


def _bad_bucket(
    environment: Environment, service: Located[Service], name: str, taken: dict[str, Located[Service] | None]
) -> Iterator[Problem]:
    full = environment.bucket(f"{service.settings.name}-{name}")
    if (over := len(full) - LONGEST_BUCKET) > 0:
        yield service.problem(
            f"buckets.{name}",
            message=f"buckets.{name}: {full} has {len(full)} characters",
            allowed=f"{LONGEST_BUCKET} for organization, environment, service and this name together",
            fix=f"choose a name that is {over} shorter",
        )
    elif full in taken:
        other = taken[full]
        yield service.problem(
            f"buckets.{name}",
            message=f"buckets.{name}: {full} is already "
            + (f"a bucket of {other.settings.name}" if other else "the bucket of the Terraform states"),
            allowed="a bucket of its own",
            fix="choose another name",
        )
    taken[full] = service
