"""Central logging of an environment: the store, who may read it, and what it may cost."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Literal

from pydantic import Field

from config.models.deploy_target import RoleArn
from config.models.environment.saml import Saml
from config.models.service.logs import LogClass, LogDestination
from config.models.service.service import Service
from config.models.settings import Mistake, Settings, without_null

# Twelve of the longest ARNs, the task's and Grafana's fit the 10,240 bytes of a data access policy.
# https://docs.aws.amazon.com/general/latest/gr/opensearch-service.html
MOST_READER_ROLES = 12

LOG_GROUP = "/{environment}/services/{service}"
INFREQUENT = "/infrequent"
"""The end of the name of a service's second log group, of the class infrequent-access: no service's name has a /."""


class Generation(StrEnum):
    """The two kinds of OpenSearch Serverless (ADR 0013)."""

    CLASSIC = "classic"
    NEXTGEN = "nextgen"


class EncryptionKey(StrEnum):
    """The owner of the key that encrypts the collections."""

    AWS_OWNED = "aws-owned"
    ENVIRONMENT = "environment"


class CentralLogging(Settings):
    """OpenSearch Serverless for the logs of services, or CloudWatch Logs where it must be cheap."""

    destination: LogDestination = Field(
        default=LogDestination.OPENSEARCH,
        description="opensearch: searchable, one collection for each service, a fixed price for an account; "
        "cloudwatch: a log group for each service, paid by the gigabyte. A service's own logs.destination wins.",
    )
    log_class: LogClass | None = Field(
        default=None,
        description="The class of services' log groups in CloudWatch. infrequent-access: half the price of each GB "
        "written, read by queries of Logs Insights alone and not as it comes. A service's own logs.log_class wins. "
        "Back to standard by writing standard: the other log groups are kept until the line is removed.",
        json_schema_extra=without_null,
    )
    generation: Generation = Field(
        default=Generation.CLASSIC,
        description="classic always has compute units; nextgen, which scales to zero, needs AWS provider 6.49.",
    )
    standby_replicas: bool = Field(
        default=True,
        description="A second zone holds every log; without it half the price, and a zone that fails takes logs along. "
        "Another value makes the collections anew: export what you need first.",
    )
    encryption_key: EncryptionKey = Field(
        default=EncryptionKey.AWS_OWNED,
        description="environment: a KMS key of the environment's own. Collections of different keys share no compute "
        "units, so each key costs the fixed price of an account once more.",
    )
    # AWS takes no maximum below 2. Without one of ours an account may use 10 and 10, thousands of dollars a month.
    max_indexing_ocu: int = Field(
        default=2, ge=2, le=100, description="The most compute units that writing may use, in the account and region."
    )
    max_search_ocu: int = Field(
        default=2, ge=2, le=100, description="The most compute units that reading may use, in the account and region."
    )
    reader_role_arns: tuple[RoleArn, ...] = Field(
        default=(), max_length=MOST_READER_ROLES, description="The team's IAM roles that may read every log here."
    )
    dashboards: Literal["vpc", "public"] = Field(
        default="vpc",
        description="Whether OpenSearch's own dashboards are reached from inside the VPC alone, or from anywhere by "
        "who signs in with IAM or SAML.",
    )
    saml: Saml | None = Field(
        default=None, description="Sign in to OpenSearch's own dashboards by your identity provider."
    )

    def mistakes(self) -> Iterator[Mistake]:
        """NextGen waits for the provider, and nobody is named twice."""
        if self.generation is Generation.NEXTGEN:
            yield Mistake(
                field="generation",
                message="NextGen collections need AWS provider 6.49, and this platform has 5.100.0",
                allowed=str(Generation.CLASSIC),
                fix="remove the line; docs/adr/0013 says what the move will take",
            )
        if twice := sorted({arn for arn in self.reader_role_arns if self.reader_role_arns.count(arn) > 1}):
            yield Mistake(
                field="reader_role_arns",
                message=f"{twice[0]} is written twice",
                allowed="each role once",
                fix="remove one of the two",
            )

    def destination_of(self, service: Service) -> LogDestination:
        """Return the destination of a service's log."""
        return service.logs.destination or self.destination

    def is_searched(self, service: Service) -> bool:
        """Return True if a service's log goes to a collection of OpenSearch Serverless."""
        return self.destination_of(service) is LogDestination.OPENSEARCH

    def class_of(self, service: Service) -> LogClass | None:
        """Return the class that was chosen for a service's log; None where nobody chose, and it has one log group."""
        if not service.chooses_log_class or self.is_searched(service):
            return None
        return service.logs.log_class or self.log_class

    def foreign_roles(self, account: str) -> Iterator[Mistake]:
        """Yield the readers that are not in the environment's account."""
        for number, arn in enumerate(self.reader_role_arns):
            if arn.split(":")[4] != account:
                yield Mistake(
                    field=f"logging.reader_role_arns.{number}",
                    message=f"the role is not in account {account}, and collections are read from no other",
                    allowed=f"a role of the environment's own account: arn:aws:iam::{account}:role/...",
                    fix="name a role of this account that your team may assume",
                    because=("account_id",),
                )
