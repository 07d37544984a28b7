"""A program of this checkout that an apply runs, for what AWS has no resource for."""

from __future__ import annotations

from cdktf import LocalExecProvisioner

from config.environment import Environment

# Terraform runs in cdktf.out/stacks/<stack>.
PYTHON = "../../../.venv/bin/python"


def local_program(module: str, *, environment: Environment, **variables: str) -> LocalExecProvisioner:
    """`python -m <module>` with these variables, as whoever deploys; what it ends with, the apply ends with."""
    return LocalExecProvisioner(
        type="local-exec",
        command=f"{PYTHON} -m {module}",
        environment={
            "GROUNDWORK_REGION": environment.region,
            "GROUNDWORK_ROLE_ARN": environment.deploy_role_arn or "",
            "GROUNDWORK_CLUSTER": environment.name,
            **{f"GROUNDWORK_{name.upper()}": value for name, value in variables.items()},
        },
    )
