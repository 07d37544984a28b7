"""The image tag of each service in an environment: service_configs/releases/<environment>/<service>.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, RootModel, StringConstraints

from config.diagnostics.collector import ProblemCollector
from config.diagnostics.suggestions import did_you_mean
from config.loader.release_place import PREVIOUS, TAG, ReleasePlace
from config.loader.settings_file import read_fields, validate
from config.models.service.service import Service
from config.models.service_names import ServiceName
from config.models.settings import Mistake, Settings, in_words, refuse
from config.source.discovery import yaml_files
from config.source.document import read_document
from config.source.node import Node
from config.source.problem import Problem

# The one tag that by custom moves; which image it means, nobody could tell from git.
MOVING = "latest"


def _stays(tag: str) -> str:
    if tag == MOVING:
        raise refuse(
            Mistake(
                message=f"{MOVING} names another image after each push; a release names one image for ever",
                allowed="a tag that is pushed once and never moved, such as a version or a commit",
                fix="write the version or commit that was built",
            )
        )
    return tag


# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageIdentifier.html
ImageTag = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$"),
    in_words("an image tag: letters, digits, _ . and -, up to 128 characters"),
    AfterValidator(_stays),
    Field(json_schema_extra={"not": {"const": MOVING}}),
]


class Release(Settings):
    """The image of one service in one environment."""

    tag: ImageTag = Field(description="The tag that was built and pushed; `groundwork release` writes it.")
    previous: tuple[ImageTag, ...] = Field(
        default=(),
        max_length=10,
        description="The tags before it, newest first, whose images stay too; `groundwork release` writes it.",
    )


@dataclass(frozen=True)
class ReleaseNodes:
    """A release where it stands: its tag, and the tags before it."""

    tag: Node
    previous: Node | None = None


class Releases(RootModel[dict[ServiceName, ImageTag]]):
    """Service name to image tag, the former form; a service that is not listed runs no task."""

    model_config = ConfigDict(frozen=True)


def read_releases(
    root: Path, folder: Path, *, environments: Sequence[str], services: Sequence[str], findings: ProblemCollector
) -> Mapping[str, Mapping[str, ReleaseNodes]]:
    """Each environment's releases by service, where they stand."""
    files, problems = yaml_files(root, folder, subfolders=frozenset(environments))
    findings.add(problems)
    releases: dict[str, Mapping[str, ReleaseNodes]] = {}
    for file in files:
        node = findings.take(read_document(root, file))
        if file.stem not in environments:
            findings.add([_unknown("environment", file.stem, environments, file, 1)])
        elif node is not None and validate(Releases, node, findings):
            releases[file.stem] = {name: ReleaseNodes(tag) for name, tag in node.fields.items()}
            for name, tag in node.fields.items():
                if name not in services:
                    findings.add([_unknown("service", name, services, file, tag.line)])
    for environment in environments:
        own, problems = yaml_files(root, folder / environment)
        findings.add(problems)
        if own and folder / f"{environment}.yaml" in files:
            findings.add([_twice(own[0], folder / f"{environment}.yaml")])
        elif own:
            releases[environment] = _read_each(root, own, services, findings)
    return releases


def _read_each(
    root: Path, files: Sequence[Path], services: Sequence[str], findings: ProblemCollector
) -> Mapping[str, ReleaseNodes]:
    releases = {}
    for file in files:
        node = read_fields(root, file, Release, findings)
        if file.stem not in services:
            findings.add([_unknown("service", file.stem, services, file, 1)])
        elif node is not None and validate(Release, node, findings):
            releases[file.stem] = ReleaseNodes(node.fields[TAG], node.fields.get(PREVIOUS))
    return releases


def _twice(file: Path, former: Path) -> Problem:
    """Refuse both forms at once: whoever must approve the former file would not be asked for the other."""
    return Problem(
        file=file,
        line=1,
        value=file.name,
        message=f"the releases of {former.stem} are in {former}",
        allowed="one of the two forms",
        fix=f"groundwork service split-releases --environment {former.stem}, before this file is written",
    )


def check_tag(place: ReleasePlace, tag: str) -> None:
    """Refuse a tag before it is written to the file."""
    findings = ProblemCollector()
    node = Node(place.file, 0, "", {place.key: Node(place.file, 0, tag, tag)})
    validate(Releases if place.is_former else Release, node, findings)
    findings.raise_if_any([])


def unused_releases(releases: Mapping[str, ReleaseNodes], services: Sequence[Service]) -> Iterator[Problem]:
    """Yield the releases of services that run the image of another service."""
    for service in services:
        release = releases.get(service.name)
        if release is None or service.public_image is not None or service.repository == service.name:
            continue
        tag = release.tag
        yield Problem(
            file=tag.file,
            line=tag.line,
            value=tag.source,
            message=f"{service.name} runs the image of {service.repository}, and this tag is read by nobody",
            allowed="releases of services with an image of their own",
            fix=f"remove it, and release {service.repository}",
        )


def _unknown(what: str, name: str, known: Sequence[str], file: Path, line: int) -> Problem:
    return Problem(
        file=file,
        line=line,
        value=name,
        message=f"there is no {what} of this name",
        allowed=", ".join(known) or "none yet",
        fix=did_you_mean(name, known) or "remove it",
    )
