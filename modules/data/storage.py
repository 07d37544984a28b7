"""A service's buckets, queues, cache and volumes, as its tasks use them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from modules.data.bucket import Bucket
from modules.data.cache import Cache
from modules.data.file_system import MountedFileSystem
from modules.data.queue import Queue
from modules.network.security_group import SecurityGroup
from modules.policy import policy


@dataclass(frozen=True)
class Storage:
    """The storage that one service uses, be it its own or another service's."""

    buckets: Sequence[Bucket] = ()
    queues: Mapping[str, Queue] = field(default_factory=dict)
    cache: Cache | None = None
    volumes: Sequence[MountedFileSystem] = ()

    @property
    def variables(self) -> dict[str, str]:
        """Return the variables that say where everything is."""
        all_of_it: list[Bucket | Queue | Cache] = [*self.buckets, *self.queues.values()]
        all_of_it += [self.cache] if self.cache else []
        return {name: value for its in all_of_it for name, value in its.variables.items()}

    def open_to(
        self, role: IamRole, security_group: SecurityGroup, *, scope: Construct, id_: str
    ) -> list[IamRolePolicy]:
        """Let a service's tasks use it; `scope` lies in their stack."""
        if self.cache:
            self.cache.allow_from(security_group, scope=scope, id_="cache")
        for volume in self.volumes:
            volume.allow_from(security_group, scope=scope, id_=f"volume-{volume.name}")
        granting: list[Bucket | Queue | MountedFileSystem] = [*self.buckets, *self.queues.values(), *self.volumes]
        # Whoever reaches a cache may use it.
        statements = [statement for its in granting for statement in its.statements]
        if not statements:
            return []
        return [IamRolePolicy(scope, id_, role=role.id, name=id_, policy=policy(*statements))]
