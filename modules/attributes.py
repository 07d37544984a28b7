"""The attributes of a resource, as CDKTF writes them: its address in Terraform, and each token asked for once.

jsii asks Node.js at every reading, a quarter of a millisecond, and each answer is a new token for it to find again in
what is synthesized: 30 services read the ids of the VPC and its subnets some 400 times.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import jsii
from cdktf import TerraformResource

MARK = "{TfToken["
"""What CDKTF writes for a value that Terraform is to find."""
TYPE = "TF_RESOURCE_TYPE"
"""What the generated class of a resource calls its type."""
READ = "_groundwork_read"
"""Where an object of Python keeps the tokens that were read from it."""

_get = jsii.get


def address_of(resource: TerraformResource) -> str:
    """Return `type.name`, which Terraform wants bare where CDKTF would wrap a construct: in `replace_triggered_by`."""
    return f"{_type_of(type(resource))}.{resource.friendly_unique_id}"


@cache
def _type_of(resource: type[TerraformResource]) -> str:
    """Ask Node.js for the type of a class once, not for that of each resource."""
    type_: str = getattr(resource, TYPE)
    return type_


def _get_once(owner: Any, name: str) -> Any:
    read: dict[str, str] = vars(owner).setdefault(READ, {})
    if name in read:
        return read[name]
    value = _get(owner, name)
    if isinstance(value, str) and MARK in value:  # it stands for the attribute, whatever that will be
        read[name] = value
    return value


def read_once() -> None:
    """Have each attribute of a resource asked for once from now on; the tests build all without it, and compare."""
    setattr(jsii, _get.__name__, _get_once)
