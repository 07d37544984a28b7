"""Kinds, ports and images of drafted services, settled from what several of them say."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cli.importers.draft import Draft
from cli.importers.sizes import asked_over_http
from config.models.image_reference import public_reference
from config.source.node import Node

_CLOCK = re.compile(r"\b(beat|clock|scheduler|cron|clockwork)\b")


def settle_kind(
    draft: Draft,
    node: Node,
    *,
    port: int | None,
    known_by: str | None,
    outside: bool,
    callers: Sequence[str],
    before: Sequence[str],
) -> None:
    """Draft the kind and port of a service: by who reaches it."""
    if before:
        _end(draft, node, before)
        return
    if port is None:
        draft.set("kind", "worker")
        if outside:
            why = "requests from outside come to it, but no port is known: write `kind: public-web` and `port:`"
            draft.to_do(node, "ports", why)
        elif callers:
            draft.to_do(
                node,
                "ports",
                f"{' and '.join(callers)} may connect to it, but no port is known: if so, write `kind: internal` and "
                f"`port:` here, and `calls: [{draft.name}]` there",
            )
        else:
            draft.changed(node, "ports", "`kind: worker`: it publishes no port, so nothing connects to it")
        if draft.fields.get("health_check") == {}:
            draft.fields.pop("health_check")
    elif outside and not callers:
        draft.set("kind", "public-web")
        draft.set("port", port)
        draft.changed(node, "ports", f"`kind: public-web`, `port: {port}`: at https://{draft.name}.<domain>")
        _ask(draft, node)
    else:
        draft.set("kind", "internal")
        draft.set("port", port)
        why = f"; {known_by}" if known_by else ""
        inside = (
            f"`kind: internal`, `port: {port}`: http://{draft.name}.app.local:{port} for services that call it{why}"
        )
        hint = "; `kind: public-web` if it is for the internet" if outside else ""
        draft.changed(node, "ports", inside + hint)
        if draft.get("health_check") is None:
            draft.set("health_check", "none")
            draft.to_do(node, "healthcheck", "nobody sees whether it works: write `health_check.command` in its place")
    if draft.get("kind") == "worker" and _CLOCK.search(
        " ".join([*draft.get("entrypoint", []), *draft.get("command", [])])
    ):
        draft.set("scaling", {"singleton": True})
        draft.changed(node, "command", "`scaling: {singleton: true}`: two clocks would do everything twice")


def _end(draft: Draft, node: Node, before: Sequence[str]) -> None:
    draft.set("kind", "one-off")
    draft.set("before", list(before))
    for field in ("scaling", "health_check", "port"):
        draft.fields.pop(field, None)
    draft.changed(
        node, "depends_on", f"`kind: one-off`, `before: [{', '.join(before)}]`: runs before each deploy of them"
    )


def _ask(draft: Draft, node: Node) -> None:
    """Let the load balancer ask where the container's own check asks."""
    check = draft.get("health_check")
    command = check.get("command", []) if isinstance(check, dict) else []
    asked = asked_over_http(command)
    if asked and asked[0] in (None, draft.get("port")):
        draft.set("health_check.path", asked[1])
        draft.changed(node, "healthcheck", f"`health_check.path: {asked[1]}`: the load balancer asks it too")
    elif draft.get("health_check.path") is None:
        if check == "none":
            draft.fields.pop("health_check")
        draft.to_do(
            node, "healthcheck", "the load balancer asks /healthz for 200: answer there, or write `health_check.path`"
        )
    interval, timeout = draft.get("health_check.interval_s", 15), draft.get("health_check.timeout_s", 5)
    if timeout >= interval:
        draft.set("health_check.timeout_s", max(2, interval - 1))
        draft.changed(
            node, "healthcheck.timeout", f"`timeout_s: {max(2, interval - 1)}`: a check ends before the next one starts"
        )


def share_images(images: Sequence[tuple[Draft, tuple[Node, str, bool]]]) -> None:
    """Draft images: a public one by its name, a team's own by the service that is built and released."""
    owners: dict[str, Draft] = {}
    for draft, (node, key, built) in sorted(images, key=lambda image: _rank(image[0])):
        problem = _not_public(key)
        if not built and problem is None:
            draft.set("image", key)
            draft.carried(node, "image", f"image: {key}")
        elif key in owners:
            owner = owners[key]
            prepares = draft.get("before", [])
            if not (prepares and prepares[0] == owner.name):
                draft.set("image", {"of": owner.name})
            draft.changed(node, "image", f"the image of {owner.name}, at its release")
        else:
            owners[key] = draft
            draft.to_do(
                node,
                "build" if built else "image",
                f"its image goes into the platform's registry: groundwork images publish --service {draft.name} "
                f"--context DIR, then groundwork release {draft.name} TAG --environment ENV",
            )


def _rank(draft: Draft) -> int:
    return ["public-web", "internal", "worker", "scheduled-job", "one-off"].index(draft.get("kind", "worker"))


def _not_public(reference: str) -> str | None:
    if "${" in reference or "$" in reference:
        return "a variable"
    try:
        public_reference(reference)
    except ValueError as error:
        return str(error)
    return None
