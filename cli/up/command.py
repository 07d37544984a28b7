"""`groundwork up`: check, then the state, the registry, the images and the stacks, each explained before it is made."""

from __future__ import annotations

import os
import sys
from dataclasses import replace

import boto3
from rich.console import Console

from cli.errors import UsageError
from cli.images.commands import Platforms
from cli.options import Environment, Local, LockTimeout, Yes, confirm
from cli.root import root
from cli.session import Session, find_place, open_session
from cli.target import is_embedded
from cli.up.checks import refuse_unready
from cli.up.images import PlatformImages, has_registry
from cli.up.interruption import told_when_stopped
from cli.up.steps import OpenPlace, steps_of
from config.models.environment.shared import SHARED
from images.platform_builds import PLATFORMS

console = Console()


def up(
    environment: Environment,
    local: Local = False,
    yes: Yes = False,
    platform: Platforms = None,
    lock_timeout: LockTimeout = 600,
) -> None:
    """Set up an account and deploy an environment, from nothing. Stop it at any point, and run it again to go on.

    First it only looks whether all can be made: the account, your rights, the bucket's name, Docker, the domain. Then
    it explains and takes each step: the state, the registry, the images, the stacks. What is there is left alone.
    """
    if not (yes or local or is_embedded(os.environ) or sys.stdin.isatty()):
        # Otherwise the first question would come when half is made.
        raise UsageError("nobody is here to answer", fix="add --yes")
    with told_when_stopped():
        open_place = opener(local=local)
        first = open_place(environment)
        first.say(f"AWS: {first.target.description}, {first.place.region}\n{first.terraform.summary}")
        names = places_of(first)
        images = images_of(open_place(SHARED), environment, platform) if SHARED in names else None
        refuse_unready([open_place(name) for name in names], images)
        first.say("All there: the account, the rights, and what has to be made can be made.")
        steps = list(steps_of(names, open_place, images, yes=yes or first.target.embedded, lock_timeout=lock_timeout))
        for number, step in enumerate(steps, start=1):
            first.say(f"\nStep {number} of {len(steps)}: {step.title}")
            if step.is_done():
                first.say("  It is there already.")
                continue
            first.say(f"  {step.explanation}")
            if not step.asks:
                confirm(f"Make {step.title}?", yes or first.target.embedded)
            step.take()
        first.say(
            f"\n{environment} is up. Again at any time, for what has changed: {first.command(f'up {environment}')}"
        )


def opener(*, local: bool) -> OpenPlace:
    """Return how a place is opened: each may lie in an account, and have a role, of its own."""

    def open_place(name: str) -> Session:
        boto3.setup_default_session()  # or the role of the place before would have to assume this one's
        return replace(open_session(root(), name, Console(quiet=True), local=local), console=console)

    return open_place


def places_of(first: Session) -> list[str]:
    """List what has to be set up, in order: what all environments share comes first, if it can be reached from here."""
    if first.name == SHARED:
        return [SHARED]
    shared = find_place(first.root, SHARED)
    if shared.account_id == first.place.account_id or shared.deploy_role_arn or first.target.embedded:
        return [SHARED, first.name]
    first.say(
        f"What all environments share is in account {shared.account_id}, and these credentials are of "
        f"{first.place.account_id}.\n  If that is not done yet: {first.command(f'up {SHARED}')} with credentials of "
        f"{shared.account_id}, and then this again."
    )
    return [first.name]


def images_of(shared: Session, environment: str, platforms: list[str] | None) -> PlatformImages | None:
    """Return the images to publish; None at an embedded AWS that keeps no image."""
    if shared.target.embedded and not has_registry(shared.place):
        shared.say("The embedded AWS starts no container, so no image is built.")
        return None
    return PlatformImages(shared.place, [] if environment == SHARED else [environment], platforms or PLATFORMS)
