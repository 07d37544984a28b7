"""Check before `groundwork up` makes anything: all faults are told at once, and nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from cli.aws_errors import code_of, explained
from cli.errors import CommandError
from cli.quotas.needs import needs_of
from cli.quotas.quotas import compare, shortages
from cli.session import Session
from cli.up.images import PlatformImages
from cli.up.rights import refuse_missing_rights
from config.errors import GroundworkError
from config.models.environment.environment import Environment
from config.models.environment.shared import SHARED
from images.docker.cli import Docker
from images.errors import ImageError

RESERVED_DOMAINS = ("example.com", "example.net", "example.org", "example", "test", "invalid", "localhost")
"""Names that nobody can have delegated: https://www.rfc-editor.org/rfc/rfc6761"""

Check = Callable[[], None]


def refuse_unready(sessions: Iterable[Session], images: PlatformImages | None) -> None:
    """Raise one error with every message, before anything has been made."""
    checks: list[Check] = []
    for session in sessions:
        checks += checks_of(session)
    if images:
        checks.append(lambda: refuse_without_docker(images))
    errors = []
    for check in checks:
        try:
            check()
        except GroundworkError as error:
            errors.append(error)
    if errors:
        told = "\n".join(dict.fromkeys(str(error) for error in errors))
        raise CommandError(f"Nothing has been made, for:\n{told}", exit_code=errors[0].exit_code)


def checks_of(session: Session) -> list[Check]:
    """List what concerns one place. On the embedded AWS everybody may do everything, and every domain is delegated."""
    found: list[Check] = [lambda: refuse_foreign_state(session)]
    if session.target.embedded:
        return found
    found.append(lambda: check_rights(session))
    if session.name != SHARED:
        found.append(lambda: refuse_domain(session.environment))
        found.append(lambda: refuse_short_quotas(session))
    return found


def refuse_foreign_state(session: Session) -> None:
    """Raise where the state's bucket is another account's, in another region, or closed."""
    session.store.fault()


def check_rights(session: Session) -> None:
    """Raise where IAM says that rights are missing; say so where it does not tell."""
    region = session.place.region
    unknown = refuse_missing_rights(
        session.place, boto3.client("sts", region_name=region), boto3.client("iam", region_name=region)
    )
    if unknown:
        session.say(unknown)


def refuse_short_quotas(session: Session) -> None:
    """Raise where AWS allows the account less than the code needs; say so where it does not tell."""
    found = list(compare(session.place, needs_of(session.synthesize())))
    for unknown in (compared for compared in found if isinstance(compared, str)):
        session.say(unknown)
    if short := shortages(found):
        raise CommandError("\n".join(short))


def refuse_domain(environment: Environment) -> None:
    """Raise where no certificate can ever be issued for the environment's domain."""
    domain, zone = environment.domain, environment.edge.zone_id
    file = f"environments/{environment.name}.yaml"
    if any(domain == reserved or domain.endswith(f".{reserved}") for reserved in RESERVED_DOMAINS):
        raise CommandError(
            f"{file}: domain: {domain} is reserved for examples and tests, so nobody can have it delegated",
            fix="write a domain of yours, such as dev.acme.io",
        )
    if zone is None:
        return
    try:
        route53 = boto3.client("route53", region_name=environment.region)
        found = route53.get_hosted_zone(Id=zone)["HostedZone"]
    except (BotoCoreError, ClientError) as error:
        if isinstance(error, ClientError) and code_of(error) == "NoSuchHostedZone":
            raise CommandError(
                f"{file}: edge.zone_id: account {environment.account_id} has no zone {zone}",
                fix="write the id of a public zone of this account, or remove zone_id to have one made",
            ) from error
        raise explained(
            error,
            doing=f"look into zone {zone}",
            right=f"route53:GetHostedZone on arn:aws:route53:::hostedzone/{zone}",
            account_id=environment.account_id,
        ) from error
    name = found["Name"].rstrip(".")
    if found["Config"]["PrivateZone"] or not f".{domain}".endswith(f".{name}"):
        kind = "private" if found["Config"]["PrivateZone"] else f"of {name}"
        raise CommandError(
            f"{file}: edge.zone_id: zone {zone} is {kind}, and cannot hold {domain} for the internet",
            fix=f"name a public zone of {domain} or of a domain above it, or remove zone_id to have one made",
        )


def refuse_without_docker(images: PlatformImages) -> None:
    """Raise where images have to be built and nothing can build them."""
    lacking = images.lacking()
    if not lacking:
        return
    try:
        Docker.find()
    except ImageError as error:
        names = ", ".join(sorted({image.name for image in lacking}))
        raise CommandError(f"the registry lacks {names}, and {error}", exit_code=int(error.code)) from error
