"""The local AWS in a synth: one value that the App is told, and the only switch for it."""

from __future__ import annotations

from functools import lru_cache

from constructs import Construct

LOCAL_AWS = "local_aws"
"""The name of the App's context value."""


@lru_cache(maxsize=1)
def is_local(app: Construct) -> bool:
    """Ask Node.js once for all stacks of an App."""
    return bool(app.node.try_get_context(LOCAL_AWS))
