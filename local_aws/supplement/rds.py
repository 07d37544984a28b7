"""moto 5.2.5 gives all instances one resource id, by which the provider mixes them up, and drops settings."""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import Any

from moto.moto_api._internal import mock_random
from moto.rds.exceptions import InvalidParameterCombination
from moto.rds.models import DBCluster, DBInstance, DBParameterGroup, RDSBackend

from local_aws.supplement.patch import wrap, wrap_property

_DROPPED = (
    "database_insights_mode",
    "dedicated_log_volume",
    "engine_lifecycle_support",
    "network_type",
    "performance_insights_kms_key_id",
    "performance_insights_retention_period",
)


def apply() -> None:
    """Apply the patches of this file to moto."""
    wrap(DBInstance, "__init__", _keep_settings)
    wrap(DBInstance, "update", _change_settings)
    wrap_property(DBCluster, "scaling_configuration_info", _only_if_it_has_any)
    wrap(RDSBackend, "delete_db_cluster", _with_its_automated_snapshots)
    wrap(RDSBackend, "restore_db_instance_from_db_snapshot", _without_managed_password)
    wrap(RDSBackend, "restore_db_instance_to_point_in_time", _without_managed_password)
    wrap(DBParameterGroup, "update_parameters", _note_their_source)


def _keep_settings(original: Callable[..., Any], instance: Any, *args: Any, **kwargs: Any) -> None:
    original(instance, *args, **kwargs)
    letters = string.ascii_uppercase + string.digits
    instance.dbi_resource_id = "db-" + "".join(mock_random.choice(letters) for _ in range(26))
    for name in _DROPPED:
        setattr(instance, name, kwargs.get(name))
    instance.performance_insights_enabled = bool(kwargs.get("enable_performance_insights"))
    _default_insights(instance)


def _change_settings(original: Callable[..., Any], instance: Any, **asked: Any) -> None:
    original(instance, **asked)
    if asked.get("enable_performance_insights") is not None:
        instance.performance_insights_enabled = asked["enable_performance_insights"]
    _default_insights(instance)


def _default_insights(instance: Any) -> None:
    if instance.performance_insights_enabled:
        instance.performance_insights_retention_period = instance.performance_insights_retention_period or 7


def _without_managed_password(original: Callable[..., Any], backend: Any, *args: Any, **kwargs: Any) -> Any:
    # The new instance has the password of its source at that second, and RDS manages it for Oracle alone.
    asked = args[-1] if args else kwargs["overrides"]
    if asked.get("manage_master_user_password"):
        raise InvalidParameterCombination("ManageMasterUserPassword applies to RDS for Oracle only.")
    instance = original(backend, *args, **kwargs)
    instance.update(manage_master_user_password=False)
    instance.source_db_instance_identifier = None  # it is no replica
    return instance


def _note_their_source(original: Callable[..., Any], group: Any, new_parameters: Any) -> None:
    # The provider looks for the parameters that are the user's own.
    original(group, [{**parameter, "Source": "user"} for parameter in new_parameters])


def _only_if_it_has_any(original: Callable[[Any], Any], cluster: Any) -> Any:
    # An empty one is what a Serverless v1 cluster would have, and the provider then plans to fill it.
    return original(cluster) if cluster.scaling_configuration else None


def _with_its_automated_snapshots(original: Callable[..., Any], backend: Any, *args: Any, **kwargs: Any) -> Any:
    cluster = original(backend, *args, **kwargs)
    for name, snapshot in list(backend.cluster_snapshots.items()):
        if snapshot.snapshot_type == "automated" and snapshot.db_cluster_identifier == cluster.db_cluster_identifier:
            del backend.cluster_snapshots[name]
    return cluster
