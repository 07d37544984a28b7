"""Alerts about services' queues, from CloudWatch.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
"""

from __future__ import annotations

from config.loader.platform import Deployment
from monitoring.alerts.alert import Alert, RuleGroup, Severity


def queues(deployment: Deployment) -> RuleGroup:
    """No alert at all where no service has a queue."""
    ages = {
        (service.name, name): settings.oldest_message_minutes
        for service in deployment.services
        for name, settings in service.queues.items()
        if settings.of is None
    }
    if not ages:
        return RuleGroup(name="queues", alerts=())
    old = " or ".join(
        "max by (service, queue) (aws_sqs_approximate_age_of_oldest_message_maximum"
        f'{{service="{service}",queue="{queue}"}}) > {minutes * 60}'
        for (service, queue), minutes in ages.items()
    )
    dead = 'max by (service, queue) (aws_sqs_approximate_number_of_messages_visible_maximum{queue=~".+_dead"}) > 0'
    return RuleGroup(
        name="queues",
        alerts=(
            Alert(
                name="QueueOldestMessageTooOld",
                expr=old,
                for_="5m",
                severity=Severity.CRITICAL,
                summary="A message in queue {{ $labels.queue }} of {{ $labels.service }} waits for "
                "{{ $value | humanizeDuration }}",
                description="Longer than `oldest_message_minutes` allows: nobody takes messages, or not fast enough.",
            ),
            Alert(
                name="QueueHasDeadLetters",
                expr=dead,
                for_="5m",
                severity=Severity.WARNING,
                summary="{{ $value }} messages of {{ $labels.service }} lie in {{ $labels.queue }}",
                description="Each failed as often as `attempts` says; after 14 days it is lost.",
            ),
        ),
    )
