"""`groundwork doctor`, `drift`, `unmanaged`, `unlock` and `bootstrap`: look, repair, set up."""

from __future__ import annotations

import os
from typing import Annotated

import typer
from rich.console import Console

from cli.deploy.plans import CHANGES, plan_all
from cli.deploy.run import exclusive_run
from cli.errors import CommandError, UsageError
from cli.github.api import GitHub
from cli.github.gate import Gate
from cli.github.promotion import in_order
from cli.options import Environment, Local, Stacks
from cli.prerequisites import problems
from cli.quotas.needs import needs_of
from cli.quotas.quotas import compare, shortages
from cli.root import ROOT
from cli.session import open_session
from cli.terraform.locks import check_release
from cli.terraform.orphaned_stacks import find_stack
from cli.terraform.provider_mirror import prepare_terraform
from cli.terraform.unmanaged_resources import Tagged
from cli.terraform_cloud.resource_count import count_all, describe
from config.loader.platform import load_platform

DIFFERENT = 3
"""drift found changes; 2 already says that the input is wrong."""

GITHUB = "github"

console = Console()


def doctor(
    environment: Annotated[
        str | None,
        typer.Argument(metavar="[ENV|github]", help="Look into this environment's account as well, or at GitHub."),
    ] = None,
    local: Local = False,
) -> None:
    """Check that Python, Node.js, npm and Terraform are there, and where the AWS provider would come from.

    With an environment also whether its account is set up: where its state is kept, the ceiling of OpenSearch, and
    whether AWS allows the account what the code needs, such as Elastic IP addresses; and how many resources Terraform
    Cloud would count, if it keeps the state.

    With `github`, what of the repository there is not set up for delivery and its gate before production.
    """
    if environment == GITHUB:
        examine_github()
        return
    if missing := problems():
        raise CommandError("\n".join(missing))
    console.print("Python, Node.js, npm and Terraform: all there.")
    if environment is None:
        console.print(prepare_terraform(ROOT, os.environ).summary, soft_wrap=True, highlight=False)
        return
    session = open_session(ROOT, environment, console, local=local)
    if cloud := session.place.terraform_cloud:
        for line in describe(count_all(ROOT, cloud), cloud):
            session.say(line)
    quotas = list(compare(session.place, needs_of(session.synthesize())))
    for compared in quotas:
        session.say(str(compared))
    if faults := [*(session.faults() or session.gaps()), *shortages(quotas)]:
        raise CommandError("\n".join(faults))
    session.say(f"The account of {environment} is set up.")


def examine_github() -> None:
    """Say what is not set up in the repository on GitHub, and end with 1 where something is not."""
    deployments = load_platform(ROOT)
    delivery = deployments[0].environment.delivery
    if delivery is None:
        raise UsageError(
            "environments/shared.yaml has no `delivery:`, so no workflow deploys",
            fix="write it as docs/delivery.md says, with the name of your repository",
        )
    names = in_order(deployment.environment.name for deployment in deployments)
    found = Gate(GitHub.of(delivery.repository), delivery, names, ROOT).findings()
    for finding in found:
        console.print(str(finding), markup=False, highlight=False, soft_wrap=True)
    if wrong := [finding for finding in found if not finding.unknown]:
        raise CommandError(f"{len(wrong)} things of {delivery.repository} are not set up.")
    console.print(f"{delivery.repository} is set up for delivery.", highlight=False)


def drift(environment: Environment, stacks: Stacks = None, local: Local = False) -> None:
    """Plan every stack and say which have changes. Ends with 0 when none has, with 3 when one has."""
    session = open_session(ROOT, environment, console, local=local)
    different = False
    with exclusive_run(session, lock_timeout_seconds=600) as run:
        for plan in plan_all(session, run.program.select(stacks or [])):
            session.say(f"{plan.stack.id}: {plan.summary}")
            for change in plan.changes:
                session.say(f"  {change}")
            different = different or plan.code == CHANGES
    raise typer.Exit(DIFFERENT if different else 0)


def unmanaged(environment: Environment, local: Local = False) -> None:
    """List what carries the environment's tag in AWS but is in no state: left by a Terraform that was killed."""
    session = open_session(ROOT, environment, console, local=local)
    found: list[Tagged] = session.unmanaged()
    for stray in found:
        session.say(f"{stray.stack:<24} {stray.arn}")
    session.say(f"{len(found)} resources outside the states of {environment}.")


def unlock(
    environment: Environment,
    stack: Annotated[str, typer.Argument(metavar="STACK", help="network, service-orders, ...")],
    lock_id: Annotated[str, typer.Option("--id", help="The lock, as the refused command named it.")],
    local: Local = False,
) -> None:
    """Release the lock that a killed run has left. The ID makes sure that it is that one."""
    session = open_session(ROOT, environment, console, local=local)
    chosen = find_stack(session.root, session.synthesize(), stack)
    held = session.store.locks([chosen])
    lock = check_release(held[0] if held else None, chosen, lock_id)
    session.store.unlock(lock)
    session.say(f"Released the lock of {lock.who} on {chosen.id}.")


def bootstrap(environment: Environment, local: Local = False) -> None:
    """Set up where the environment's Terraform state is kept, and limit what OpenSearch may cost.

    The state: an S3 bucket, or the project and workspaces of Terraform Cloud and the roles of its runs in AWS. Once per
    environment, and after each change of `terraform_cloud` or of `logging.max_indexing_ocu` or `max_search_ocu`;
    harmless again.
    """
    session = open_session(ROOT, environment, console, local=local)
    for line in session.bootstrap():
        session.say(line)
    for line in session.set_opensearch_ceiling():
        session.say(line)
