"""The log that a command asks for: its service, its store, and the identity that asks AWS."""

from __future__ import annotations

from dataclasses import dataclass

from cli.errors import CommandError, UsageError
from cli.logs.cloudwatch import CloudWatchLogs
from cli.logs.collection_client import Address
from cli.logs.insights import InsightsLogs
from cli.logs.opensearch import OpenSearchLogs
from cli.logs.query import LogReader
from cli.root import root
from cli.services.release import find_service
from cli.target import act_as, check_account, choose_target
from config.loader.platform import read_platform
from config.models.environment.environment import Environment
from config.models.environment.platform_service import CLOUDWATCH_EXPORTER, exporters_service
from config.models.environment.platform_service import SERVICES as PLATFORM_SERVICES
from config.models.service.logs import LogClass
from config.models.service.service import Service


@dataclass(frozen=True)
class Source:
    """A service of one environment whose log is asked for; the platform's own services have no file."""

    settings: Environment
    name: str
    service: Service | None
    removed: bool = False

    @classmethod
    def find(cls, environment: str, name: str, *, removed: bool) -> Source:
        """Unknown names are refused with what was probably meant."""
        deployments = read_platform(root())
        here = [found.environment.settings for found in deployments if found.environment.settings.name == environment]
        if here and (removed or name in PLATFORM_SERVICES):
            return cls(here[0], name, None, removed)
        service = find_service(deployments, name, environment).settings
        return cls(here[0], name, service)

    @property
    def in_collection(self) -> bool:
        """Return whether its log goes to OpenSearch; the platform's own never do."""
        if self.service is None:
            return self.removed
        return self.settings.logging.is_searched(self.service)

    @property
    def stack(self) -> str:
        """The stack that it is deployed by."""
        return "monitoring" if self.name in PLATFORM_SERVICES else f"service-{self.name}"

    def log_class(self, asked: LogClass | None) -> LogClass | None:
        """Return the class of the log group to read: that which is asked for, or that which its task writes to."""
        return asked or (self.settings.logging.class_of(self.service) if self.service else None)

    def refuse_following(self, asked: LogClass | None) -> None:
        """Raise UsageError where AWS shows no log as it comes."""
        if self.log_class(asked) is LogClass.INFREQUENT_ACCESS:
            raise UsageError(
                f"--follow: {self.name} writes to a log group of the class infrequent-access, and AWS shows none of "
                "those as it comes: queries find a line a while after it was written",
                allowed="--since, without --follow",
                fix="repeat the command, or write `log_class: standard` under `logs:` and deploy",
            )

    def reader(
        self, *, cloudwatch: bool, log_class: LogClass | None, through: Address | None, embedded: bool
    ) -> LogReader:
        """Return a reader of its log; `cloudwatch` or a class asks for its log group, whatever else there is."""
        if not self.in_collection or cloudwatch or log_class:
            # A task has one log group; the container that runs in another's task writes there.
            task = exporters_service(self.settings) if self.name == CLOUDWATCH_EXPORTER else self.name
            read = self.log_class(log_class)
            group, container = self.settings.log_group(task, read), None if cloudwatch else self.name
            kind = InsightsLogs if read is LogClass.INFREQUENT_ACCESS else CloudWatchLogs
            return kind.of(self.settings, self.name, log_group=group, stack=self.stack, container=container)
        reader = OpenSearchLogs.of(self.settings, self.name, through=through)
        if embedded and not through:
            raise CommandError(
                f"the embedded AWS runs no task and stores no document: {reader.place} has no data there",
                fix="--through HOST:PORT of a server that stands in for it",
            )
        return reader


def sign_in(settings: Environment, *, local: bool) -> bool:
    """Return a session for whoever asks, since people's own roles may read, and whether AWS is the local one."""
    target = choose_target(local=local, account_id=settings.account_id)
    where = {"environment": settings.name, "account_id": settings.account_id, "region": settings.region}
    try:
        check_account(target, **where)
    except CommandError:
        if target.embedded or not settings.deploy_role_arn:
            raise
        act_as(settings.deploy_role_arn, region=settings.region)
        check_account(target, **where)
    return target.embedded
