"""A PostgreSQL database on RDS that belongs to one service."""

from __future__ import annotations

from cdktf import DataResource
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.db_instance import DbInstance
from cdktf_cdktf_provider_aws.db_subnet_group import DbSubnetGroup
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from constructs import Construct

from config.models.data.database import Database
from config.models.environment.environment import Environment
from config.models.environment.subnets import Tier
from modules.checkov import skip
from modules.data.database_hours import windows
from modules.data.postgres_parameters import PostgresParameters
from modules.encryption_key import EncryptionKey
from modules.log_key import LogKey
from modules.network.acl_rules import POSTGRES
from modules.network.security_group import SecurityGroup
from modules.network.vpc import Vpc
from modules.policy import trust_service

# The same in every database: a service's name could be a word that PostgreSQL keeps for itself.
DATABASE = MASTER_USER = "app"
LOGS = ("postgresql", "upgrade")
MONITORING_INTERVAL_S = 60
INSIGHTS_RETENTION_DAYS = 7  # the longest that costs nothing
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html#gp3-storage
STRIPED_FROM_GIB, STRIPED_IOPS, STRIPED_THROUGHPUT = 400, 12_000, 500
EXTENDED_SUPPORT = "open-source-rds-extended-support"
NO_EXTENDED_SUPPORT = f"{EXTENDED_SUPPORT}-disabled"
MONITORING_POLICY = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"


class Postgres(Construct):
    """Encrypted at rest and on the wire, backed up, in subnets without a way out; closed until it is opened.

    RDS makes and rotates the password in Secrets Manager, Terraform never sees it.
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html

    Exposes `instance`, `security_group` and `secret_arn`, the master user's; services log in by another
    (modules/data/database_logins.py).
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        environment: Environment,
        vpc: Vpc,
        encryption_key: EncryptionKey,
        log_key: LogKey,
        settings: Database,
    ) -> None:
        super().__init__(scope, id_)
        sized = environment.database(settings)
        self.security_group = SecurityGroup(
            self, "firewall", name=f"{name}-database", description=f"Database of {name}", vpc=vpc
        )
        subnets = DbSubnetGroup(
            self,
            "subnets",
            name=name,
            description=f"Isolated subnets for {name}",
            subnet_ids=[subnet.id for subnet in vpc.subnets[Tier.ISOLATED].values()],
        )
        parameters = PostgresParameters(self, "parameters", name=name, engine_version=settings.engine_version)
        logs = [
            CloudwatchLogGroup(
                self,
                f"{log}-log",
                name=f"/aws/rds/instance/{name}/{log}",  # RDS decides the name
                retention_in_days=sized.log_retention_days,
                kms_key_id=log_key.arn,
            )
            for log in LOGS
        ]
        for log in logs:
            skip(log, "CKV_AWS_338", "The environment's YAML says how long: queries in it may name customers.")
        # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html
        monitoring = IamRole(
            self,
            "monitoring",
            name=f"{name}-database-monitoring",
            assume_role_policy=trust_service("monitoring.rds.amazonaws.com", account_id=environment.account_id),
        )
        may_monitor = IamRolePolicyAttachment(
            self, "monitoring-policy", role=monitoring.name, policy_arn=MONITORING_POLICY
        )
        backup_window, maintenance_window = windows(environment.database_hours)
        # A snapshot's name can be used once; this one is new with every database.
        last_snapshot = DataResource(self, "last-snapshot") if sized.kept_when_deleted else None
        self.instance = DbInstance(
            self,
            "instance",
            identifier=name,
            engine="postgres",
            engine_version=settings.engine_version,  # RDS takes the newest minor version, then keeps up
            engine_lifecycle_support=EXTENDED_SUPPORT if sized.extended_support else NO_EXTENDED_SUPPORT,
            auto_minor_version_upgrade=True,
            allow_major_version_upgrade=True,  # editing the YAML is the decision, see docs/databases.md
            instance_class=sized.instance_class,
            storage_type="gp3",
            allocated_storage=sized.storage_gib,
            max_allocated_storage=sized.max_storage_gib if sized.max_storage_gib > sized.storage_gib else None,
            # From here on RDS stripes gp3 storage and takes no fewer; the provider would send the 3,000 of before.
            iops=STRIPED_IOPS if sized.storage_gib >= STRIPED_FROM_GIB else None,
            storage_throughput=STRIPED_THROUGHPUT if sized.storage_gib >= STRIPED_FROM_GIB else None,
            storage_encrypted=True,
            kms_key_id=encryption_key.arn,
            multi_az=sized.multi_az,
            db_subnet_group_name=subnets.name,
            vpc_security_group_ids=[self.security_group.group.id],
            publicly_accessible=False,
            port=POSTGRES,
            parameter_group_name=parameters.group.name,
            db_name=DATABASE,
            username=MASTER_USER,
            # The certificate's authority is RDS's own choice, rds-ca-rsa2048-g1. The provider would set one by a second
            # change after the creation, and wait for that too.
            # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
            manage_master_user_password=True,
            master_user_secret_kms_key_id=encryption_key.arn,
            iam_database_authentication_enabled=True,  # for people: a token of 15 minutes instead of a password
            backup_retention_period=sized.backup_retention_days,
            backup_window=backup_window,
            maintenance_window=maintenance_window,
            # A change waits for nobody's window: a plan that stays open for days hides the next one.
            apply_immediately=True,
            copy_tags_to_snapshot=True,
            delete_automated_backups=not sized.kept_when_deleted,
            skip_final_snapshot=last_snapshot is None,
            final_snapshot_identifier=f"{name}-{last_snapshot.id}" if last_snapshot else None,
            deletion_protection=sized.deletion_protection,
            enabled_cloudwatch_logs_exports=list(LOGS),
            monitoring_interval=MONITORING_INTERVAL_S,
            monitoring_role_arn=monitoring.arn,
            performance_insights_enabled=True,
            performance_insights_kms_key_id=encryption_key.arn,
            performance_insights_retention_period=INSIGHTS_RETENTION_DAYS,
            # Logs first, or RDS makes its own, which never expire; and a role that may already write.
            depends_on=[*logs, may_monitor],
        )
        if not sized.multi_az:
            skip(self.instance, "CKV_AWS_157", "multi_az: false in the environment's YAML: a standby doubles the price")
        if not sized.deletion_protection:
            skip(self.instance, "CKV_AWS_293", "deletion_protection: false in YAML: the first step to delete it")
        self.secret_arn = self.instance.master_user_secret.get(0).secret_arn

    def allow_from(self, caller: SecurityGroup, *, scope: Construct, id_: str) -> None:
        """Let the caller's tasks connect; `scope` lies in the caller's stack."""
        self.security_group.allow_from(caller, POSTGRES, scope=scope, id_=id_)
