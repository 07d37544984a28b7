"""Resources that refuse to be deleted, told before anything that depends on them has been."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cli.errors import CommandError
from cli.terraform.synthesized import SynthesizedStack


def refuse_protected(stacks: Iterable[SynthesizedStack], environment: str) -> None:
    """AWS and Terraform would refuse too, but only once the services are gone."""
    found = {stack: names for stack in stacks if (names := protected(stack))}
    if not found:
        return
    raise CommandError(
        "\n".join(
            [
                "Nothing has been destroyed, for these are protected:",
                *(f"  {stack.id}: {', '.join(names)}" for stack, names in found.items()),
                f"  fix: write `deletion_protection: false` in environments/{environment}.yaml (or, for one database, "
                "under `database:` in its service's file),",
                f"       groundwork deploy {environment} {' '.join(stack.name for stack in found)}",
                "       and then destroy",
            ]
        )
    )


def protected(stack: SynthesizedStack) -> list[str]:
    """Return the resources of a stack that are marked not to be deleted, as deploys show them."""
    return [
        f"{kind} {_path(resource, stack.id)}"
        for kind, resources in sorted(stack.code.get("resource", {}).items())
        for resource in resources.values()
        if _is_protected(resource)
    ]


def _is_protected(resource: dict[str, Any]) -> bool:
    flags = (resource.get("deletion_protection"), resource.get("enable_deletion_protection"))
    return True in flags or resource.get("lifecycle", {}).get("prevent_destroy") is True


def _path(resource: dict[str, Any], stack: str) -> str:
    path: str = resource["//"]["metadata"]["path"]
    return path.removeprefix(f"{stack}/")
