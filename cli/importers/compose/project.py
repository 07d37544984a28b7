"""A compose file as services: which of them listen, call each other, share an image, and keep data."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from cli.importers.compose.fields import apply_fields
from cli.importers.compose.file import ComposeFile, read_compose
from cli.importers.compose.ports import exposed, guessed, published
from cli.importers.compose.references import called_at, env_files, named_by, waiting_for
from cli.importers.compose.stores import Store, image_name, share, store_of, variables_to
from cli.importers.draft import Draft, Import, Outcome
from cli.importers.foreign_values import pairs, text
from cli.importers.names import OF_THE_PLATFORM, RULE, our_name
from cli.importers.relations import settle_kind, share_images
from cli.importers.variables import set_variable, shown
from config.models.service_names import PLATFORM_NAMES
from config.source.node import Node

_TOP = {
    "volumes": "a task's disk ends with the task: `buckets:`, `database:` and `cache:` keep data",
    "networks": "the network is by `calls:`",
    "configs": "put files into images",
    "secrets": "each service names its secrets",
    "include": "import those files too, one by one",
}
_ROUTERS = frozenset({"traefik", "nginx-proxy", "haproxy", "caddy-docker-proxy", "envoy"})
_MADE = {
    "database": "`database:` of what uses it: PostgreSQL on RDS, without the data that is in here",
    "cache": "`cache:` of what uses it: a Valkey, without the data that is in here",
}


@dataclass
class _Project:
    compose: ComposeFile
    found: Import = field(default_factory=Import)
    stores: dict[str, Store] = field(default_factory=dict)
    drafts: dict[str, Draft] = field(default_factory=dict)
    """By the foreign name."""
    routers: list[str] = field(default_factory=list)

    def fields(self, name: str) -> dict[str, Node]:
        return self.compose.services[name].fields

    def stores_of(self, name: str) -> list[Store]:
        return [self.stores[other] for other in named_by(self.compose, name) if other in self.stores]


def import_compose(root: Path, file: Path) -> Import:
    """Draft a service for each one of a compose file that is none of the platform's own."""
    project = _Project(read_compose(root, file))
    for name, node in project.compose.services.items():
        _begin(project, name, node)
    for name, draft in project.drafts.items():
        apply_fields(draft, project.fields(name))
        _variables(project, name, draft)
    _kinds(project)
    _calls(project)
    share_images([(draft, _image(draft.origin)) for draft in project.drafts.values()])
    _stores(project)
    for name, node in project.compose.rest.items():
        if name in _TOP:
            project.found.say(node, name, Outcome.LEFT_OUT, _TOP[name])
    project.found.drafts.extend(project.drafts.values())
    return project.found


def _begin(project: _Project, name: str, node: Node) -> None:
    if store := store_of(name, node):
        project.stores[name] = store
        outcome = Outcome.CHANGED if store.kind in _MADE else Outcome.LEFT_OUT
        project.found.say(node, f"services.{name}", outcome, _MADE.get(store.kind, store.instead))
        return
    image = node.fields.get("image") if "build" not in node.fields else None
    if name in PLATFORM_NAMES or (image is not None and image_name(str(image.content)) in PLATFORM_NAMES):
        project.found.say(node, f"services.{name}", Outcome.LEFT_OUT, OF_THE_PLATFORM)
        return
    if image is not None and image_name(str(image.content)) in _ROUTERS:
        why = "the platform's load balancer does this: `http:` of a `kind: public-web` says which requests it gets"
        project.found.say(node, f"services.{name}", Outcome.LEFT_OUT, why)
        project.routers.append(name)
        return
    draft = Draft(our_name(name, [other.name for other in project.drafts.values()]), node)
    if draft.name != name:
        draft.changed(node, f"services.{name}", f"it is called {draft.name}: {RULE}")
    project.drafts[name] = draft


def _variables(project: _Project, name: str, draft: Draft) -> None:
    """Take `environment:`, then what the env files say beside it."""
    environment = project.fields(name).get("environment")
    sources = [(environment, "environment")] if environment is not None else []
    for entry, path, variables in env_files(project.compose, name):
        if not variables:
            draft.to_do(entry, "env_file", f"{path} is not here: write what it holds as `variables:` and `secrets:`")
        sources.append((Node(project.compose.file.parent / path, 1, "", variables), path))
    taken: set[str] = set()
    for node, setting in sources:
        for store in project.stores_of(name):
            taken |= variables_to(store, node, setting, draft, but=taken)
        for variable, value, place in pairs(node, setting):
            if variable not in taken:
                taken.add(variable)
                where = f"{setting}.{variable}"
                written = None if value is None else _addresses(project, draft, place, text(value, where))
                set_variable(draft, place, where, variable, written)


