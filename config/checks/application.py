"""Services of one application: whether what one of them names exists, and can be shared."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from config.diagnostics.suggestions import did_you_mean
from config.models.service.application import ImageOf
from config.models.service.relations import database_owner
from config.models.service.service import Service
from config.source.located import Located
from config.source.problem import Problem


def application_conflicts(services: Sequence[Located[Service]], *, broken: Collection[str] = ()) -> Iterator[Problem]:
    """Find every image and database of another service that is not there. `broken` files have been reported."""
    known = {written.settings.name: written.settings for written in services}
    for written in services:
        service = written.settings
        if isinstance(service.image, ImageOf) and service.image.of not in (service.name, *broken):
            yield from _image(written, service.image.of, known)
        if service.database and (owner := service.database.of) and owner not in (service.name, *broken):
            yield from _database(written, owner, known)
        if len(service.before) > 1 and not set(service.before) - known.keys():
            yield from _prepared(written, [known[name] for name in service.before], [*known.values()])


def _image(written: Located[Service], name: str, known: Mapping[str, Service]) -> Iterator[Problem]:
    usable = sorted(
        other.name for other in known.values() if other.repository == other.name and other.public_image is None
    )
    usable = [other for other in usable if other != written.settings.name]
    if name in usable:
        return
    owner = known.get(name)
    if owner is None:
        reason, fix = f"there is no {written.node.file.parent / f'{name}.yaml'}", did_you_mean(name, usable)
    elif owner.public_image is not None:
        reason, fix = f"{name} runs {owner.public_image}", f"write `image: {owner.public_image}`"
    else:
        reason, fix = f"{name} runs the image of {owner.repository}", f"write `image: {{of: {owner.repository}}}`"
    yield written.problem(
        "image.of",
        message=f"image.of: {name} has no image of its own: {reason}",
        allowed=", ".join(usable) or "no other service yet",
        fix=fix or f"remove it, or write {name}.yaml",
    )


def _database(written: Located[Service], name: str, known: Mapping[str, Service]) -> Iterator[Problem]:
    usable = sorted(other.name for other in known.values() if other.own_database)
    if name in usable:
        return
    owner = known.get(name)
    if owner is None:
        reason, fix = f"there is no {written.node.file.parent / f'{name}.yaml'}", did_you_mean(name, usable)
    elif owner.database:
        reason, fix = f"it uses that of {owner.database.of}", f"write `of: {owner.database.of}`"
    else:
        reason, fix = f"{name}.yaml has no `database:`", f"add `database: {{}}` to {name}.yaml"
    yield written.problem(
        "database.of",
        message=f"database.of: {name} has no database of its own: {reason}",
        allowed=", ".join(usable) or "no service has one yet",
        fix=fix or "write `database: {}` in one of them",
    )


def _prepared(written: Located[Service], prepared: Sequence[Service], services: Sequence[Service]) -> Iterator[Problem]:
    job, first = written.settings, prepared[0]
    for position, other in enumerate(prepared):
        if job.image is None and other.repository != first.repository:
            yield written.problem(
                f"before.{position}",
                "before",
                message=f"before: {first.name} runs the image of {first.repository}, and {other.name} that of "
                f"{other.repository}; which one {job.name} runs is not said",
                allowed="services of one image, or `image:` here",
                fix=f"add `image: {{of: {first.repository}}}`",
            )
        owners = [database_owner(one, services) for one in (first, other) if one.database]
        if job.database is None and len(set(owners)) > 1:
            yield written.problem(
                f"before.{position}",
                "before",
                message=f"before: {first.name} uses the database of {owners[0]}, and {other.name} that of {owners[1]}; "
                f"which one {job.name} uses is not said",
                allowed="services of one database, or `database:` here",
                fix=f"add `database: {{of: {owners[0]}}}`",
            )
