"""moto 5.2.5 can neither set a file system's backup policy nor delete its file system policy."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.efs.models import FileSystem
from moto.efs.responses import EFSResponse

from local_aws.supplement.patch import add, wrap_property


def apply() -> None:
    """Apply the patches of this file to moto."""
    wrap_property(FileSystem, "backup_policy", _backup_policy)
    add(
        EFSResponse,
        put_backup_policy=_put_backup_policy,
        delete_file_system_policy=_delete_file_system_policy,
    )


def _backup_policy(_original: Callable[[Any], Any], file_system: Any) -> dict[str, str]:
    return {"Status": "ENABLED" if file_system._backup else "DISABLED"}


def _put_backup_policy(response: Any) -> tuple[str, dict[str, Any]]:
    file_system = _file_system(response)
    file_system._backup = response._get_param("BackupPolicy")["Status"] in ("ENABLED", "ENABLING")
    return json.dumps({"BackupPolicy": file_system.backup_policy}), {"Content-Type": "application/json"}


def _delete_file_system_policy(response: Any) -> tuple[str, dict[str, Any]]:
    _file_system(response).file_system_policy = None
    return "{}", {"Content-Type": "application/json"}


def _file_system(response: Any) -> Any:
    return response.efs_backend.file_systems_by_id[response._get_param("FileSystemId")]
