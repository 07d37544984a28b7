"""`http:` of a Copilot manifest: hosts, paths and the load balancer's health check."""

from __future__ import annotations

import re

from cli.importers.draft import Draft
from cli.importers.foreign_values import mapping, one_or_more, seconds, text, whole
from cli.importers.mappings import Table, left_out
from config.source.node import Node

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_CHECK = {
    "healthy_threshold": ("healthy_threshold", 2, 10),
    "unhealthy_threshold": ("unhealthy_threshold", 2, 10),
    "interval": ("interval_s", 5, 300),
    "timeout": ("timeout_s", 2, 120),
    "grace_period": ("grace_s", 0, 3600),
}


def _path(draft: Draft, node: Node, setting: str) -> None:
    written = text(node, setting)
    path = f"/{written.strip('/')}"
    if path != "/":
        draft.set("http.path", path)
    draft.carried(node, setting, f"http.path: {path}, and all below it")


def _alias(draft: Draft, node: Node, setting: str) -> None:
    aliases = one_or_more(node, setting)
    first, *others = [text(alias.fields.get("name", alias), setting) for alias in aliases]
    label, _, domain = first.partition(".")
    if _LABEL.fullmatch(label):
        draft.set("http.host", label)
        draft.changed(
            node, setting, f"`http.host: {label}`: under the domain of each environment, which {domain} must be"
        )
    else:
        draft.to_do(
            node, setting, f"write the host of {first} as `http.host`, one label under the environment's domain"
        )
    for alias in others:
        draft.left_out(node, setting, f"a service has one host; {alias} redirects by DNS or by a second service")


def _health_check(draft: Draft, node: Node, setting: str) -> None:
    if not node.fields:
        draft.set("health_check.path", text(node, setting))
        draft.carried(node, setting, "health_check.path")
        return
    for name, its in mapping(node, setting).items():
        where = f"{setting}.{name}"
        if name == "path":
            draft.set("health_check.path", text(its, where))
            draft.carried(its, where, "health_check.path")
        elif name == "success_codes":
            draft.to_do(its, where, f"only 200 is healthy here: let a path answer 200, for {its.source}")
        elif name in _CHECK:
            field, least, most = _CHECK[name]
            asked = whole(its, where) if "threshold" in name else seconds(its, where)
            draft.set(f"health_check.{field}", taken := max(least, min(most, asked)))
            if taken == asked:
                draft.carried(its, where, f"health_check.{field}")
            else:
                draft.changed(its, where, f"`health_check.{field}: {taken}`: {least} to {most} is taken")
        else:
            draft.left_out(its, where, "the load balancer asks the service's port")


def _redirect(draft: Draft, node: Node, setting: str) -> None:
    draft.left_out(node, setting, "HTTP is redirected to HTTPS, always")


def _target(draft: Draft, node: Node, setting: str) -> None:
    draft.to_do(
        node, setting, "requests go to the service's own container: let it listen itself, without a proxy before it"
    )


HTTP: Table = {
    "path": _path,
    "alias": _alias,
    "healthcheck": _health_check,
    "redirect_to_https": _redirect,
    "target_container": _target,
    "targetContainer": _target,
    "target_port": _target,
    "stickiness": left_out("keep sessions in `cache: {}`"),
    "allowed_source_ips": left_out("everything public is public; ask for a login"),
    "deregistration_delay": left_out("requests have 30 s to end"),
    "version": left_out("requests reach the service by HTTP/1.1; gRPC only between services, by `kind: internal`"),
    "hosted_zone": left_out("the environment's domain has its zone"),
    "additional_rules": left_out(
        "a service has one host and path; a second service with the same image takes the rest"
    ),
    "ssl_policy": left_out("TLS 1.2 and 1.3 for all"),
    "cdn": left_out("no CloudFront here"),
}
