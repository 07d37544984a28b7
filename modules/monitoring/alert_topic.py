"""The SNS topic of all alerts, and its subscribers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from cdktf_cdktf_provider_aws.kms_alias import KmsAlias
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sns_topic_policy import SnsTopicPolicy
from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription
from constructs import Construct

from config.models.environment.environment import Environment
from config.models.environment.receiver import Receiver
from modules.policy import EVENTS, account_decides, allow, allow_anything, policy

CLOUDWATCH = "cloudwatch.amazonaws.com"


class AlertTopic(Construct):
    """An encrypted SNS topic with a mail subscription for each of the environment's `alert_emails`.

    Alertmanager writes to it as `publish_rights` allow, and so do CloudWatch alarms and rules of EventBridge.
    Exposes `arn`, `key` and `policy`.
    """

    def __init__(self, scope: Construct, id_: str, *, environment: Environment) -> None:
        super().__init__(scope, id_)
        name, account = environment.alerts_topic, environment.account_id
        of_this_account = {"StringEquals": {"aws:SourceAccount": account}}
        # Alarms cannot use AWS's own key for SNS.
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
        self.key = KmsKey(
            self,
            "key",
            description=f"Alerts of {environment.name}",
            enable_key_rotation=True,
            policy=policy(
                account_decides(account),
                allow_anything(
                    "AlarmsOfThisAccount",
                    ["kms:Decrypt", "kms:GenerateDataKey*"],
                    principal={"Service": CLOUDWATCH},
                    conditions=of_this_account,
                    reason="In a key policy * is this key.",
                ),
                allow_anything(
                    "RulesOfEventBridge",
                    ["kms:Decrypt", "kms:GenerateDataKey*"],
                    principal={"Service": EVENTS},
                    reason="In a key policy * is this key.",
                ),
            ),
        )
        KmsAlias(self, "alias", name=f"alias/{name}", target_key_id=self.key.id)
        topic = SnsTopic(self, "topic", name=name, kms_master_key_id=self.key.arn)
        statement = allow(["sns:Publish"], [topic.arn], of_this_account)
        alarms = {"Sid": "AlarmsOfThisAccount", "Principal": {"Service": CLOUDWATCH}, **statement}
        # EventBridge names neither account nor rule when it publishes.
        # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions
        rules = {"Sid": "RulesOfEventBridge", "Principal": {"Service": EVENTS}, **allow(["sns:Publish"], [topic.arn])}
        self.policy = SnsTopicPolicy(self, "policy", arn=topic.arn, policy=policy(alarms, rules))
        for mail in environment.monitoring.alert_emails:
            SnsTopicSubscription(self, mail, topic_arn=topic.arn, protocol="email", endpoint=mail)
        for name, receiver in environment.monitoring.receivers.items():
            for mail in receiver.to:
                SnsTopicSubscription(
                    self,
                    f"{name}-{mail}",
                    topic_arn=topic.arn,
                    protocol="email",
                    endpoint=mail,
                    filter_policy=_told_of(receiver, environment.monitoring.owners_told),
                )
        self.arn = topic.arn
        self.publish_rights = (
            allow(["sns:Publish"], [topic.arn]),
            allow(["kms:Decrypt", "kms:GenerateDataKey*"], [self.key.arn]),
        )


def _told_of(receiver: Receiver, owners_told: Sequence[str]) -> str:
    """Return which messages are passed on, by the attributes that Alertmanager gives them.

    What CloudWatch's alarms write has no attributes, and goes to `alert_emails` alone.
    https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
    """
    policy: dict[str, Any] = {"severity": list(receiver.told_of)}
    if receiver.owners:
        policy["owner"] = list(receiver.owners)
    elif owners_told:
        policy["owner"] = [{"anything-but": list(owners_told)}]
    return json.dumps(policy, sort_keys=True)
