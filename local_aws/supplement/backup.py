"""AWS Backup for moto 5.2.5, which has its plans and vaults.

moto cannot change a plan, and has no selections, vault policies or notifications, and no tags for clients other than
boto3.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from moto.backup.exceptions import ResourceNotFoundException
from moto.backup.models import Plan
from moto.backup.responses import BackupResponse
from moto.backup.urls import url_paths
from moto.core.utils import unix_time
from moto.moto_api._internal import mock_random

from local_aws.supplement.patch import add, state, wrap


def apply() -> None:
    """Apply the patches of this file to moto."""
    for aspect in ("access-policy", "notification-configuration"):
        url_paths["{0}/backup-vaults/(?P<name>[^/]+)/" + aspect + "$"] = BackupResponse.dispatch
    wrap(BackupResponse, "list_tags", _list_tags)
    add(
        BackupResponse,
        update_backup_plan=_update_backup_plan,
        create_backup_selection=_create_backup_selection,
        get_backup_selection=_get_backup_selection,
        list_backup_selections=_list_backup_selections,
        delete_backup_selection=_delete_backup_selection,
        put_backup_vault_access_policy=_put_backup_vault_access_policy,
        get_backup_vault_access_policy=_get_backup_vault_access_policy,
        delete_backup_vault_access_policy=_delete_backup_vault_access_policy,
        put_backup_vault_notifications=_put_backup_vault_notifications,
        get_backup_vault_notifications=_get_backup_vault_notifications,
        delete_backup_vault_notifications=_delete_backup_vault_notifications,
    )


def _list_tags(_original: Callable[..., Any], response: Any) -> str:
    # moto counts on the slash that boto3 puts at the end of the path; the provider's SDK puts none.
    arn = unquote(response.path).removeprefix("/tags/").rstrip("/")
    return json.dumps({"Tags": response.backup_backend.list_tags(arn)})


def _update_backup_plan(response: Any) -> str:
    backend = response.backup_backend
    plan = backend.get_backup_plan(response.uri_match["backupPlanId"], version_id=None)
    asked = json.loads(response.body)["BackupPlan"]
    # A new one fills in the defaults.
    changed = Plan(backup_plan=asked, creator_request_id=plan.creator_request_id, backend=backend)
    plan.backup_plan, plan.version_id = changed.backup_plan, changed.version_id
    plan.advanced_backup_settings = changed.advanced_backup_settings
    return json.dumps(plan.to_dict())


def _create_backup_selection(response: Any) -> str:
    id_ = str(mock_random.uuid4())
    known = json.loads(response.body) | {
        "SelectionId": id_,
        "BackupPlanId": response.uri_match["backupPlanId"],
        "CreationDate": unix_time(),
    }
    state(response.backup_backend, "selections")[id_] = known
    return json.dumps(known)


def _get_backup_selection(response: Any) -> str:
    return json.dumps(_find(response, "selections", response.uri_match["selectionId"]))


def _list_backup_selections(response: Any) -> str:
    found = [
        known | known["BackupSelection"]
        for known in state(response.backup_backend, "selections").values()
        if known["BackupPlanId"] == response.uri_match["backupPlanId"]
    ]
    return json.dumps({"BackupSelectionsList": found})


def _delete_backup_selection(response: Any) -> str:
    return _delete(response, "selections", response.uri_match["selectionId"])


def _put_backup_vault_access_policy(response: Any) -> str:
    return _put_for_vault(response, "vault_policies")


def _get_backup_vault_access_policy(response: Any) -> str:
    return json.dumps(_find(response, "vault_policies", response.uri_match["backupVaultName"]))


def _delete_backup_vault_access_policy(response: Any) -> str:
    return _delete(response, "vault_policies", response.uri_match["backupVaultName"])


def _put_backup_vault_notifications(response: Any) -> str:
    return _put_for_vault(response, "vault_notifications")


def _get_backup_vault_notifications(response: Any) -> str:
    return json.dumps(_find(response, "vault_notifications", response.uri_match["backupVaultName"]))


def _delete_backup_vault_notifications(response: Any) -> str:
    return _delete(response, "vault_notifications", response.uri_match["backupVaultName"])


def _put_for_vault(response: Any, kind: str) -> str:
    vault = response.backup_backend.describe_backup_vault(response.uri_match["backupVaultName"])
    known = {"BackupVaultName": vault.backup_vault_name, "BackupVaultArn": vault.backup_vault_arn}
    state(response.backup_backend, kind)[vault.backup_vault_name] = known | json.loads(response.body)
    return "{}"


def _find(response: Any, kind: str, key: str) -> dict[str, Any]:
    kept: dict[str, dict[str, Any]] = state(response.backup_backend, kind)
    if key not in kept:
        raise ResourceNotFoundException(f"{key} has no {kind.replace('_', ' ')}")
    return kept[key]


def _delete(response: Any, kind: str, key: str) -> str:
    _find(response, kind, key)
    del state(response.backup_backend, kind)[key]
    return "{}"
