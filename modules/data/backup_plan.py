"""AWS Backup: the plan, the vault and the copies of an environment's databases and volumes."""

from __future__ import annotations

from cdktf import TerraformProvider, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.backup_plan import (
    BackupPlan as Plan,
)
from cdktf_cdktf_provider_aws.backup_plan import (
    BackupPlanRule,
    BackupPlanRuleCopyAction,
    BackupPlanRuleCopyActionLifecycle,
    BackupPlanRuleLifecycle,
)
from cdktf_cdktf_provider_aws.backup_selection import (
    BackupSelection,
    BackupSelectionCondition,
    BackupSelectionConditionStringEquals,
)
from cdktf_cdktf_provider_aws.backup_vault import BackupVault
from cdktf_cdktf_provider_aws.backup_vault_lock_configuration import BackupVaultLockConfiguration
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from constructs import Construct

from config.models.data.backups import Backups
from config.models.deploy_target import OUR_TAGS
from config.models.environment.environment import Environment
from modules.checkov import skip
from modules.encryption_key import EncryptionKey
from modules.policy import trust_service

# More than an hour after RDS' own windows of backup and maintenance, in which AWS Backup would have to wait. UTC.
DAILY = "cron(0 5 * * ? *)"
POLICY = "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup"


class BackupPlan(Construct):
    """A daily backup of what bears the environment's tag: databases and file systems, those of tomorrow as well.

    A vault holds its backups until they expire, whatever becomes of the database; with a lock in governance mode nobody
    deletes one earlier without taking off the lock. There is no compliance mode: it could never be undone.
    https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        encryption_key: EncryptionKey,
        elsewhere: TerraformProvider | None,
        settings: Backups,
    ) -> None:
        super().__init__(scope, id_)
        self._environment, self._settings = environment, settings
        name = environment.qualify("backups")
        vault = self._vault("vault", key_arn=encryption_key.arn)
        lifecycle = BackupPlanRuleLifecycle(delete_after=settings.keep_days)
        copies = []
        if elsewhere:
            copy = self._vault("copies", provider=elsewhere)
            skip(copy, "CKV_AWS_166", "It has AWS' own key there: one of ours would be one more that can be lost.")
            kept = BackupPlanRuleCopyActionLifecycle(delete_after=settings.keep_days)
            copies.append(BackupPlanRuleCopyAction(destination_vault_arn=copy.arn, lifecycle=kept))
        rule = BackupPlanRule(
            rule_name="daily",
            target_vault_name=vault.name,
            schedule=DAILY,
            lifecycle=lifecycle,
            copy_action=copies or None,
        )
        plan = Plan(self, "plan", name=name, rule=[rule])
        role = IamRole(
            self,
            "role",
            name=name,
            description=f"AWS Backup of the databases and volumes of {environment.name}",
            # AWS Backup does not say for which account it acts; only this account's principals can pass it the role.
            assume_role_policy=trust_service("backup.amazonaws.com"),
        )
        may_back_up = IamRolePolicyAttachment(self, "may-back-up", role=role.name, policy_arn=POLICY)
        place = f"{environment.region}:{environment.account_id}"
        of_the_environment = BackupSelectionConditionStringEquals(
            key=f"aws:ResourceTag/{OUR_TAGS}environment", value=environment.name
        )
        BackupSelection(
            self,
            "selection",
            plan_id=plan.id,
            name=name,
            iam_role_arn=role.arn,
            resources=[
                f"arn:aws:rds:{place}:db:{environment.qualify('*')}",
                f"arn:aws:elasticfilesystem:{place}:file-system/*",
            ],
            condition=[BackupSelectionCondition(string_equals=[of_the_environment])],
            depends_on=[may_back_up],
        )

    def _vault(self, id_: str, *, key_arn: str | None = None, provider: TerraformProvider | None = None) -> BackupVault:
        protected = self._environment.deletion_protection
        vault = BackupVault(
            self,
            id_,
            name=self._environment.qualify("backups"),
            kms_key_arn=key_arn,
            provider=provider,
            lifecycle=TerraformResourceLifecycle(prevent_destroy=True) if protected else None,
        )
        if self._settings.locked:
            BackupVaultLockConfiguration(
                self,
                f"{id_}-lock",
                backup_vault_name=vault.name,
                min_retention_days=self._settings.keep_days,
                provider=provider,
            )
        return vault
