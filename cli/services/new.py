"""`groundwork service new`: a file that deploys as it is, after a few questions or with all answers as flags."""

from __future__ import annotations

import re
import sys
from typing import Annotated

import typer

from cli.cost.new_service import new_service_cost
from cli.errors import UsageError
from cli.root import root
from cli.services.config_transaction import ConfigTransaction
from cli.services.questions import NAME, Answer, Question, questions_for, suggestion_for
from cli.services.text import KIND_COMMENTS, service_text
from config.loader.platform import SERVICES, WrittenDeployment, read_platform
from config.models.service.kinds import Kind
from config.source.problem import ConfigError, Problem


def new(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="The file's name, and the DNS name.")] = None,
    *,
    kind: Annotated[Kind | None, typer.Option(help="What it is for.")] = None,
    port: Annotated[int | None, typer.Option(help="Where the container listens.")] = None,
    host: Annotated[
        list[str] | None,
        typer.Option(help="public-web: host under the domain, once for each; by default the name."),
    ] = None,
    path: Annotated[
        list[str] | None, typer.Option(help="public-web: path pattern, once for each; by default /*.")
    ] = None,
    health_check: Annotated[str | None, typer.Option(help="public-web: by default /healthz.")] = None,
    schedule: Annotated[
        str | None, typer.Option(metavar="EXPRESSION", help="scheduled-job: cron(30 3 * * ? *), rate(15 minutes).")
    ] = None,
    timezone: Annotated[str | None, typer.Option(help="scheduled-job: by default UTC.")] = None,
    before: Annotated[str | None, typer.Option(metavar="SERVICE", help="one-off: runs before its deploys.")] = None,
    cpu: Annotated[int | None, typer.Option(help="CPU units; 1024 is one vCPU; by default 256.")] = None,
    memory_mib: Annotated[int | None, typer.Option(help="By default the least that goes with the cpu.")] = None,
    about: Annotated[str, typer.Option(metavar="TEXT", help="One line on what it does, for readers.")] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing: the defaults are fine.")] = False,
) -> None:
    """Write service_configs/NAME.yaml for a new service: asks what it needs, or takes it from the options.

    For example `groundwork service new payments --kind internal --port 8080`.
    """
    deployments = read_platform(root())
    ask = not yes and sys.stdin.isatty() and sys.stderr.isatty()
    given: dict[str, Answer | None] = {
        "port": port,
        "http.host": _one_or_several(host),
        "http.path": _one_or_several(path),
        "health_check.path": health_check,
        "schedule.expression": schedule,
        "schedule.timezone": timezone,
        "before": before,
        "cpu": cpu,
        "memory_mib": memory_mib,
    }
    if not ask:
        _refuse_gaps(name, kind, given)
    name = _free_name(name) if name is not None else _ask_name()
    kind = kind or _ask_kind()
    answers = {field: answer for field, answer in given.items() if answer is not None}
    for question in questions_for(kind):
        if question.field not in answers:
            suggestion = suggestion_for(question, name, answers)
            answer = _ask(question, suggestion) if ask else suggestion
            if answer is not None:
                answers[question.field] = answer
    text = service_text(name, kind, answers, about=" ".join(about.split()))
    file = SERVICES / f"{name}.yaml"
    if ask:
        typer.echo(f"\n{text}", err=True)
        typer.confirm(f"Write {file}?", default=True, abort=True, err=True)
    edit = ConfigTransaction(root())
    edit.write(file, text)
    try:
        edit.apply()
    except ConfigError:
        typer.echo(f"Nothing is written. This is what {file} would have been:\n\n{text}", err=True)
        raise
    typer.echo(f"Wrote {file}\n{_next_steps(name, before=answers.get('before'), deployments=deployments)}")
    if kind.keeps_running:
        typer.echo("code: on SIGTERM, finish what has begun and end; see docs/deploying.md, On SIGTERM")
    typer.echo(f"cost: {new_service_cost(root(), name)}")


def _one_or_several(given: list[str] | None) -> Answer | None:
    """Return an option that may be there several times, as the file has it."""
    return given[0] if given and len(given) == 1 else given


def _refuse_gaps(name: str | None, kind: Kind | None, given: dict[str, Answer | None]) -> None:
    """Nobody can be asked: say every missing answer at once."""
    gaps = [] if name else ["NAME"]
    if kind is None:
        gaps.append(f"--kind {'|'.join(Kind)}")
    else:
        gaps += [
            f"{question.flag} {question.suggestion or 'EXPRESSION'}"
            for question in questions_for(kind)
            if given[question.field] is None and question.needed_by(kind)
        ]
    if gaps:
        raise UsageError(
            f"nobody is here to be asked, and the answer is missing to: {', '.join(gaps)}",
            fix="add it to the command, or run it in a terminal",
        )


def _free_name(name: str) -> str:
    try:
        NAME.parse(name)
    except ValueError as error:
        fix = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        fix = f"write {fix}" if _is_name(fix) else "choose another name"
        raise _refused(name, "this is no name for a service", str(error), fix) from None
    file = SERVICES / f"{name}.yaml"
    if (root() / file).exists():
        raise _refused(name, "there is a service of this name already", "a name of its own", f"edit {file}")
    return name


def _is_name(name: str) -> bool:
    try:
        NAME.parse(name)
    except ValueError:
        return False
    return True


def _refused(name: str, message: str, allowed: str, fix: str) -> ConfigError:
    return ConfigError([Problem(file=SERVICES, value=name, message=message, allowed=allowed, fix=fix)])


def _ask_name() -> str:
    while True:
        try:
            return _free_name(str(typer.prompt(NAME.text, err=True)))
        except ConfigError as error:
            typer.echo(f"  {error.problems[0].message}; allowed: {error.problems[0].allowed}", err=True)


def _ask_kind() -> Kind:
    for kind, comment in KIND_COMMENTS.items():
        typer.echo(f"  {kind:<14} {comment.format(name='NAME')}", err=True)
    while True:
        answer = str(typer.prompt("Kind", err=True)).strip()
        if answer in list(Kind):
            return Kind(answer)
        typer.echo(f"  allowed: {', '.join(Kind)}", err=True)


def _ask(question: Question, suggestion: Answer | None) -> Answer:
    while True:
        default = None if suggestion is None else str(suggestion)
        answer = str(typer.prompt(question.text, default=default, show_default=bool(default), err=True))
        if answer == default == "":
            return ""
        try:
            return question.parse(answer)
        except ValueError as error:
            typer.echo(f"  allowed: {error}", err=True)


def _next_steps(name: str, *, before: Answer | None, deployments: tuple[WrittenDeployment, ...]) -> str:
    environment = deployments[0].environment.settings
    if before:
        return (
            f"next: write `command:` in {SERVICES / name}.yaml, or it starts what {before} starts, and never ends\n"
            f"      groundwork deploy {environment.name}    it runs the image that {before} is released at"
        )
    return (
        f"next: groundwork deploy shared    makes its repository, {environment.registry}/{name}\n"
        f"      groundwork images publish --service {name} --context DIR, or push an image there\n"
        f"      groundwork release {name} TAG --environment {environment.name}\n"
        f"      groundwork images publish    Prometheus' image names whom it scrapes\n"
        f"      groundwork deploy {environment.name} service-{name} monitoring    without a release it runs no task"
    )
