"""`http:` of a Copilot manifest: hosts, paths and the load balancer's health check."""

from __future__ import annotations

import re

from cli.importers.draft import Draft
from cli.importers.foreign_values import mapping, one_or_more, seconds, text, truth, whole
from cli.importers.hosts import set_hosts
from cli.importers.mappings import Table, apply_table, carry_number, left_out
from config.source.node import Node

_MATCHER = re.compile(r"\d{3}([-,]\d{3})*")
# The longest that Copilot lets a client stay, unless it says otherwise.
STICKY_S = 86_400
_PROTOCOLS = {"http1": None, "http2": "http2", "grpc": "grpc"}


def _path(draft: Draft, node: Node, setting: str) -> None:
    written = text(node, setting)
    path = f"/{written.strip('/')}"
    if path != "/":
        draft.set("http.path", path)
    draft.carried(node, setting, f"http.path: {path}, and all below it")


def _alias(draft: Draft, node: Node, setting: str) -> None:
    aliases = one_or_more(node, setting)
    set_hosts(draft, node, setting, [text(alias.fields.get("name", alias), setting) for alias in aliases])


def _health_check(draft: Draft, node: Node, setting: str) -> None:
    if not node.fields:
        draft.set("health_check.path", text(node, setting))
        draft.carried(node, setting, "health_check.path")
        return
    apply_table(_CHECK, draft, mapping(node, setting), below=f"{setting}.")


def _check_path(draft: Draft, node: Node, setting: str) -> None:
    draft.set("health_check.path", text(node, setting))
    draft.carried(node, setting, "health_check.path")


def _codes(draft: Draft, node: Node, setting: str) -> None:
    codes = text(node, setting).replace(" ", "")
    if _MATCHER.fullmatch(codes):
        draft.set("health_check.matcher", codes)
        draft.carried(node, setting, f"health_check.matcher: {codes}")
    else:
        draft.to_do(node, setting, "write the codes of a healthy answer as `health_check.matcher`")


def _sticky(draft: Draft, node: Node, setting: str) -> None:
    if truth(node, setting):
        draft.set("http.sticky_s", STICKY_S)
        draft.carried(node, setting, f"http.sticky_s: {STICKY_S}")
    else:
        draft.carried(node, setting, "http: without sticky_s, the default")


def _version(draft: Draft, node: Node, setting: str) -> None:
    written = text(node, setting).lower()
    if written not in _PROTOCOLS:
        draft.to_do(node, setting, "write `http.protocol`: http1, http2 or grpc")
    elif protocol := _PROTOCOLS[written]:
        draft.set("http.protocol", protocol)
        draft.carried(node, setting, f"http.protocol: {protocol}")
    else:
        draft.carried(node, setting, "http.protocol: http1, the default")


def _redirect(draft: Draft, node: Node, setting: str) -> None:
    draft.left_out(node, setting, "HTTP is redirected to HTTPS, always")


def _target(draft: Draft, node: Node, setting: str) -> None:
    draft.to_do(
        node, setting, "requests go to the service's own container: let it listen itself, without a proxy before it"
    )


_OF_THE_PORT = left_out("the load balancer asks the service's port")
_CHECK: Table = {
    "path": _check_path,
    "success_codes": _codes,
    "healthy_threshold": carry_number("health_check.healthy_threshold", whole, least=2, most=10),
    "unhealthy_threshold": carry_number("health_check.unhealthy_threshold", whole, least=2, most=10),
    "interval": carry_number("health_check.interval_s", seconds, least=5, most=300),
    "timeout": carry_number("health_check.timeout_s", seconds, least=2, most=120),
    "grace_period": carry_number("health_check.grace_s", seconds, least=0, most=3600),
    "port": _OF_THE_PORT,
}
HTTP: Table = {
    "path": _path,
    "alias": _alias,
    "healthcheck": _health_check,
    "redirect_to_https": _redirect,
    "target_container": _target,
    "targetContainer": _target,
    "target_port": _target,
    "stickiness": _sticky,
    "allowed_source_ips": left_out("everything public is public; ask for a login"),
    "deregistration_delay": carry_number("http.drain_s", seconds, least=0, most=3600),
    "version": _version,
    "hosted_zone": left_out("the environment's domain has its zone"),
    "additional_rules": left_out(
        "a service answers each of its hosts on each of its paths: lists of `http.host` and `http.path` take what does "
        "so, a second service with the same image the rest"
    ),
    "ssl_policy": left_out("TLS 1.2 and 1.3 for all"),
    "cdn": left_out("no CloudFront here"),
}
