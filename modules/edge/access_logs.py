"""The record of every request that reached the load balancer."""

from __future__ import annotations

from constructs import Construct

from config.models.environment.environment import Environment
from modules.log_bucket import log_bucket
from modules.policy import allow

NO_KEY = (
    "The load balancer writes to SSE-S3 alone: https://docs.aws.amazon.com/elasticloadbalancing/"
    "latest/application/enable-access-logging.html"
)


class AccessLogs(Construct):
    """An encrypted bucket that the load balancers of this account may write to, and that forgets in time.

    `bucket` is known once they may. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
    """

    def __init__(self, scope: Construct, id_: str, *, name: str, settings: Environment) -> None:
        super().__init__(scope, id_)
        account = settings.account_id
        # One principal for every region, the old ones included: the account per region is the legacy form. The account
        # in the path is the load balancer's own, put there by AWS, so no other account's can write here; a condition on
        # aws:SourceArn is not in AWS's policy, and where the request carries none it would refuse every log.
        permission = log_bucket(
            self,
            name=name,
            days=settings.edge.log_retention_days,
            force_destroy=not settings.deletion_protection,
            delivery=lambda arn: [
                {
                    "Sid": "LoadBalancersOfThisAccount",
                    "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
                    **allow(["s3:PutObject"], [f"{arn}/AWSLogs/{account}/*"]),
                }
            ],
            unencrypted_by_kms=NO_KEY,
        )
        self.bucket = permission.bucket
