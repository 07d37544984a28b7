"""The security group that Global Accelerator leaves in a VPC: deleted while the VPC's own deletion waits for that.

AWS makes it beside the first load balancer that an accelerator leads to, and keeps it when the accelerator is gone.
https://docs.aws.amazon.com/global-accelerator/latest/dg/best-practices-aga.html
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from cli.aws_errors import code_of
from cli.terraform.progress import Phase, Progress

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

NAME = "GlobalAccelerator"
EVERY_S = 10.0
"""The interfaces of an accelerator that is gone go some minutes later; Terraform waits five for a VPC to be empty."""
IN_USE = "DependencyViolation"


@dataclass
class AcceleratorGroup:
    """`vpc` is destroyed with the stack `stack`; AWS is asked in the background, for the scheduler must not wait."""

    ec2: EC2Client
    stack: str
    vpc: str
    clock: Callable[[], float] = time.monotonic
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(max_workers=1))
    _due: float = 0.0
    _asked: Future[str | None] | None = None
    _told: set[str] = field(default_factory=set)

    def look(self, progress: Progress) -> Iterator[str]:
        """Delete the group as soon as nothing uses it, and say so; or say once what keeps it from being deleted."""
        if self._asked and self._asked.done():
            text, self._asked = self._asked.result(), None
            if text and text not in self._told:
                self._told.add(text)
                yield text
        stack = progress.stacks.get(self.stack)
        if stack and stack.phase is Phase.APPLYING and not self._asked and self.clock() >= self._due:
            self._due = self.clock() + EVERY_S
            self._asked = self._pool.submit(self.delete)

    def close(self) -> None:
        """Ask no more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def delete(self) -> str | None:
        """Delete it unless an interface uses it, which an accelerator of somebody else's may; what was done."""
        group = ""
        try:
            found = self.ec2.describe_security_groups(
                Filters=[{"Name": "vpc-id", "Values": [self.vpc]}, {"Name": "group-name", "Values": [NAME]}]
            )["SecurityGroups"]
            if not found:
                return None
            group = found[0]["GroupId"]
            self.ec2.delete_security_group(GroupId=group)
        except ClientError as error:
            return None if code_of(error) == IN_USE else self._not_deleted(group, error)
        except BotoCoreError as error:
            return self._not_deleted(group, error)
        return f"{self.stack}: deleted the security group {group}, which Global Accelerator had left in {self.vpc}"

    def _not_deleted(self, group: str, error: ClientError | BotoCoreError) -> str:
        what = f"the security group {group}, which Global Accelerator left" if group else f"the group {NAME}"
        command = f"\n  fix: aws ec2 delete-security-group --group-id {group}" if group else ""
        return f"{self.stack}: {what} in {self.vpc}, could not be deleted, and the VPC waits for it: {error}{command}"
