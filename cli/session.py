"""The session of a command on one environment: its settings, its AWS, its Terraform."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from rich.console import Console

from cli.deploy.capacity_ceiling import CapacityCeiling
from cli.deploy.opensearch_capacity import wanted_ceiling
from cli.errors import CommandError, UsageError
from cli.state.state_file import StateFile
from cli.state.store import S3States, StateStore
from cli.target import Target, act_as, check_account, choose_target
from cli.terraform.provider_mirror import TerraformSetup, prepare_terraform
from cli.terraform.synthesis import synthesize
from cli.terraform.synthesized import SynthesizedApp
from cli.terraform.tagged_resources import find_tagged
from cli.terraform.unmanaged_resources import Tagged, unmanaged
from cli.terraform_cloud.connection import connect
from cli.terraform_cloud.store import TerraformCloudStates
from cli.terraform_cloud.token import find_here, with_token
from config.loader.platform import Deployment, WrittenDeployment, load_platform, read_platform
from config.models.deploy_target import DeployTarget
from config.models.environment.environment import Environment
from config.models.environment.shared import SHARED, shared_place

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Session:
    """One command's view of one environment."""

    root: Path
    console: Console
    place: DeployTarget
    target: Target
    terraform: TerraformSetup
    local: bool
    """Whether --local chose the target: commands that are shown to a person need it too."""

    def command(self, arguments: str) -> str:
        """Return a groundwork command as it has to be typed here."""
        program = "groundwork" if shutil.which("groundwork") else ".venv/bin/groundwork"
        return f"{program} {arguments}{' --local' if self.local else ''}"

    @property
    def name(self) -> str:
        """The environment's name, or `shared`."""
        return self.place.name

    @cached_property
    def written(self) -> WrittenDeployment:
        """The environment and its services beside their YAML."""
        if self.name == SHARED:
            raise UsageError(f"{SHARED} is no environment: it has no services")
        return read_platform(self.root, only=self.name)[0]

    @cached_property
    def deployment(self) -> Deployment:
        """The environment and its services."""
        return self.written.deployment

    @property
    def environment(self) -> Environment:
        """The environment's settings; an error for `shared`, which has none."""
        return self.deployment.environment

    @cached_property
    def s3(self) -> S3Client:
        """The S3 client of the environment's account."""
        return boto3.client("s3", region_name=self.place.region)

    def say(self, text: str) -> None:
        """Print a line."""
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)

    @cached_property
    def store(self) -> StateStore:
        """The store of the states. A deploy to the local AWS keeps them there: modules/state_backend.py."""
        cloud = self.place.terraform_cloud
        if cloud is None or self.target.embedded:
            return S3States(self.s3, self.place)
        return TerraformCloudStates(connect(cloud), self.place)

    def set_opensearch_ceiling(self) -> list[str]:
        """Limit what OpenSearch may cost in this account, as its environments say. What holds now, in words."""
        wanted = wanted_ceiling(load_platform(self.root), self.place)
        return CapacityCeiling.of(self.place).apply(wanted) if wanted else []

    def faults(self) -> list[str]:
        """List what `bootstrap` has yet to do in this account."""
        found = [fault] if (fault := self.store.fault()) else []
        wanted = wanted_ceiling(load_platform(self.root), self.place)
        found += CapacityCeiling.of(self.place).faults(wanted) if wanted else []
        return [*found, self._by_bootstrap] if found else []

    def gaps(self) -> list[str]:
        """Return the settings of a state bucket that `bootstrap` would write, which deploys have no right to read."""
        if not isinstance(self.store, S3States) or not self.store.exists:
            return []
        found = [f"Of the state bucket {self.store.bucket} this is not so: {gap}." for gap in self.store.gaps()]
        return [*found, self._by_bootstrap] if found else []

    @property
    def _by_bootstrap(self) -> str:
        return f"  fix: {self.command(f'bootstrap {self.name}')}"

    def bootstrap(self) -> Iterator[str]:
        """Set up where the states are kept, or bring it up to date; says what was done."""
        if isinstance(self.store, S3States):
            yield self.store.make()  # long before anything can be synthesized
            return
        done = list(self.store.bootstrap(self.synthesize()))
        yield from done or ["Terraform Cloud: everything is there and as it should be."]

    def need_state_store(self) -> None:
        """On the embedded AWS all that `bootstrap` does is simply done; in an account it is a person's decision."""
        fault = self.store.fault()
        if fault is None:
            return
        if not (self.target.embedded and isinstance(self.store, S3States)):
            first = "" if self.name == SHARED else f"; {self.command(f'up {self.name}')} goes through all first steps"
            raise CommandError(fault, fix=f"{self.command(f'bootstrap {self.name}')}{first}")
        self.store.make()
        self.set_opensearch_ceiling()

    def synthesize(self) -> SynthesizedApp:
        """Synthesize the environment's stacks and read them."""
        return synthesize(self.root, self.name, self.terraform.environment)

    def states(self) -> list[StateFile]:
        """Every state of the environment; none where nothing is set up yet."""
        return self.store.states()

    def unmanaged(self) -> list[Tagged]:
        """List what the environment's tag marks in AWS and no state knows."""
        tagged = find_tagged(self.name, self.place.region)
        return unmanaged(tagged, self.states())


def open_session(root: Path, environment: str, console: Console, *, local: bool) -> Session:
    """Read the settings (all mistakes at once), find AWS and Terraform, and say which ones."""
    settings = find_place(root, environment)
    target = choose_target(local=local, account_id=settings.account_id)
    if settings.deploy_role_arn and not target.embedded:
        act_as(settings.deploy_role_arn, region=settings.region)
    target = check_account(
        target,
        environment=environment,
        account_id=settings.account_id,
        region=settings.region,
    )
    terraform = prepare_terraform(root, os.environ)
    cloud = settings.terraform_cloud
    if cloud and not target.embedded and (token := find_here(cloud.hostname)):
        terraform = replace(terraform, environment=with_token(terraform.environment, cloud.hostname, token))
    session = Session(root, console, settings, target, terraform, local)
    session.say(f"AWS: {target.description}, {settings.region}")
    session.say(terraform.summary)
    return session


def find_place(root: Path, name: str) -> DeployTarget:
    """Return an environment, or what all environments share."""
    if name == SHARED:
        return shared_place([deployment.environment for deployment in load_platform(root)])
    return load_platform(root, only=name)[0].environment
