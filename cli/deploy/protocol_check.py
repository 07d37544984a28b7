"""Check before a deploy that no target group would need another protocol: AWS changes it in none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cli.errors import UsageError
from cli.session import Session
from cli.state.state_file import StateFile
from cli.terraform.synthesized import SynthesizedStack

KIND = "aws_lb_target_group"
DEFAULT = "HTTP1"


def refuse_other_protocols(session: Session, stacks: Iterable[SynthesizedStack], states: Sequence[StateFile]) -> None:
    """Raise where a service's protocol is another than its target group was made with.

    A new group would answer nobody until the tasks that speak the other protocol run, and a rule leads to one or the
    other; Terraform would remove the old one first, which AWS refuses.
    """
    by_stack = {state.stack: state for state in states}
    lines = []
    for stack in stacks:
        state = by_stack.get(stack.name)
        for address, before, now in _changed(stack, state) if state else ():
            service = stack.name.removeprefix("service-")
            lines += [
                f"service_configs/{service}.yaml: http.protocol: target group {address} was made for {before}, and AWS "
                "changes the protocol of none",
                f"  value: {now}",
                f"  allowed: {before}",
                f"  fix: write protocol: {before}, and deploy {now} as a service of its own, on another host; when its "
                "clients are there, remove this one",
                f"  or, where minutes without an answer do no harm: "
                f"{session.command(f'destroy {session.name} {stack.name}')}, and deploy it again",
            ]
    if lines:
        raise UsageError("\n".join(lines))


def _changed(stack: SynthesizedStack, state: StateFile) -> Iterator[tuple[str, str, str]]:
    made = stack.code.get("resource", {}).get(KIND, {})
    for resource in state.content.get("resources", []):
        if resource["type"] == KIND and resource["name"] in made:
            wanted = made[resource["name"]]
            now = wanted.get("protocol_version", DEFAULT)
            for instance in resource["instances"]:
                before = instance["attributes"].get("protocol_version") or DEFAULT
                if "deposed" not in instance and before != now:
                    yield wanted["name"], before.lower(), now.lower()
