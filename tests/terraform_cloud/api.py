"""What the local Terraform Cloud knows and answers: an organization, its projects, workspaces and their state."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Document = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    status: int
    body: Document | bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class ApiError(Exception):
    """An error as the JSON:API writes it."""

    def __init__(self, status: int, title: str = "", detail: str = "") -> None:
        self.status, self.title, self.detail = status, title, detail
        super().__init__(title)

    @property
    def body(self) -> Document:
        error = {"status": str(self.status), "title": self.title} | ({"detail": self.detail} if self.detail else {})
        return {"errors": [error]}


RIGHTS = ("can-lock", "can-unlock", "can-update", "can-queue-run", "can-queue-apply", "can-read-settings")
NOT_FOUND = (404, "not found")


def one(kind: str, id_: str, attributes: Document, **relations: Any) -> Document:
    found = {"id": id_, "type": kind, "attributes": attributes}
    return found | ({"relationships": {name: {"data": data} for name, data in relations.items()}} if relations else {})


def reference(kind: str, id_: str) -> Document:
    return {"type": kind, "id": id_}


@dataclass
class Workspace:
    id: str
    attributes: Document
    project: str
    consumers: list[str] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    lock_reason: str | None = None


@dataclass
class VariableSet:
    id: str
    attributes: Document
    workspaces: list[str] = field(default_factory=list)
    variables: dict[str, Document] = field(default_factory=dict)


@dataclass
class StateVersion:
    id: str
    attributes: Document
    content: bytes = b""


class Api:
    """One organization. Every answer is made under one lock, as if by a single database."""

    def __init__(self, address: str, organization: str) -> None:
        self.address, self.organization = address, organization
        self.entitlements = {"operations": True, "state-storage": True, "agents": True, "teams": True}
        self.organization_attributes: Document = {"name": organization, "plan-identifier": "free_standard"}
        self.permissions = {"can-create-workspace": True, "can-create-project": True, "can-manage-varsets": True}
        self.projects: dict[str, str] = {"prj-1": "Default Project"}
        self.agent_pools: dict[str, str] = {}
        self.workspaces: dict[str, Workspace] = {}
        self.variable_sets: dict[str, VariableSet] = {}
        self.state_versions: dict[str, StateVersion] = {}
        self._numbers = itertools.count(2)
        self._lock = threading.Lock()

    def workspace(self, name: str) -> Workspace:
        return next(each for each in self.workspaces.values() if each.attributes["name"] == name)

    def state(self, workspace: str) -> Document:
        found: Document = json.loads(self.state_versions[self.workspace(workspace).states[-1]].content)
        return found

    def variables(self, variable_set: str) -> dict[str, str]:
        (found,) = [each for each in self.variable_sets.values() if each.attributes["name"] == variable_set]
        return {variable["key"]: variable["value"] for variable in found.variables.values()}

    def answer(self, method: str, path: str, query: Mapping[str, str], body: bytes) -> Answer:
        with self._lock:
            if path.startswith("/_store/"):
                return self._store(method, path.rpartition("/")[2], body)
            for verb, pattern, act in _ROUTES:
                if verb == method and (match := re.fullmatch(pattern, path)):
                    given = json.loads(body) if body else {}
                    return act(self, query, given.get("data", given), *match.groups())
        raise ApiError(*NOT_FOUND)

    def _new(self, prefix: str) -> str:
        return f"{prefix}-{next(self._numbers):016d}"

    def _store(self, method: str, id_: str, body: bytes) -> Answer:
        version = self.state_versions[id_.removesuffix(".json")]
        if method == "GET":
            return Answer(200, version.content)
        if not id_.endswith(".json"):
            assert hashlib.md5(body).hexdigest() == version.attributes["md5"]
            version.content = body
        return Answer(200, b"")

    def _own(self, organization: str) -> None:
        if organization != self.organization:
            raise ApiError(*NOT_FOUND)

    def _page(self, items: list[Document], query: Mapping[str, str]) -> Answer:
        size, number = int(query.get("page[size]", 20)), int(query.get("page[number]", 1))
        pages = max(1, -(-len(items) // size))
        pagination = {
            "current-page": number,
            "page-size": size,
            "prev-page": number - 1 or None,
            "next-page": number + 1 if number < pages else None,
            "total-pages": pages,
            "total-count": len(items),
        }
        return Answer(200, {"data": items[(number - 1) * size : number * size], "meta": {"pagination": pagination}})

    def _show(self, workspace: Workspace) -> Document:
        attributes = {
            "locked": workspace.lock_reason is not None,
            "operations": workspace.attributes.get("execution-mode") != "local",
            "permissions": dict.fromkeys(RIGHTS, True),
            "locked-reason": workspace.lock_reason or "",
            **workspace.attributes,
        }
        relations: Document = {
            "organization": reference("organizations", self.organization),
            "project": reference("projects", workspace.project),
        }
        if workspace.states:
            relations["current-state-version"] = reference("state-versions", workspace.states[-1])
        if workspace.lock_reason is not None:
            relations["locked-by"] = reference("users", "user-1")
        if pool := workspace.attributes.get("agent-pool-id"):
            relations["agent-pool"] = reference("agent-pools", pool)
        return one("workspaces", workspace.id, attributes, **relations)

    def _find(self, id_: str) -> Workspace:
        if id_ not in self.workspaces:
            raise ApiError(*NOT_FOUND)
        return self.workspaces[id_]

    def _by_name(self, organization: str, name: str) -> Workspace:
        self._own(organization)
        for each in self.workspaces.values():
            if each.attributes["name"] == name:
                return each
        raise ApiError(*NOT_FOUND)

    def _version(self, id_: str) -> Document:
        version = self.state_versions[id_]
        store = f"{self.address}/_store/{id_}"
        return one(
            "state-versions",
            id_,
            {
                **version.attributes,
                "size": len(version.content),
                "hosted-state-download-url": store,
                "hosted-json-state-download-url": store,
                "hosted-state-upload-url": store,
                "hosted-json-state-upload-url": f"{store}.json",
                "resources-processed": True,
                "status": "finalized" if version.content else "pending",
            },
        )


Act = Callable[..., Answer]
_ROUTES: list[tuple[str, str, Act]] = []


def route(method: str, path: str) -> Callable[[Act], Act]:
    """Answer a method and a path; each `:name` of the path is an argument."""
    pattern = re.sub(r":\w+", "([^/]+)", path)

    def named(act: Act) -> Act:
        _ROUTES.append((method, pattern, act))
        return act

    return named


ORGANIZATION = "/api/v2/organizations/:organization"
Query = Mapping[str, str]


@route("GET", "/.well-known/terraform.json")
def _discover(api: Api, query: Query, data: Any) -> Answer:
    return Answer(200, {f"tfe.v2{minor}": "/api/v2/" for minor in ("", ".1", ".2")} | {"state.v2": "/api/v2/"})


@route("GET", "/api/v2/ping")
def _ping(api: Api, query: Query, data: Any) -> Answer:
    headers = {"TFP-API-Version": "2.6", "TFP-AppName": "HCP Terraform", "X-RateLimit-Limit": "30"}
    return Answer(204, None, headers)


@route("GET", "/api/v2/organizations")
def _organizations(api: Api, query: Query, data: Any) -> Answer:
    return api._page([one("organizations", api.organization, {"name": api.organization})], query)


@route("GET", ORGANIZATION)
def _organization(api: Api, query: Query, data: Any, organization: str) -> Answer:
    api._own(organization)
    attributes = api.organization_attributes | {"permissions": api.permissions}
    return Answer(200, {"data": one("organizations", organization, attributes)})


@route("GET", f"{ORGANIZATION}/entitlement-set")
def _entitlements(api: Api, query: Query, data: Any, organization: str) -> Answer:
    api._own(organization)
    return Answer(200, {"data": one("entitlement-sets", "org-1", api.entitlements)})


@route("GET", f"{ORGANIZATION}/projects")
def _projects(api: Api, query: Query, data: Any, organization: str) -> Answer:
    api._own(organization)
    wanted = query.get("filter[names]")
    found = [one("projects", id_, {"name": name}) for id_, name in api.projects.items() if wanted in (None, name)]
    return api._page(found, query)


@route("POST", f"{ORGANIZATION}/projects")
def _make_project(api: Api, query: Query, data: Any, organization: str) -> Answer:
    api._own(organization)
    id_ = api._new("prj")
    api.projects[id_] = data["attributes"]["name"]
    return Answer(201, {"data": one("projects", id_, {"name": api.projects[id_]})})


@route("GET", f"{ORGANIZATION}/agent-pools")
def _agent_pools(api: Api, query: Query, data: Any, organization: str) -> Answer:
    api._own(organization)
    found = [one("agent-pools", id_, {"name": name}) for id_, name in api.agent_pools.items()]
    return api._page(found, query)


@route("GET", f"{ORGANIZATION}/workspaces")
def _workspaces(api: Api, query: Query, data: Any, organization: str) -> Answer:
    api._own(organization)
    wanted, project = query.get("search[name]", ""), query.get("filter[project][id]")
    wildcard = re.escape(query.get("search[wildcard-name]", "*")).replace(r"\*", ".*")
    found = [
        api._show(each)
        for each in sorted(api.workspaces.values(), key=lambda each: str(each.attributes["name"]))
        if wanted in each.attributes["name"]
        and re.fullmatch(wildcard, each.attributes["name"])
        and project in (None, each.project)
    ]
    return api._page(found, query)


@route("POST", f"{ORGANIZATION}/workspaces")
def _make_workspace(api: Api, query: Query, data: Any, organization: str) -> Answer:
    api._own(organization)
    name = data["attributes"]["name"]
    if any(each.attributes["name"] == name for each in api.workspaces.values()):
        raise ApiError(422, "invalid attribute", "Name has already been taken")
    project = data.get("relationships", {}).get("project", {}).get("data", {}).get("id", "prj-1")
    attributes = {"execution-mode": "remote", "global-remote-state": False, "terraform-version": "1.14.0"}
    workspace = Workspace(api._new("ws"), attributes | data["attributes"], project)
    workspace.attributes.pop("type", None)
    api.workspaces[workspace.id] = workspace
    return Answer(201, {"data": api._show(workspace)})


@route("GET", f"{ORGANIZATION}/workspaces/:name")
def _workspace_by_name(api: Api, query: Query, data: Any, organization: str, name: str) -> Answer:
    return Answer(200, {"data": api._show(api._by_name(organization, name))})


@route("GET", "/api/v2/workspaces/:id")
def _workspace(api: Api, query: Query, data: Any, id_: str) -> Answer:
    included = [one("users", "user-1", {"username": "ada"})] if query.get("include") == "locked_by" else []
    return Answer(200, {"data": api._show(api._find(id_)), "included": included})


@route("PATCH", "/api/v2/workspaces/:id")
def _change_workspace(api: Api, query: Query, data: Any, id_: str) -> Answer:
    workspace = api._find(id_)
    workspace.attributes |= data.get("attributes", {})
    workspace.attributes.pop("type", None)
    if project := data.get("relationships", {}).get("project"):
        workspace.project = project["data"]["id"]
    return Answer(200, {"data": api._show(workspace)})


@route("POST", "/api/v2/workspaces/:id/actions/safe-delete")
def _safe_delete(api: Api, query: Query, data: Any, id_: str) -> Answer:
    workspace = api._find(id_)
    if workspace.lock_reason is not None:
        raise ApiError(409, "conflict", "Workspace is currently locked.")
    if workspace.states and json.loads(api.state_versions[workspace.states[-1]].content).get("resources"):
        raise ApiError(409, "conflict", "Workspace still has resources under management.")
    del api.workspaces[id_]
    for other in api.workspaces.values():
        other.consumers = [each for each in other.consumers if each != id_]
    return Answer(204)


@route("POST", "/api/v2/workspaces/:id/actions/lock")
def _lock(api: Api, query: Query, data: Any, id_: str) -> Answer:
    workspace = api._find(id_)
    if workspace.lock_reason is not None:
        raise ApiError(409, "unable to lock workspace", "The workspace is already locked.")
    workspace.lock_reason = data.get("reason") or ""
    return Answer(200, {"data": api._show(workspace)})


@route("POST", "/api/v2/workspaces/:id/actions/unlock")
@route("POST", "/api/v2/workspaces/:id/actions/force-unlock")
def _unlock(api: Api, query: Query, data: Any, id_: str) -> Answer:
    workspace = api._find(id_)
    if workspace.lock_reason is None:
        raise ApiError(409, "unable to unlock workspace", "The workspace is already unlocked.")
    workspace.lock_reason = None
    return Answer(200, {"data": api._show(workspace)})


@route("GET", "/api/v2/workspaces/:id/relationships/remote-state-consumers")
def _consumers(api: Api, query: Query, data: Any, id_: str) -> Answer:
    return api._page([api._show(api._find(each)) for each in api._find(id_).consumers], query)


@route("PATCH", "/api/v2/workspaces/:id/relationships/remote-state-consumers")
def _change_consumers(api: Api, query: Query, data: Any, id_: str) -> Answer:
    api._find(id_).consumers = [api._find(each["id"]).id for each in data]
    return Answer(204)


@route("POST", "/api/v2/workspaces/:id/relationships/remote-state-consumers")
def _add_consumers(api: Api, query: Query, data: Any, id_: str) -> Answer:
    consumers = api._find(id_).consumers
    consumers += [each["id"] for each in data if each["id"] not in consumers]
    return Answer(204)


@route("DELETE", "/api/v2/workspaces/:id/relationships/remote-state-consumers")
def _remove_consumers(api: Api, query: Query, data: Any, id_: str) -> Answer:
    gone = {each["id"] for each in data}
    api._find(id_).consumers = [each for each in api._find(id_).consumers if each not in gone]
    return Answer(204)


def _set(found: VariableSet) -> Document:
    workspaces = [reference("workspaces", each) for each in found.workspaces]
    variables = [reference("vars", each) for each in found.variables]
    return one("varsets", found.id, found.attributes, workspaces=workspaces, vars=variables)


@route("GET", f"{ORGANIZATION}/varsets")
def _variable_sets(api: Api, query: Query, data: Any, organization: str) -> Answer:
    api._own(organization)
    return api._page([_set(each) for each in api.variable_sets.values()], query)


@route("POST", f"{ORGANIZATION}/varsets")
def _make_variable_set(api: Api, query: Query, data: Any, organization: str) -> Answer:
    api._own(organization)
    found = VariableSet(api._new("varset"), data["attributes"])
    api.variable_sets[found.id] = found
    return Answer(201, {"data": _set(found)})


@route("GET", "/api/v2/varsets/:id/relationships/vars")
def _variables(api: Api, query: Query, data: Any, id_: str) -> Answer:
    found = api.variable_sets[id_].variables
    return api._page([one("vars", each, attributes) for each, attributes in found.items()], query)


@route("POST", "/api/v2/varsets/:id/relationships/vars")
def _make_variable(api: Api, query: Query, data: Any, id_: str) -> Answer:
    variable = api._new("var")
    api.variable_sets[id_].variables[variable] = data["attributes"]
    return Answer(201, {"data": one("vars", variable, data["attributes"])})


@route("PATCH", "/api/v2/varsets/:id/relationships/vars/:variable")
def _change_variable(api: Api, query: Query, data: Any, id_: str, variable: str) -> Answer:
    api.variable_sets[id_].variables[variable] |= data["attributes"]
    return Answer(200, {"data": one("vars", variable, api.variable_sets[id_].variables[variable])})


@route("POST", "/api/v2/varsets/:id/relationships/workspaces")
def _apply_variable_set(api: Api, query: Query, data: Any, id_: str) -> Answer:
    workspaces = api.variable_sets[id_].workspaces
    workspaces += [api._find(each["id"]).id for each in data if each["id"] not in workspaces]
    return Answer(204)


@route("POST", "/api/v2/workspaces/:id/state-versions")
def _make_state_version(api: Api, query: Query, data: Any, id_: str) -> Answer:
    workspace, attributes = api._find(id_), dict(data["attributes"])
    if workspace.lock_reason is None:
        raise ApiError(409, "conflict", "The workspace must be locked to create a state version.")
    if workspace.states:
        newest = api.state_versions[workspace.states[-1]].attributes
        if attributes["serial"] < newest["serial"] and not attributes.get("force"):
            raise ApiError(409, "conflict", "A newer serial is already there.")
    state = attributes.pop("state", None)
    attributes.pop("json-state", None)
    outputs = attributes.pop("json-state-outputs", None)
    attributes["created-at"] = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.000Z}"
    version = StateVersion(api._new("sv"), attributes, base64.b64decode(state) if state else b"")
    assert outputs is None or base64.b64decode(outputs)
    api.state_versions[version.id] = version
    workspace.states.append(version.id)
    return Answer(201, {"data": api._version(version.id)})


@route("GET", "/api/v2/workspaces/:id/current-state-version")
def _current_state(api: Api, query: Query, data: Any, id_: str) -> Answer:
    workspace = api._find(id_)
    if not workspace.states:
        raise ApiError(*NOT_FOUND)
    return Answer(200, {"data": api._version(workspace.states[-1])})


@route("GET", "/api/v2/state-versions/:id")
def _state_version(api: Api, query: Query, data: Any, id_: str) -> Answer:
    return Answer(200, {"data": api._version(id_)})


def _outputs(version: StateVersion) -> list[Document]:
    return [
        one(
            "state-version-outputs",
            f"wsout-{version.id}.{name}",
            {
                "name": name,
                "sensitive": bool(output.get("sensitive")),
                "type": "string",
                "detailed-type": output["type"],
                "value": output["value"],
            },
        )
        for name, output in json.loads(version.content).get("outputs", {}).items()
    ]


@route("GET", "/api/v2/workspaces/:id/current-state-version-outputs")
def _current_outputs(api: Api, query: Query, data: Any, id_: str) -> Answer:
    workspace = api._find(id_)
    if not workspace.states:
        raise ApiError(*NOT_FOUND)
    found = _outputs(api.state_versions[workspace.states[-1]])
    for output in found:
        if output["attributes"]["sensitive"]:
            output["attributes"]["value"] = None
    return api._page(found, query)


@route("GET", "/api/v2/state-version-outputs/:id")
def _output(api: Api, query: Query, data: Any, id_: str) -> Answer:
    version, _, name = id_.removeprefix("wsout-").partition(".")
    found = [each for each in _outputs(api.state_versions[version]) if each["attributes"]["name"] == name]
    return Answer(200, {"data": found[0]})
