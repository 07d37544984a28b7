"""An EFS file system that belongs to one service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.ecs_task_definition import (
    EcsTaskDefinitionVolume,
    EcsTaskDefinitionVolumeEfsVolumeConfiguration,
    EcsTaskDefinitionVolumeEfsVolumeConfigurationAuthorizationConfig,
)
from cdktf_cdktf_provider_aws.efs_access_point import (
    EfsAccessPoint,
    EfsAccessPointPosixUser,
    EfsAccessPointRootDirectory,
    EfsAccessPointRootDirectoryCreationInfo,
)
from cdktf_cdktf_provider_aws.efs_backup_policy import EfsBackupPolicy, EfsBackupPolicyBackupPolicy
from cdktf_cdktf_provider_aws.efs_file_system import EfsFileSystem, EfsFileSystemLifecyclePolicy
from cdktf_cdktf_provider_aws.efs_file_system_policy import EfsFileSystemPolicy
from cdktf_cdktf_provider_aws.efs_mount_target import EfsMountTarget
from constructs import Construct

from config.models.environment.environment import Environment
from config.models.environment.subnets import Tier
from config.models.service.aws.volumes import Volume
from modules.encryption_key import EncryptionKey
from modules.network.security_group import SecurityGroup
from modules.network.vpc import Vpc
from modules.policy import allow, only_tls, policy

NFS = 2049


class FileSystem(Construct):
    """Encrypted at rest and on the wire, in each zone; closed until it is opened to a service's tasks.

    Whoever mounts it needs TLS, a role that may, and the access point: with a policy and without a statement that
    allows, a client without a role is nobody.
    https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        service: str,
        environment: Environment,
        vpc: Vpc,
        encryption_key: EncryptionKey,
        settings: Volume,
    ) -> None:
        super().__init__(scope, id_)
        full_name = environment.qualify(f"{service}-{name}")
        protected = settings.is_protected(environment.deletion_protection)
        self.security_group = SecurityGroup(
            self, "firewall", name=f"{full_name}-volume", description=f"File system {name} of {service}", vpc=vpc
        )
        self.file_system = EfsFileSystem(
            self,
            "file-system",
            # A name of ours: a second one is never made while this one is there.
            creation_token=full_name,
            encrypted=True,
            kms_key_id=encryption_key.arn,
            throughput_mode="elastic",
            lifecycle_policy=[
                EfsFileSystemLifecyclePolicy(transition_to_ia="AFTER_30_DAYS"),
                EfsFileSystemLifecyclePolicy(transition_to_primary_storage_class="AFTER_1_ACCESS"),
            ],
            tags={"Name": full_name},
            lifecycle=TerraformResourceLifecycle(prevent_destroy=True) if protected else None,
        )
        EfsBackupPolicy(
            self,
            "backup",
            file_system_id=self.file_system.id,
            backup_policy=EfsBackupPolicyBackupPolicy(status="ENABLED" if settings.backup else "DISABLED"),
        )
        EfsFileSystemPolicy(
            self,
            "policy",
            file_system_id=self.file_system.id,
            policy=policy(only_tls("elasticfilesystem", self.file_system.arn)),
        )
        for zone, subnet in vpc.subnets[Tier.PRIVATE].items():
            EfsMountTarget(
                self,
                f"mount-target-{zone}",
                file_system_id=self.file_system.id,
                subnet_id=subnet.id,
                security_groups=[self.security_group.group.id],
            )
        owner = settings.owner_id
        self.access_point = EfsAccessPoint(
            self,
            "access-point",
            file_system_id=self.file_system.id,
            posix_user=EfsAccessPointPosixUser(uid=owner, gid=owner),
            root_directory=EfsAccessPointRootDirectory(
                path=f"/{name}",
                creation_info=EfsAccessPointRootDirectoryCreationInfo(
                    owner_uid=owner, owner_gid=owner, permissions="0750"
                ),
            ),
            tags={"Name": full_name},
        )


@dataclass(frozen=True)
class MountedFileSystem:
    """A file system as one service uses it: `name` and `settings` are those of its file."""

    name: str
    file_system: FileSystem
    settings: Volume

    def allow_from(self, caller: SecurityGroup, *, scope: Construct, id_: str) -> None:
        """Let the caller's tasks connect; `scope` lies in the caller's stack."""
        self.file_system.security_group.allow_from(caller, NFS, scope=scope, id_=id_)

    @property
    def statements(self) -> list[dict[str, Any]]:
        """Return what the service's role may do: mount it by the access point, and write unless it only reads."""
        made = self.file_system
        by_access_point = {"StringEquals": {"elasticfilesystem:AccessPointArn": made.access_point.arn}}
        actions = ["ClientMount", *([] if self.settings.read_only else ["ClientWrite"])]
        return [allow([f"elasticfilesystem:{its}" for its in actions], [made.file_system.arn], by_access_point)]

    @property
    def volume(self) -> EcsTaskDefinitionVolume:
        """Return the volume of a task definition that it is.

        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/efs-volumes.html
        """
        return EcsTaskDefinitionVolume(
            name=self.name,
            efs_volume_configuration=EcsTaskDefinitionVolumeEfsVolumeConfiguration(
                file_system_id=self.file_system.file_system.id,
                transit_encryption="ENABLED",
                authorization_config=EcsTaskDefinitionVolumeEfsVolumeConfigurationAuthorizationConfig(
                    access_point_id=self.file_system.access_point.id, iam="ENABLED"
                ),
            ),
        )
