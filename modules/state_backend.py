"""The backend of a stack's state: an object in S3, or a workspace of Terraform Cloud."""

from __future__ import annotations

from cdktf import CloudBackend, NamedCloudWorkspace, S3Backend, S3BackendAssumeRoleConfig, TerraformStack

from config.models.deploy_target import DeployTarget


def keep_state(
    stack: TerraformStack, *, name: str, environment: DeployTarget, local_aws: bool, role_arn: str | None
) -> None:
    """Give the stack `<environment>-<name>` its backend; other stacks read its outputs through the same one.

    A deploy to the local AWS keeps its state there too: nothing of it is anybody else's business.
    """
    cloud = environment.terraform_cloud
    if cloud and not local_aws:
        CloudBackend(
            stack,
            organization=cloud.organization,
            hostname=cloud.hostname,
            workspaces=NamedCloudWorkspace(environment.qualify(name), cloud.project),
        )
        return
    backend = S3Backend(
        stack,
        bucket=environment.state_bucket,
        key=f"{environment.name}/{name}.tfstate",
        region=environment.region,
        encrypt=True,
        assume_role=S3BackendAssumeRoleConfig(role_arn=role_arn) if role_arn else None,
        use_path_style=True if local_aws else None,
    )
    # S3Backend of cdktf 0.21 has no argument for Terraform's own lock. A Terraform before 1.10 refuses it, which
    # stands for a required_version: checkov cannot read one in JSON.
    backend.add_override("use_lockfile", True)
