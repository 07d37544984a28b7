"""Requests for previews, checked before anything is done."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from hashlib import sha256
from typing import get_args

from cli.errors import UsageError
from cli.previews.stored import StoredPreview
from config.diagnostics.suggestions import did_you_mean
from config.loader.platform import Deployment
from config.loader.release_place import release_place
from config.loader.releases import check_tag
from config.models.environment.previews import Previews
from config.models.image_reference import is_tagged
from config.models.preview import Preview, PreviewedService, PreviewName
from config.models.service.kinds import Kind
from config.models.service.service import Service

LONGEST_NAME = 20
COMMANDS = ("list", "make", "remove", "sweep")
_PATTERN, _IN_WORDS = get_args(PreviewName)[1], get_args(PreviewName)[2]


def check_name(name: str) -> str:
    """Refuse what no preview can be called, and the names of the commands."""
    if name in COMMANDS or not re.fullmatch(_PATTERN.pattern, name) or len(name) > _PATTERN.max_length:
        raise UsageError(
            f"{name}: no preview can be called so",
            allowed=f"{_IN_WORDS.json_schema_extra['patternErrorMessage']}; not {', '.join(COMMANDS)}",
        )
    return name


def preview_name(service: str, number: int) -> str:
    """Name the preview of a pull request after its service and number, cut where it would be too long."""
    name = f"{service}-{number}"
    if len(name) <= LONGEST_NAME:
        return name
    end = f"-{sha256(service.encode()).hexdigest()[:4]}-{number}"
    return f"{service[: LONGEST_NAME - len(end)].rstrip('-')}{end}"


def environment_of(deployments: Sequence[Deployment], named: str | None) -> str:
    """Choose the environment that previews belong to: the one named, or the only one that has any."""
    allowed = [found.environment.name for found in deployments if found.environment.previews]
    if not allowed:
        raise UsageError("no environment has previews", fix="write `previews: {}` into environments/dev.yaml")
    if named is None and len(allowed) == 1:
        return allowed[0]
    if named in allowed:
        return named
    what = f"{named} has no previews" if named else "several environments have previews"
    raise UsageError(what, allowed=", ".join(allowed), fix=f"--environment {allowed[0]}")


def asked_preview(
    deployment: Deployment, name: str, asked: Sequence[str], *, today: date, others: Sequence[StoredPreview] = ()
) -> Preview:
    """Read SERVICE=TAG of each service, and refuse what cannot be previewed beside the other previews."""
    settings = deployment.environment.previews or Previews()
    services = {service.name: service for service in deployment.services}
    tags: dict[str, str] = {}
    for word in (part for words in asked for part in words.split()):
        service, separator, tag = word.partition("=")
        if not (separator and tag):
            raise UsageError(f"--service {word}: has the wrong form", fix=f"--service {service}=TAG")
        if service not in services:
            known = sorted(one.name for one in deployment.services if one.kind.keeps_running)
            raise UsageError(
                f"--service {word}: there is no service {service}",
                allowed=", ".join(known),
                fix=did_you_mean(service, known) or "choose one of these",
            )
        check_tag(release_place(deployment.environment.name, service), tag)
        _refuse_unpreviewable(services[service])
        if service in tags:
            raise UsageError(f"--service {word}: {service} is named twice", fix="choose one tag")
        tags[service] = tag
    if not tags:
        raise UsageError("a preview of what?", fix="name a service and its tag: --service orders=v7")
    expires = today + timedelta(days=settings.max_age_days)
    taken = tuple(number for other in others for number in other.priorities)
    preview = Preview(name=name, services=tags, expires=expires, taken=taken)
    _refuse_taken_hosts(deployment, preview, settings, others)
    return preview


def _refuse_unpreviewable(service: Service) -> None:
    if not service.kind.keeps_running:
        raise UsageError(
            f"{service.name} is a {service.kind}, and previews have no jobs",
            allowed="services of kind public-web, internal and worker",
        )
    image = service.public_image
    if image and ("@" in image or not is_tagged(image)):
        raise UsageError(
            f"{service.name} runs {image}, which has no tag that another could take the place of",
            fix=f"write `image:` with a tag in service_configs/{service.name}.yaml",
        )


def _refuse_taken_hosts(
    deployment: Deployment, preview: Preview, settings: Previews, others: Sequence[StoredPreview]
) -> None:
    environment = deployment.environment
    hosts = {
        host: one.name
        for one in deployment.services
        if (route := one.route)
        for conditions in route.all_conditions
        for host in environment.hostnames(conditions.host)
    }
    hosts |= {host: f"preview {other.name}" for other in others for host in other.hosts.values()}
    for service in preview.of(deployment.services, settings):
        host = service.route and environment.hostname(service.route.host[0])
        if host in hosts:
            raise UsageError(f"{host} is already the host of {hosts[host]}", fix="give the preview another name")


def notes(deployment: Deployment, preview: Preview) -> list[str]:
    """Say what a preview shares with its environment, and what it leaves out."""
    settings, environment = deployment.environment.previews or Previews(), deployment.environment
    made = preview.of(deployment.services, settings)
    return [line for service in made for line in _notes(service, deployment, preview)] + [
        f"Its log is in CloudWatch for {settings.log_retention_days} days; Prometheus does not scrape it, nothing "
        "alarms, and one task of each service runs.",
        f"It is removed after {preview.expires.isoformat()}; all else that it calls is {environment.name}'s own.",
    ]


def _notes(service: PreviewedService, deployment: Deployment, preview: Preview) -> list[str]:
    environment, told = deployment.environment, []
    inside = f"{service.name}.app.local:{service.port}" if service.port else None
    if service.route:
        told.append(f"{service.original}: https://{environment.hostname(service.route.host[0])}")
    elif inside:
        callers = sorted(one.name for one in deployment.services if service.original in one.called)
        through = f"; preview {' or '.join(callers)} too to try it from outside" if callers else ""
        only = "" if set(callers) & preview.services.keys() else through
        told.append(f"{service.original}: {inside}, from inside only{only}")
    if service.secrets:
        told.append(f"{service.original} reads the secrets of {environment.name}.")
    if service.database:
        told.append(f"{service.original} uses the database of {environment.name}: what it writes there stays.")
    told += [
        f"{job.name} is not run: the database stays as {environment.name}'s own {service.original} needs it."
        for job in deployment.services
        if service.original in job.before
    ]
    if service.kind is Kind.WORKER:
        told.append(f"{service.original} takes its work beside that of {environment.name}: both take from the same.")
    return told


def described(tags: Mapping[str, str]) -> str:
    """Join services and their tags as they were asked for."""
    return ", ".join(f"{service}={tag}" for service, tag in tags.items())
