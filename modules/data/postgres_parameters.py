"""PostgreSQL's parameters: encrypted connections only, and what its log is to hold."""

from __future__ import annotations

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.db_parameter_group import DbParameterGroup, DbParameterGroupParameter
from constructs import Construct

# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Parameters.html
PARAMETERS = {
    # A client that does not ask for TLS is refused.
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html
    "rds.force_ssl": "1",
    "log_disconnections": "1",  # who, from where, for how long
    "log_lock_waits": "1",
    "log_min_duration_statement": "1000",  # ms
    "log_statement": "ddl",
    "log_temp_files": "10240",  # kB: sorts and joins that did not fit into memory
}


class PostgresParameters(Construct):
    """Exposes `group`, a parameter group for one major version.

    Its name holds the version and the next is made before the last goes: an upgrade needs both for a while.
    """

    def __init__(self, scope: Construct, id_: str, *, name: str, engine_version: str) -> None:
        super().__init__(scope, id_)
        family = f"postgres{engine_version}"
        self.group = DbParameterGroup(
            self,
            "group",
            name=f"{name}-{family}",
            description=f"PostgreSQL {engine_version} of {name}",
            family=family,
            parameter=[
                DbParameterGroupParameter(name=parameter, value=value) for parameter, value in PARAMETERS.items()
            ],
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )
