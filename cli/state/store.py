"""The store of one environment's states, with one interface for S3 and Terraform Cloud."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from cli.state.applied_record import AppliedRecords
from cli.state.bucket import bucket_exists, forget_empty, make_bucket, state_files
from cli.state.bucket_settings import lacking
from cli.state.state_file import StateFile
from cli.terraform.locks import Lock, read_lock
from cli.terraform.synthesized import SynthesizedApp, SynthesizedStack
from cli.terraform.unmanaged_resources import BOOTSTRAP
from config.models.deploy_target import DeployTarget

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class StateStore(Protocol):
    """The states of one environment and the locks on them."""

    @property
    def records(self) -> AppliedRecords | None:
        """The place where deploys note that they ended well; None where nothing can be noted: all is planned."""

    def fault(self) -> str | None:
        """Return what `groundwork bootstrap` has yet to set up, if anything."""

    def bootstrap(self, program: SynthesizedApp) -> Iterator[str]:
        """Set it up for these stacks, or bring it up to date; says what was done."""

    def prepare(self, program: SynthesizedApp) -> Iterator[str]:
        """Make what a stack that is new needs before Terraform looks; says what was done."""

    def states(self) -> list[StateFile]:
        """Every state; none where nothing is set up yet."""

    def locks(self, stacks: Sequence[SynthesizedStack]) -> list[Lock]:
        """Return the locks that somebody holds on these stacks."""

    def unlock(self, lock: Lock) -> None:
        """Remove a lock, whoever holds it."""

    def forget_empty(self, program: SynthesizedApp) -> None:
        """Remove what describes nothing any more."""


@dataclass(frozen=True)
class S3States:
    """One object for each stack in the environment's bucket, locked by a second object beside it."""

    s3: S3Client
    place: DeployTarget

    @property
    def bucket(self) -> str:
        """The bucket's name."""
        return self.place.state_bucket

    @cached_property
    def records(self) -> AppliedRecords:
        """The objects beside the states."""
        return AppliedRecords(self.s3, self.bucket)

    @property
    def exists(self) -> bool:
        """True when the bucket exists."""
        return bucket_exists(self.s3, self.bucket, account_id=self.place.account_id, region=self.place.region)

    def fault(self) -> str | None:
        """Return what `groundwork bootstrap` has yet to set up, if anything."""
        return None if self.exists else f"{self.place.name} has no state bucket yet ({self.bucket})."

    @property
    def tags(self) -> dict[str, str]:
        """The tags of the bucket."""
        return self.place.stack_tags(BOOTSTRAP)

    def make(self) -> str:
        """Make the bucket or bring it up to date; return what was done."""
        place = self.place
        made = make_bucket(self.s3, self.bucket, account_id=place.account_id, region=place.region, tags=self.tags)
        if made.created or not made.written:
            done = "made" if made.created else "is there, its settings are up to date"
        else:
            done = f"is there; set up now: {', '.join(made.written)}"
        return f"State bucket {self.bucket}: {done}."

    def gaps(self) -> list[str]:
        """Return the settings of the bucket that do not say what they must, in words. Only reads."""
        found = lacking(self.s3, self.bucket, self.place.account_id, self.tags)
        return [setting.words for setting, _ in found]

    def bootstrap(self, program: SynthesizedApp) -> Iterator[str]:  # noqa: ARG002
        """Make the bucket or bring it up to date; yield what was done."""
        yield self.make()

    def prepare(self, program: SynthesizedApp) -> Iterator[str]:  # noqa: ARG002
        """Yield what was done before a deploy: nothing, for S3 needs nothing."""
        yield from ()

    def states(self) -> list[StateFile]:
        """Read every state of the environment."""
        return list(state_files(self.s3, self.bucket, self.place.name)) if self.exists else []

    def locks(self, stacks: Sequence[SynthesizedStack]) -> list[Lock]:
        """Return the locks that somebody holds on these stacks."""
        return [lock for stack in stacks if (lock := read_lock(self.s3, stack))]

    def unlock(self, lock: Lock) -> None:
        """Release a lock."""
        state = lock.stack.state
        self.s3.delete_object(Bucket=state.bucket, Key=state.lock_key)

    def forget_empty(self, program: SynthesizedApp) -> None:  # noqa: ARG002
        """Delete the states of stacks that are gone and hold no resource."""
        forget_empty(self.s3, self.bucket, self.place.name)
