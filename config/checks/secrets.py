"""Secrets between files: who shares whose, and what an environment's account can read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from config.diagnostics.suggestions import did_you_mean
from config.models.environment.environment import Environment
from config.models.environment.secret_sources import secret_sources
from config.models.service.service import Service
from config.source.located import Located
from config.source.problem import Problem


def secret_conflicts(
    environment: Located[Environment], services: Sequence[Located[Service]], *, broken: Collection[str] = ()
) -> Iterator[Problem]:
    """Find what is shared and not there, and what another account could not hand over. `broken` files are reported."""
    known = {written.settings.name: written.settings for written in services}
    for written in services:
        for source in secret_sources(environment.settings, written.settings):
            if source.owner and source.name and source.owner not in (written.settings.name, *broken):
                yield from _not_shared(written, source.field, source.owner, source.name, known)
        yield from _foreign(environment, written)


def _not_shared(
    written: Located[Service], field: str, owner: str, name: str, known: Mapping[str, Service]
) -> Iterator[Problem]:
    other = known.get(owner)
    names = sorted({its.name for its in other.secrets.values() if its.name and not its.of} if other else set())
    if name in names:
        return
    holders = sorted(one.name for one in known.values() if any(its.name and not its.of for its in one.secrets.values()))
    field = f"{field}.{'name' if other else 'of'}"
    yield written.problem(
        field,
        message=f"{field}: {owner} has no secret {name}"
        if other
        else f"{field}: there is no {written.node.file.parent / f'{owner}.yaml'}",
        allowed=", ".join(names if other else holders) or "none yet",
        fix=did_you_mean(name, names)
        or did_you_mean(owner, holders)
        or f"add `{name.replace('-', '_').upper()}: {name}` under `secrets:` of {owner}.yaml",
    )


def _foreign(environment: Located[Environment], written: Located[Service]) -> Iterator[Problem]:
    """Yield a secret of another account without its key: AWS' default key lets no other account in.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples_cross.html
    """
    account = environment.settings.account_id
    for source in secret_sources(environment.settings, written.settings):
        if source.account != account and source.kms_key is None:
            yield written.problem(
                source.field,
                message=f"{source.field}: it is in account {source.account}, and its key is not said: a secret under "
                "AWS' default key can be read in its own account only",
                conflicts_with=environment.place("account_id"),
                allowed=f"a secret of account {account}, or `kms_key:` with the ARN of its own key",
                fix="write it as fields, with `kms_key:` among them, or another ARN under `environments:`",
            )
