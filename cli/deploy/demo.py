"""`make demo`: the dev environment on the embedded AWS, from nothing; `make demo-down`: back to nothing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import boto3
from rich.console import Console
from rich.table import Table

from cli.deploy.run import exclusive_run
from cli.errors import CommandError
from cli.options import LockTimeout
from cli.recovery.errored_state import push_errored
from cli.recovery.former_routes import destroy_former_routes
from cli.recovery.preparation import mend
from cli.root import ROOT
from cli.session import Session, open_session
from cli.state.bucket import bucket_exists
from cli.target import LOCAL_AWS
from cli.terraform.progress import Progress
from cli.terraform.tagged_resources import find_tagged
from cli.terraform.unmanaged_resources import unmanaged
from local_aws import launcher

if TYPE_CHECKING:
    from mypy_boto3_ecs.type_defs import ServiceTypeDef
    from mypy_boto3_elbv2.type_defs import ActionOutputTypeDef, RuleConditionOutputTypeDef

ENVIRONMENT = "dev"


def demo(lock_timeout: LockTimeout = 600) -> None:
    """Deploy the dev environment on an embedded AWS, and show what stands there. No account, no cost."""
    begun, console = time.monotonic(), Console()
    session = open_session(ROOT, ENVIRONMENT, console, local=True)
    with exclusive_run(session, lock_timeout_seconds=lock_timeout) as run:
        push_errored(run)
        mend(run, run.program.stacks, yes=True)
        session.say(f"Deploying {len(run.program.stacks)} stacks")
        destroy_former_routes(run, run.orphans(), run.program.stacks, yes=True)
        progress = run.execute("deploy", run.program.stacks)
    console.print()
    console.print(stack_table(session, progress))
    console.print(name_table(session))
    console.print(rule_table(session))
    changed = any(stack.has_changed for stack in progress.stacks.values())
    words = "Deployed" if changed else "No changes: everything is as the code says. Done"
    for orphan in run.orphans():
        session.say(f"{orphan.stack} has left the program: {session.command('deploy dev --prune')} destroys it")
    session.say(f"{words} in {time.monotonic() - begun:.0f} s. Take it away again: make demo-down")


def demo_down(lock_timeout: LockTimeout = 600) -> None:
    """Destroy what `demo` made, and stop the embedded AWS."""
    console = Console()
    if launcher.status(directory=LOCAL_AWS) is None:
        console.print("The embedded AWS is not running: there is nothing to take away.")
        return
    session = open_session(ROOT, ENVIRONMENT, console, local=True)
    place = session.place
    if bucket_exists(session.s3, place.state_bucket, account_id=place.account_id, region=place.region):
        with exclusive_run(session, lock_timeout_seconds=lock_timeout) as run:
            push_errored(run)
            run.refuse_abandoned_locks(run.program.stacks)
            for orphan in run.orphans():
                run.destroy_orphan(orphan)
            run.execute("destroy", run.program.stacks)
    left = unmanaged(find_tagged(session.name, session.place.region), [])
    if left:
        raise CommandError("\n".join(["These resources are left:", *(resource.arn for resource in left)]))
    launcher.stop(directory=LOCAL_AWS)
    session.say("0 resources left. The embedded AWS has stopped.")


def stack_table(session: Session, progress: Progress) -> Table:
    """Return a table of the stacks with their resources and times."""
    resources = {f"{session.name}-{state.stack}": state.resources for state in session.states()}
    table = Table(title="Stacks", title_justify="left")
    table.add_column("stack")
    table.add_column("resources", justify="right")
    table.add_column("this run")
    for name, stack in progress.stacks.items():
        table.add_row(name, str(resources.get(name, 0)), stack.outcome)
    table.add_section()
    table.add_row("total", str(sum(resources.values())), "")
    return table


def name_table(session: Session) -> Table:
    """Return the services in the environment's private DNS namespace, and what registers itself under each name."""
    table = Table("name", "registered by", "tasks", title="Services by name", title_justify="left")
    names = boto3.client("servicediscovery", region_name=session.place.region)
    registrants = registered_services(session)
    for namespace in names.list_namespaces()["Namespaces"]:
        filters = [{"Name": "NAMESPACE_ID", "Values": [namespace["Id"]], "Condition": "EQ"}]
        for name in names.list_services(Filters=filters)["Services"]:  # type: ignore[arg-type]
            ecs_service = registrants.get(name["Arn"])
            registrant = f"ECS service {ecs_service['serviceName']}" if ecs_service else "nothing"
            tasks = str(ecs_service["desiredCount"]) if ecs_service else ""
            table.add_row(f"{name['Name']}.{namespace['Name']}", registrant, tasks)
    return table


def registered_services(session: Session) -> dict[str, ServiceTypeDef]:
    """Return the ECS services of the environment's cluster, by the Cloud Map service that they register in."""
    ecs = boto3.client("ecs", region_name=session.place.region)
    found = {}
    for page in ecs.get_paginator("list_services").paginate(cluster=session.name):
        if arns := page["serviceArns"]:
            for service in ecs.describe_services(cluster=session.name, services=arns)["services"]:
                found.update({registry["registryArn"]: service for registry in service["serviceRegistries"]})
    return found


def rule_table(session: Session) -> Table:
    """Return the load balancer's rules in the order in which it tries them."""
    table = Table(title="Rules of the load balancer", title_justify="left")
    for column in ("listener", "priority", "when", "then"):
        table.add_column(column)
    elb = boto3.client("elbv2", region_name=session.place.region)
    for balancer in elb.describe_load_balancers()["LoadBalancers"]:
        for listener in elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]:
            at = f"{listener['Protocol']} {listener['Port']}"
            rules = elb.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]
            for rule in sorted(rules, key=lambda rule: (len(rule["Priority"]), rule["Priority"])):
                conditions = [" or ".join(_values(condition)) for condition in rule.get("Conditions", [])]
                actions = [_action(action) for action in rule["Actions"]]
                table.add_row(at, rule["Priority"], " and ".join(conditions) or "anything else", ", ".join(actions))
    return table


def _values(condition: RuleConditionOutputTypeDef) -> list[str]:
    for config in (condition.get("HostHeaderConfig"), condition.get("PathPatternConfig")):
        if config:
            return list(config["Values"])
    return list(condition.get("Values", []))


def _action(action: ActionOutputTypeDef) -> str:
    if arn := action.get("TargetGroupArn"):
        return arn.split("/")[1]
    if fixed := action.get("FixedResponseConfig"):
        return f"answer {fixed['StatusCode']}"
    if redirect := action.get("RedirectConfig"):
        return f"redirect to {redirect.get('Protocol', '')} {redirect.get('Port', '')}"
    return action["Type"]
