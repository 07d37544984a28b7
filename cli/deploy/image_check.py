"""Check before a deploy that every image it names is in the registry."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from cli.errors import UsageError
from cli.session import Session
from cli.terraform.synthesized import SynthesizedStack
from config.models.environment.environment import UNRELEASED
from config.models.environment.platform_service import REPOSITORY_PREFIX
from images.ecr import Ecr
from images.errors import ExitCode, ImageError

Image = tuple[str, str]
"""A repository and a tag in it."""


def refuse_missing_images(session: Session, stacks: Iterable[SynthesizedStack]) -> None:
    """Ask ECR for every image that the stacks' tasks would be started from. The embedded AWS pulls none."""
    if session.target.embedded or not (named := sorted(named_images(stacks, session.environment.registry))):
        return
    environment = session.environment
    try:
        missing = missing_images(Ecr(account_id=environment.registry_account, region=environment.image_region), named)
    except ImageError as error:
        if error.code is not ExitCode.NO_LOGIN:
            raise UsageError(str(error)) from error
        session.say(f"Whether the images are there is not known, going on without: {error}")
        return
    if missing:
        raise UsageError("\n".join(_describe(missing, environment.name, session)))


def named_images(stacks: Iterable[SynthesizedStack], registry: str) -> set[Image]:
    """Every image of this registry that a task definition names. Nothing runs what is not released."""
    images = (image for stack in stacks for image in _of(stack))
    ours = (image.removeprefix(f"{registry}/").partition(":") for image in images if image.startswith(f"{registry}/"))
    return {(repository, tag) for repository, _, tag in ours if tag != UNRELEASED}


def missing_images(ecr: Ecr, named: Iterable[Image]) -> list[Image]:
    """Those of the images that no tag names. Raises ImageError where ECR cannot be asked."""
    return [(repository, tag) for repository, tag in named if ecr.find(repository, tag=tag) is None]


def _of(stack: SynthesizedStack) -> Iterator[str]:
    for definition in stack.code.get("resource", {}).get("aws_ecs_task_definition", {}).values():
        for container in json.loads(definition["container_definitions"]):
            yield container["image"]


def _describe(missing: list[Image], environment: str, session: Session) -> Iterator[str]:
    yield "Nothing has been deployed, for these images are not in the registry:"
    yield from (f"  {repository}:{tag}" for repository, tag in missing)
    platform = [repository for repository, _ in missing if repository.startswith(REPOSITORY_PREFIX)]
    if platform:
        yield f"  fix: {session.command(f'images publish --environment {environment}')}"
    if len(platform) < len(missing):
        yield f"  fix: push the service's image, or release another tag (service_configs/releases/{environment}/)"
