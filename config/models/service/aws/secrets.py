"""The secrets of a service, by the variables that hold them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from config.models.service_names import SecretName, VariableName

Secrets = Annotated[
    dict[VariableName, SecretName],
    Field(
        description="Environment variables whose value is a secret of this service, by the name it was stored under "
        "with `groundwork secret set`."
    ),
]
