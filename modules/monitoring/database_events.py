"""Database events: the alert topic is told of a failover, a failure, a full disk and maintenance."""

from __future__ import annotations

from constructs import Construct

from config.models.environment.environment import Environment
from modules.monitoring.alert_topic import AlertTopic
from modules.monitoring.topic_rule import TopicRule

# Not availability, backup and notification: they come with every deploy, every night and every office hour.
CATEGORIES = ("failover", "failure", "low storage", "maintenance", "recovery")


class DatabaseEvents(TopicRule):
    """A message for what RDS says about a database of the environment, and no metric shows.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html
    """

    def __init__(self, scope: Construct, id_: str, *, environment: Environment, topic: AlertTopic) -> None:
        name = environment.name
        arn = f"arn:aws:rds:{environment.region}:{environment.account_id}:db:{environment.qualify('')}"
        super().__init__(
            scope,
            id_,
            name=environment.qualify("database-events"),
            topic=topic,
            description=f"Events of the databases of {name}",
            pattern={
                "source": ["aws.rds"],
                "detail-type": ["RDS DB Instance Event"],
                "detail": {"SourceArn": [{"prefix": arn}], "EventCategories": list(CATEGORIES)},
            },
            paths={"database": "$.detail.SourceArn", "message": "$.detail.Message", "event": "$.detail.EventID"},
            message=f"RDS says of a database of {name}: <message> (<event>, <database>). "
            "Runbook: docs/runbooks/README.md#what-rds-says",
        )
