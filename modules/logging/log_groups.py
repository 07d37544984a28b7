"""The log groups of a task: one, or one of each class where a class was chosen (docs/adr/0038)."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from constructs import Construct

from config.models.environment.environment import Environment
from config.models.service.logs import LogClass
from config.models.service.service import Service
from modules.checkov import skip
from modules.log_key import LogKey

CLASS = "INFREQUENT_ACCESS"


class LogGroups:
    """Exposes `standard`, and `written`, to which all containers of the task write; both are children of `scope`.

    A group keeps its class for ever, and Terraform would replace it together with its log: another class is another
    group. `log_class` is that of `written`, None where nobody chose it.
    """

    def __init__(self, scope: Construct, *, environment: Environment, log_key: LogKey, settings: Service) -> None:
        self.log_class = environment.logging.class_of(settings)
        self.standard = self.written = _group(scope, "log-group", environment, log_key, settings)
        if self.log_class:
            other = _group(scope, "infrequent-log-group", environment, log_key, settings, LogClass.INFREQUENT_ACCESS)
            self.written = other if self.log_class is LogClass.INFREQUENT_ACCESS else self.standard


def _group(
    scope: Construct,
    id_: str,
    environment: Environment,
    log_key: LogKey,
    settings: Service,
    log_class: LogClass | None = None,
) -> CloudwatchLogGroup:
    group = CloudwatchLogGroup(
        scope,
        id_,
        name=environment.log_group(settings.name, log_class),
        log_group_class=CLASS if log_class else None,
        retention_in_days=settings.logs.retention_days,
        kms_key_id=log_key.arn,
    )
    skip(group, "CKV_AWS_338", "The service's file says how long; what is in a log is its business.")
    return group
