"""An SQS queue that belongs to one service, with a queue for its dead letters."""

from __future__ import annotations

import json
from typing import Any

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from cdktf_cdktf_provider_aws.sqs_queue_policy import SqsQueuePolicy
from cdktf_cdktf_provider_aws.sqs_queue_redrive_allow_policy import SqsQueueRedriveAllowPolicy
from constructs import Construct

from config.models.environment.environment import Environment
from config.models.service.aws.queues import Queue as Settings
from config.models.service.aws.queues import queue_name
from config.models.service.aws.short_forms import SHORT_FORMS
from config.models.service.aws.storage import queue_variable
from modules.policy import allow, only_tls, policy

DAY_S = 86_400
LONGEST_RETENTION_DAYS = 14
LONG_POLL_S = 20  # asking less often costs less, and a message is still given out at once


class Queue(Construct):
    """Encrypted by SQS, by TLS alone; what fails too often waits in a second queue for two weeks.

    Exposes `variables` for the tasks that use it and the `statements` of their role.
    """

    def __init__(
        self, scope: Construct, id_: str, *, name: str, service: str, environment: Environment, settings: Settings
    ) -> None:
        super().__init__(scope, id_)
        protected = settings.is_protected(environment.deletion_protection)
        lifecycle = TerraformResourceLifecycle(prevent_destroy=True) if protected else None
        self.dead = SqsQueue(
            self,
            "dead-letters",
            name=queue_name(environment.qualify(service), name, dead=True, fifo=settings.fifo),
            fifo_queue=True if settings.fifo else None,
            message_retention_seconds=LONGEST_RETENTION_DAYS * DAY_S,
            sqs_managed_sse_enabled=True,
            lifecycle=lifecycle,
        )
        self.queue = SqsQueue(
            self,
            "queue",
            name=queue_name(environment.qualify(service), name, fifo=settings.fifo),
            fifo_queue=True if settings.fifo else None,
            visibility_timeout_seconds=settings.visibility_timeout_s,
            message_retention_seconds=settings.retention_days * DAY_S,
            receive_wait_time_seconds=LONG_POLL_S,
            sqs_managed_sse_enabled=True,
            redrive_policy=json.dumps({"deadLetterTargetArn": self.dead.arn, "maxReceiveCount": settings.attempts}),
            lifecycle=lifecycle,
        )
        SqsQueueRedriveAllowPolicy(
            self,
            "only-its-own",
            queue_url=self.dead.id,
            redrive_allow_policy=json.dumps(
                {"redrivePermission": "byQueue", "sourceQueueArns": [self.queue.arn]}, sort_keys=True
            ),
        )
        for id_of_policy, queue in (("policy", self.queue), ("dead-letters-policy", self.dead)):
            SqsQueuePolicy(self, id_of_policy, queue_url=queue.id, policy=policy(only_tls("sqs", queue.arn)))
        self.variables = {queue_variable(name): self.queue.url}

    @property
    def statements(self) -> list[dict[str, Any]]:
        """Return what a service may do with its queue: send, take and delete messages."""
        words = SHORT_FORMS["sqs"].words
        names = sorted({name for word in ("send", "receive") for name in words[word][""]})
        return [allow([f"sqs:{name}" for name in names], [self.queue.arn])]
