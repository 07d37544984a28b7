"""The image tag of each service in an environment: service_configs/releases/<environment>.yaml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, RootModel, StringConstraints

from config.diagnostics.collector import ProblemCollector
from config.diagnostics.suggestions import did_you_mean
from config.loader.settings_file import validate
from config.models.service_names import ServiceName
from config.models.settings import Mistake, in_words, refuse
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


class Releases(RootModel[dict[ServiceName, ImageTag]]):
    """Service name to image tag; a service that is not listed runs no task."""

    model_config = ConfigDict(frozen=True)


def read_releases(
    root: Path, folder: Path, *, environments: Sequence[str], services: Sequence[str], findings: ProblemCollector
) -> Mapping[str, Mapping[str, Node]]:
    """Each environment's image tags by service, where they stand."""
    files, problems = yaml_files(root, folder)
    findings.add(problems)
    releases: dict[str, Mapping[str, Node]] = {}
    for file in files:
        node = findings.take(read_document(root, file))
        if file.stem not in environments:
            findings.add([_unknown("environment", file.stem, environments, file, 1)])
        elif node is not None and validate(Releases, node, findings):
            releases[file.stem] = node.fields
            for name, tag in node.fields.items():
                if name not in services:
                    findings.add([_unknown("service", name, services, file, tag.line)])
    return releases


def check_tag(file: Path, service: str, tag: str) -> None:
    """Refuse a tag before it is written to the file."""
    findings = ProblemCollector()
    validate(Releases, Node(file, 0, "", {service: Node(file, 0, tag, tag)}), findings)
    findings.raise_if_any([])


def _unknown(what: str, name: str, known: Sequence[str], file: Path, line: int) -> Problem:
    return Problem(
        file=file,
        line=line,
        value=name,
        message=f"there is no {what} of this name",
        allowed=", ".join(known) or "none yet",
        fix=did_you_mean(name, known) or "remove it",
    )