def _addresses(project: _Project, draft: Draft, place: Node, value: str) -> str:
    """Write names of other services in full: ECS gives tasks on Fargate no search domain."""
    for name, other in project.drafts.items():
        pattern = rf"(?<=//){re.escape(name)}(?=[:/?]|$)|^{re.escape(name)}(?=:[0-9]+(/|$))"
        if other is not draft and re.search(pattern, value):
            value = re.sub(pattern, f"{other.name}.app.local", value)
            draft.changed(
                place, f"{name} in a variable", f"{other.name}.app.local: names of services are written in full"
            )
    return value


def _kinds(project: _Project) -> None:
    """Settle kinds and ports, by who reaches each service."""
    drafts, compose = project.drafts, project.compose
    mentions = called_at(compose, drafts, drafts)
    routed = {other for router in project.routers for other in named_by(compose, router)}
    for name, draft in drafts.items():
        ports = published(project.fields(name))
        tcp = [port for port in [*ports, *exposed(project.fields(name))] if port.protocol == "tcp"]
        prepared = [drafts[other].name for other in waiting_for(compose, name) if other in drafts]
        for port in ports:
            if port.protocol != "tcp":
                draft.left_out(port.node, "ports", "no UDP: the load balancer and `calls:` carry TCP")
            elif port.target != tcp[0].target and not prepared:
                draft.set(f"ports.port-{port.target}", port.target)
                draft.carried(port.node, "ports", f"ports.port-{port.target}: {port.target}")
        callers = [its.name for other, its in drafts.items() if name in named_by(compose, other)]
        guess = guessed(name, project.fields(name), mentions) if not tcp and (callers or name in routed) else None
        settle_kind(
            draft,
            tcp[0].node if tcp else draft.origin,
            port=tcp[0].target if tcp else guess[0] if guess else None,
            known_by=guess[1] if guess else None,
            outside=name in routed or any(port in tcp[:1] and not port.only_here for port in ports),
            callers=callers,
            before=prepared,
        )


def _calls(project: _Project) -> None:
    called: dict[str, list[str]] = {}
    for name, draft in project.drafts.items():
        node = project.fields(name).get("depends_on", draft.origin)
        for other in (project.drafts.get(other) for other in named_by(project.compose, name)):
            if other is None or not other.get("port"):
                continue
            if _leads(other.name, draft.name, called):
                why = "calls it already, and calls form no circle (docs/adr/0003)"
                draft.left_out(node, "depends_on", f"no `calls: [{other.name}]`: {other.name} {why}")
                continue
            called.setdefault(draft.name, []).append(other.name)
        if draft.name in called:
            draft.set("calls", called[draft.name])
            draft.carried(node, "depends_on", f"calls: [{', '.join(called[draft.name])}]")
        for key in ("depends_on", "links"):
            if waits := project.fields(name).get(key):
                draft.changed(waits, key, "no task waits for another: a program tries again until it is answered")


def _leads(start: str, goal: str, called: dict[str, list[str]]) -> bool:
    """Tell whether calls lead from one service to another already."""
    return start == goal or any(_leads(other, goal, called) for other in called.get(start, []))


def _stores(project: _Project) -> None:
    """Give each store to who uses it, those that keep running first."""
    for name, store in project.stores.items():
        using = [draft for other, draft in project.drafts.items() if store in project.stores_of(other)]
        share(store, sorted(using, key=lambda draft: draft.get("kind") == "one-off"))
        if not using:
            project.found.say(store.node, f"services.{name}", Outcome.TO_DO, "nothing names it: add it to what uses it")


def _image(node: Node) -> tuple[Node, str, bool]:
    """Return where an image is named, what tells it from others, and whether the team builds it."""
    build, image = node.fields.get("build"), node.fields.get("image")
    if build is not None:
        return build, f"build {build.source} {shown(str(image.content)) if image else ''}", True
    if image is None:
        return node, f"nothing {node.line}", True
    return image, shown(text(image, "image")), False
