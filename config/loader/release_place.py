"""The file in which a release stands: one for each service and environment, so that no two releases conflict in git."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

RELEASES = Path("service_configs/releases")
TAG, PREVIOUS = "tag", "previous"
_HEADING = """\
# yaml-language-server: $schema=../../../schemas/release.json
# Which image of {service} runs in {environment}; `groundwork release` edits this file.
"""
_FORMER_HEADING = """\
# yaml-language-server: $schema=../../schemas/releases.json
# Which image tag of each service runs in {environment}; `groundwork release` edits this file.
# A service that is not listed runs no task.
"""


@dataclass(frozen=True)
class ReleasePlace:
    """The file of a release, the key that its tag stands under, and what a new file begins with."""

    file: Path
    key: str
    heading: str

    @property
    def is_former(self) -> bool:
        """Tell whether it is the file of all services of an environment."""
        return self.key != TAG


def former_file(environment: str) -> Path:
    """Return the file that held the releases of all services of an environment, and is read as long as it is there."""
    return RELEASES / f"{environment}.yaml"


def place_of(root: Path, environment: str, service: str) -> ReleasePlace:
    """Return where a release is written: in the file of all services, for as long as an environment has one."""
    return release_place(environment, service, former=(root / former_file(environment)).exists())


def release_place(environment: str, service: str, *, former: bool = False) -> ReleasePlace:
    """Return where a service's release is written: in the former file for as long as there is one."""
    if former:
        return ReleasePlace(former_file(environment), service, _FORMER_HEADING.format(environment=environment))
    heading = _HEADING.format(service=service, environment=environment)
    return ReleasePlace(RELEASES / environment / f"{service}.yaml", TAG, heading)
