"""A disk that outlives whatever uses it."""

from __future__ import annotations

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.dlm_lifecycle_policy import (
    DlmLifecyclePolicy,
    DlmLifecyclePolicyPolicyDetails,
    DlmLifecyclePolicyPolicyDetailsSchedule,
    DlmLifecyclePolicyPolicyDetailsScheduleCreateRule,
    DlmLifecyclePolicyPolicyDetailsScheduleRetainRule,
)
from cdktf_cdktf_provider_aws.ebs_volume import EbsVolume
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from config.models.environment.environment import Environment
from modules.encryption_key import EncryptionKey
from modules.policy import allow, allow_anything, policy, trust_service

SNAPSHOTS_AT = "03:00"  # UTC, and within the hour that follows


class DataVolume(Construct):
    """An encrypted EBS volume in one zone, with daily snapshots. It belongs to no instance: each new one takes it.

    Exposes `name`, `volume`, and `snapshots`, the policy of its snapshots, if there are any. Size and protection are
    the environment's. `groundwork monitoring restore` makes another volume of a snapshot, in any zone, which takes its
    place in the state.
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
        self.name, settings = name, environment.cluster.ec2
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
        days = settings.data_snapshot_retention_days
        self.snapshots = self._take_snapshots(name, days) if days else None

    def _take_snapshots(self, name: str, retention_days: int) -> DlmLifecyclePolicy:
        """Have Data Lifecycle Manager snapshot what has this name, and delete snapshots by their age.

        They are encrypted as the volume is, for which EC2 asks no right of the role. Of a volume that was replaced they
        go by their age too, but for the last one; of those that are counted all would stay.
        https://docs.aws.amazon.com/ebs/latest/userguide/service-role.html
        https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-ami-policy.html#snapshot-considerations
        """
        region, account = self._environment.region, self._environment.account_id
        role = IamRole(
            self,
            "snapshots-role",
            name=f"{name}-snapshots",
            description=f"Data Lifecycle Manager on {name}",
            assume_role_policy=trust_service("dlm.amazonaws.com", account_id=account),
        )
        volumes, snapshots = f"arn:aws:ec2:{region}:{account}:volume/*", f"arn:aws:ec2:{region}::snapshot/*"
        its_own = {"StringEquals": {"aws:ResourceTag/Name": name}}
        rights = IamRolePolicy(
            self,
            "snapshots-rights",
            role=role.id,
            name="snapshots",
            policy=policy(
                allow(["ec2:CreateSnapshot"], [volumes], its_own),
                allow(["ec2:CreateSnapshot", "ec2:CreateTags"], [snapshots]),
                allow(["ec2:DeleteSnapshot"], [snapshots], its_own),
                allow_anything(
                    "FindSnapshots",
                    ["ec2:DescribeInstances", "ec2:DescribeSnapshots", "ec2:DescribeVolumes"],
                    reason="EC2's Describe actions know no resource.",
                ),
            ),
        )
        return DlmLifecyclePolicy(
            self,
            "snapshots",
            description=f"Daily snapshots of {name}",
            execution_role_arn=role.arn,
            policy_details=DlmLifecyclePolicyPolicyDetails(
                resource_types=["VOLUME"],
                target_tags={"Name": name},
                schedule=[
                    DlmLifecyclePolicyPolicyDetailsSchedule(
                        name="daily",
                        copy_tags=True,
                        create_rule=DlmLifecyclePolicyPolicyDetailsScheduleCreateRule(
                            interval=24, interval_unit="HOURS", times=[SNAPSHOTS_AT]
                        ),
                        retain_rule=DlmLifecyclePolicyPolicyDetailsScheduleRetainRule(
                            interval=retention_days, interval_unit="DAYS"
                        ),
                    )
                ],
            ),
            depends_on=[rights],
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
