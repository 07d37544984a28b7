"""The EFS file systems of a service."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from config.models.service.aws.stored import Stored, StoreName
from config.models.service.container.resources import MountPath


class Volume(Stored):
    """A file system that all tasks of a service share and that outlives them: encrypted, backed up daily."""

    of_the_user: ClassVar[frozenset[str]] = frozenset({"path", "read_only"})

    path: MountPath = Field(description="Where the service's container sees it.")
    read_only: bool = Field(default=False, description="Its files are only read here.")
    backup: bool = Field(default=True, description="A backup each day, kept for five weeks.")
    # 0 would be root, whom EFS takes for nobody unless he may be root.
    owner_id: int = Field(
        default=1000,
        ge=1,
        le=4_294_967_295,
        description="The user and group that all files belong to, whoever the program runs as.",
    )


Volumes = Annotated[
    dict[StoreName, Volume],
    Field(
        max_length=10,
        examples=[{"media": {"path": "/srv/media"}}],
        description="EFS file systems of its own, by a name of yours: {media: {path: /srv/media}}; {of: web, path: "
        "/srv/media} is that of another service.",
    ),
]
