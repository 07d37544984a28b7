"""The hosts that a foreign service answers, as labels under the domain of an environment."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cli.importers.draft import Draft
from config.models.environment.dns_record import APEX
from config.models.service.routing.conditions import LABEL
from config.source.node import Node


def set_hosts(draft: Draft, node: Node, setting: str, hosts: Sequence[str]) -> None:
    """Draft `http.host` from whole names: under one domain, that of each environment; the others are left to do."""
    domain = _domain(hosts)
    labels = {host: APEX if host == domain else host.removesuffix(f".{domain}") for host in dict.fromkeys(hosts)}
    ours = {host: label for host, label in labels.items() if label == APEX or re.fullmatch(LABEL, label)}
    if ours:
        written = list(ours.values())
        draft.set("http.host", written[0] if len(written) == 1 else written)
        shown = written[0] if len(written) == 1 else f"[{', '.join(written)}]"
        draft.changed(
            node, setting, f"`http.host: {shown}`: under the domain of each environment, which {domain} must be"
        )
    for host in labels:
        if host not in ours:
            draft.to_do(
                node,
                setting,
                f"write {host} in `http.host`, too, and its domain in `edge.domains` of the environment that has it",
            )


def _domain(hosts: Sequence[str]) -> str:
    """Return the domain that the hosts are under: one of them, or what follows the first label."""
    for host in hosts:
        if any(other.endswith(f".{host}") for other in hosts):
            return host
    return hosts[0] if hosts[0].count(".") == 1 else hosts[0].partition(".")[2]
