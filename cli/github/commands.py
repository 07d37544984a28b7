"""`groundwork github`: the steps of the workflows, each of which a person can run, too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.changes.plan_command import make_plan
from cli.changes.plan_text import as_markdown
from cli.changes.reviewed import with_record
from cli.cost.comment import change_markdown
from cli.deploy.plans import CHANGES, plan_all
from cli.errors import UsageError
from cli.github.api import GitHub
from cli.github.notes import tell_drift, write_comment
from cli.github.preview import ask_for_preview
from cli.github.promotion import changed_since, in_order, promoted
from cli.github.release import release_everywhere
from cli.github.reviewed import print_reviewed
from cli.github.step_files import write_outputs, write_summary
from cli.options import Environment, Local, Stacks
from cli.root import ROOT
from cli.services.release import refuse_unreleasable
from cli.session import find_place, open_session
from config.loader.platform import load_platform
from config.models.environment.shared import SHARED

console = Console()
notices = Console(stderr=True)
github_app = typer.Typer(no_args_is_help=True, help="What the workflows in .github/workflows ask for.")


@github_app.command("role")
def role(
    environment: Environment,
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="plan, deploy, preview; of shared also images and push-<service>")
    ],
) -> None:
    """Name the role of a workflow, its account and region, as outputs of the step."""
    place = find_place(ROOT, environment)
    kinds = _kinds(environment)
    if kind not in kinds:
        fix = "\n  fix: name its repository in `delivery.services` of environments/shared.yaml"
        raise UsageError(
            f"{environment} has no role {kind}",
            allowed=f"{', '.join(kinds)}{fix if kind.startswith('push-') else ''}",
        )
    write_outputs(
        {
            "role": f"arn:aws:iam::{place.account_id}:role/groundwork-{place.name}-{kind}",
            "account": place.account_id,
            "region": place.region,
        }
    )


@github_app.command("affected")
def affected_environments(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="what `groundwork affected --json` printed")],
) -> None:
    """Name the environments that a change affects, and the stacks of each, as outputs of the step."""
    stacks = json.loads(file.read_text())["stacks"]
    there = [stack for stack in stacks if stack["change"] != "removed"]
    environments = list(dict.fromkeys(stack["environment"] for stack in there))
    plans = [
        {
            "environment": name,
            "stacks": " ".join(stack["name"] for stack in there if stack["environment"] == name),
        }
        for name in environments
    ]
    write_outputs({"plans": json.dumps(plans)})


@github_app.command("environments")
def every_environment() -> None:
    """Name everything that is deployed, `shared` first, as an output of the step."""
    write_outputs({"environments": json.dumps([SHARED, *_in_order()])})


@github_app.command("promoted")
def promoted_environments(
    before: Annotated[str, typer.Argument(metavar="COMMIT", help="the commit that was deployed before")],
    only: Annotated[str | None, typer.Option("--only", help="This one, whatever has changed.")] = None,
) -> None:
    """Name the environments that a push deploys, in order, as an output of the step."""
    ordered = _in_order()
    if only and only not in (SHARED, *ordered):
        raise UsageError(f"there is no environment {only}", allowed=", ".join([SHARED, *ordered]))
    write_outputs(
        {"environments": json.dumps([only] if only else promoted(ordered, ordered[0], changed_since(ROOT, before)))}
    )


@github_app.command("plan")
def comment_plan(
    environment: Environment,
    stacks: Stacks = None,
    number: Annotated[int, typer.Option("--pull-request", metavar="NUMBER", help="where to say it")] = 0,
    base: Annotated[
        str | None, typer.Option("--base", metavar="REV", help="Say what the change since this commit costs, too.")
    ] = None,
    local: Local = False,
) -> None:
    """Plan, and put what it means into the pull request's one comment of this environment. Ends as `plan` does."""
    github = GitHub.from_environment()
    stacks = [name for word in stacks or [] for name in word.split()]
    found, code, reviewed = make_plan(environment, stacks, local=local, to=notices)
    text = as_markdown(environment, found)
    if base:
        text = f"{text}\n{change_markdown(ROOT, base, environment)}"
    done = write_comment(github, number, with_record(text, reviewed))
    write_summary(text)
    console.print(f"{done.what}: {done.url}", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(code)


@github_app.command("release")
def release(
    service: Annotated[str, typer.Argument(metavar="SERVICE")], tag: Annotated[str, typer.Argument(metavar="TAG")]
) -> None:
    """Release an image that was pushed: to dev at once, to the next environment by a pull request.

    PLATFORM_REPOSITORY names this platform's repository, GITHUB_TOKEN may write its contents and pull requests.
    """
    names = _in_order()
    refuse_unreleasable(ROOT, names[0], service)
    for done in release_everywhere(GitHub.from_environment(), service, tag, names):
        words = f"{done.environment}: {done.what} {done.url}".rstrip()
        write_summary(words)
        console.print(words, markup=False, highlight=False, soft_wrap=True)


github_app.command("preview")(ask_for_preview)
github_app.command("reviewed")(print_reviewed)


@github_app.command("drift")
def drift(environment: Environment, local: Local = False) -> None:
    """Compare AWS with the code, and keep the environment's issue: opened, brought up to date, closed."""
    github = GitHub.from_environment()
    session = open_session(ROOT, environment, notices, local=local)
    session.need_state_store()
    lines = []
    for plan in plan_all(session, session.synthesize().stacks):
        if plan.code == CHANGES:
            lines += [f"**{plan.stack.id}**: {plan.summary}", *(f"- `{change}`" for change in plan.changes), ""]
    if left := session.unmanaged():
        lines += ["**In no state**", *(f"- `{stray.arn}`" for stray in left)]
    done = tell_drift(github, environment, "\n".join(lines).strip())
    words = f"{done.what}: {done.url}" if done else f"{environment} is what the code says."
    write_summary("\n".join(lines) or words)
    console.print(words, markup=False, highlight=False, soft_wrap=True)


def _kinds(environment: str) -> list[str]:
    """Return the roles of a place, as stacks/delivery.py and stacks/shared_delivery.py make them."""
    if environment != SHARED:
        previews = load_platform(ROOT, only=environment)[0].environment.previews
        return ["plan", "deploy", *(["preview"] if previews else [])]
    delivery = load_platform(ROOT)[0].environment.delivery
    services = delivery.services if delivery else {}
    of_pull_requests = [f"preview-{name}" for name, its in services.items() if its.previews]
    return ["plan", "deploy", "images", *(f"push-{name}" for name in services), *of_pull_requests]


def _in_order() -> list[str]:
    """Return the environments in the order in which a release goes through them."""
    return in_order(deployment.environment.name for deployment in load_platform(ROOT))
