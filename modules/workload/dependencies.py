"""Handles of all that a service's tasks are connected to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from modules.data.database_login import DatabaseLogin
from modules.data.storage import Storage
from modules.ecs.task import Task
from modules.logging.log_collection import LogCollection


@dataclass(frozen=True, kw_only=True)
class ServiceDependencies:
    """Tasks that it calls, its login at a database, its buckets, queues and cache, and its log collection."""

    callees: Sequence[Task] = ()
    database: DatabaseLogin | None = None
    storage: Storage = field(default_factory=Storage)
    logs: LogCollection | None = None
