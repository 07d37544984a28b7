"""An EventBridge rule that writes one sentence to the alert topic for each event that it matches."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import (
    CloudwatchEventTarget,
    CloudwatchEventTargetInputTransformer,
)
from constructs import Construct

from modules.monitoring.alert_topic import AlertTopic


class TopicRule(Construct):
    """Tells people at once of what happens seldom, without a detour through Prometheus.

    `paths` are JSON paths into the event, by the `<name>` that stands for each in `message`.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        topic: AlertTopic,
        description: str,
        pattern: Mapping[str, Any],
        paths: Mapping[str, str],
        message: str,
    ) -> None:
        super().__init__(scope, id_)
        rule = CloudwatchEventRule(
            self, "rule", name=name, description=description, event_pattern=json.dumps(pattern, sort_keys=True)
        )
        CloudwatchEventTarget(
            self,
            "target",
            rule=rule.name,
            target_id="alerts",
            arn=topic.arn,
            input_transformer=CloudwatchEventTargetInputTransformer(
                input_paths=dict(paths), input_template=json.dumps(message)
            ),
            depends_on=[topic.policy],
        )
