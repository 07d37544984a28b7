"""A disk that outlives whatever uses it."""

from __future__ import annotations

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.ebs_volume import EbsVolume
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from config.models.environment.environment import Environment
from modules.encryption_key import EncryptionKey
from modules.policy import allow, allow_anything, policy


class DataVolume(Construct):
    """An encrypted EBS volume in one zone. It belongs to no instance: each new one takes it over.

    Exposes `volume`. Size and protection are the environment's.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        zone: str,
        environment: Environment,
        encryption_key: EncryptionKey,
    ) -> None:
        super().__init__(scope, id_)
        self._environment, self._data_key = environment, encryption_key
        settings = environment.cluster.ec2
        self.volume = EbsVolume(
            self,
            "volume",
            availability_zone=f"{environment.region}{zone}",
            type="gp3",
            size=settings.data_volume_gib,
            encrypted=True,
            kms_key_id=encryption_key.arn,
            final_snapshot=settings.data_kept_when_deleted,
            tags={"Name": name},
            lifecycle=TerraformResourceLifecycle(prevent_destroy=True) if environment.deletion_protection else None,
        )

    def allow_attach(self, role: IamRole, *, name: str, instance_name: str) -> IamRolePolicy:
        """Let the instances of this name attach this volume to themselves, and no other.

        https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html
        """
        region, account = self._environment.region, self._environment.account_id
        by_ec2 = {"StringEquals": {"kms:ViaService": f"ec2.{region}.amazonaws.com"}}
        return IamRolePolicy(
            self,
            "attach",
            role=role.id,
            name=name,
            policy=policy(
                allow(["ec2:AttachVolume"], [self.volume.arn]),
                allow(
                    ["ec2:AttachVolume"],
                    [f"arn:aws:ec2:{region}:{account}:instance/*"],
                    {"StringEquals": {"aws:ResourceTag/Name": instance_name}},
                ),
                allow_anything(
                    "FindDataVolume", ["ec2:DescribeVolumes"], reason="EC2's Describe actions know no resource."
                ),
                allow(["kms:Decrypt", "kms:DescribeKey"], [self._data_key.arn], by_ec2),
                allow(
                    ["kms:CreateGrant"],
                    [self._data_key.arn],
                    {**by_ec2, "Bool": {"kms:GrantIsForAWSResource": "true"}},
                ),
            ),
        )
