"""`groundwork service remove`: the file and the releases of a service that nobody needs any more."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cli.errors import UsageError
from cli.root import root
from cli.services.config_transaction import ConfigTransaction
from cli.services.release import find_service
from config.loader.platform import SERVICES, WrittenDeployment, read_platform
from config.loader.release_place import place_of
from config.loader.release_text import releases_in, without_release
from config.models.service.application import ImageOf
from config.models.service.container.ports import called_service
from config.source.problem import ConfigError, Problem


def remove(
    name: Annotated[str, typer.Argument(metavar="NAME", help="orders: a file in service_configs/")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete a service's file and its releases, and say how what runs is destroyed.

    Refused while another service names it.
    """
    deployments = read_platform(root())
    names = [deployment.environment.settings.name for deployment in deployments]
    services = {environment: find_service(deployments, name, environment).settings for environment in names}
    logged = {
        environment.name
        for environment in (deployment.environment.settings for deployment in deployments)
        if environment.logging.is_searched(services[environment.name])
    }
    if reasons := [*_users(name, deployments), *_protected_data(name, deployments)]:
        raise ConfigError(reasons)
    file = SERVICES / f"{name}.yaml"
    edit = ConfigTransaction(root())
    gone = []
    # Releases first: a service without one is valid at every moment, a release without its service is not.
    for place in (place_of(root(), environment, name) for environment in names):
        text = edit.text(place.file)
        if text is None or place.key not in releases_in(text, file=place.file):
            continue
        if place.is_former:
            edit.write(place.file, without_release(text, name, file=place.file))
        else:
            edit.remove(place.file)
        gone.append(str(place.file))
    edit.remove(file)
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError("nobody is here to be asked", fix="add --yes")
        typer.confirm(
            f"Delete {file}{', and its releases in ' if gone else ''}{', '.join(gone)}?", abort=True, err=True
        )
    edit.apply()
    typer.echo(f"Removed {file}{', and its releases in ' if gone else ''}{', '.join(gone)}")
    typer.echo("What was deployed still runs. Destroy it where it was:")
    for environment, service in services.items():
        database = f" logins-{name} database-{name}" if service.own_database else ""
        logs = f" logs-{name}" if environment in logged else ""
        typer.echo(f"  groundwork destroy {environment} service-{name}{database}{logs}")
    typer.echo(
        "Prometheus still asks for it, until `groundwork images publish` and `groundwork deploy ENV monitoring`."
    )


def _protected_data(name: str, deployments: tuple[WrittenDeployment, ...]) -> list[Problem]:
    """Once the file is gone, nobody can take the protection off its database any more."""
    found = []
    for deployment in deployments:
        service = find_service((deployment,), name, deployment.environment.settings.name)
        database = service.settings.own_database
        if database and deployment.environment.settings.database(database).deletion_protection:
            found.append(
                service.problem(
                    "database.deletion_protection",
                    "database",
                    message=f"the database of {name} is protected in {deployment.environment.settings.name}",
                    allowed="to remove a service whose data nobody needs",
                    fix="write `deletion_protection: false` under `database:`, deploy that, then remove the service",
                )
            )
    return found


def _users(name: str, deployments: tuple[WrittenDeployment, ...]) -> list[Problem]:
    """Every line of another service's file that names this one."""
    found: dict[tuple[str, int | None], Problem] = {}
    for service in (service for deployment in deployments for service in deployment.services):
        fields = {
            **{f"calls.{i}": "calls" for i, call in enumerate(service.settings.calls) if called_service(call) == name},
            **{
                f"secrets.{key}.of": "reads a secret of"
                for key, its in service.settings.secrets.items()
                if its.of == name
            },
            **({"before": "runs before the deploys of"} if name in service.settings.before else {}),
            **(
                {"image.of": "runs the image of"}
                if isinstance(service.settings.image, ImageOf) and service.settings.image.of == name
                else {}
            ),
            **(
                {"database.of": "uses the database of"}
                if service.settings.database and service.settings.database.of == name
                else {}
            ),
        }
        for field, verb in fields.items():
            problem = service.problem(
                field,
                message=f"{service.settings.name} {verb} {name}, so {SERVICES / name}.yaml cannot be removed",
                allowed="to remove a service that no other names",
                fix=f"remove {name} from this line, or {service.settings.name} first",
            )
            found.setdefault((str(problem.file), problem.line), problem)
    return list(found.values())
