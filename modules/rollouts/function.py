"""The function that waits for rollouts and migrations inside AWS, for every stack of an environment."""

from __future__ import annotations

import base64
import zipfile
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from cdktf import AssetType, TerraformAsset
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.lambda_function import LambdaFunction, LambdaFunctionLoggingConfig
from constructs import Construct

from config.models.environment.environment import Environment
from modules.checkov import skip
from modules.log_key import LogKey
from modules.policy import policy, trust_service
from modules.rollouts import policies as rollout_rights

CODE = Path(__file__).resolve().parents[2] / "rollouts"
ARCHIVE = "rollouts.zip"
HANDLER, RUNTIME = "rollouts.handler.handle", "python3.13"
LONGEST_S = 900
"""What one invocation may last: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
MEMORY_MIB = 256
LOG_RETENTION_DAYS = 365
OLDEST_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
READABLE_FILE = 0o100644 << 16


class RolloutFunction(Construct):
    """An AWS Lambda function without a network of its own; `name` is what a service's stack invokes.

    Its code is the folder rollouts/, which is packed here and lies in the stack's own folder, so that the folder is
    all that a Terraform needs (docs/adr/0015).
    """

    def __init__(self, scope: Construct, id_: str, *, environment: Environment, log_key: LogKey) -> None:
        super().__init__(scope, id_)
        self.name = environment.qualify("rollouts")
        log_group = CloudwatchLogGroup(
            self,
            "log-group",
            name=f"/{environment.name}/rollouts",
            retention_in_days=LOG_RETENTION_DAYS,
            kms_key_id=log_key.arn,
        )
        self.role = IamRole(
            self,
            "role",
            name=self.name,
            description=f"Watches the rollouts of {environment.name}, and runs its migrations",
            assume_role_policy=trust_service("lambda.amazonaws.com", account_id=environment.account_id),
        )
        rights = IamRolePolicy(
            self,
            "policy",
            role=self.role.id,
            name="watch",
            policy=policy(*rollout_rights.watch(environment), rollout_rights.write_log(log_group.arn)),
        )
        digest = sha256(_archive().read_bytes())
        code = TerraformAsset(
            self, "code", path=str(_archive()), type=AssetType.FILE, asset_hash=digest.hexdigest()[:32]
        )
        self.function = LambdaFunction(
            self,
            "function",
            function_name=self.name,
            description=f"Waits for rollouts and runs migrations in {environment.name}",
            role=self.role.arn,
            runtime=RUNTIME,
            architectures=["arm64"],
            handler=HANDLER,
            filename=code.path,
            source_code_hash=base64.b64encode(digest.digest()).decode(),
            timeout=LONGEST_S,
            memory_size=MEMORY_MIB,
            logging_config=LambdaFunctionLoggingConfig(log_format="Text", log_group=log_group.name),
            depends_on=[rights],
        )
        for check, reason in {
            "CKV_AWS_50": "Its log says all that it does; a trace of one function that waits shows nothing.",
            "CKV_AWS_115": "A number kept aside is taken from the account's; as many wait as services are deployed.",
            "CKV_AWS_116": "Terraform and people wait for its answer; a lost restart is an alarm, and tried again.",
            "CKV_AWS_117": "It asks AWS' own APIs and nothing in the network, so it needs no way into it.",
            "CKV_AWS_272": "Its code is in this repository, and whoever may change the function may deploy all else.",
        }.items():
            skip(self.function, check, reason)


@cache
def _folder() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="groundwork-")


@cache
def _archive() -> Path:
    """Return the code as a zip file, byte-identical on every machine: nothing is compressed, nothing has a date.

    zlib is another one here and there; names, order and rights are those below.
    """
    path = Path(_folder().name) / ARCHIVE
    with zipfile.ZipFile(path, "w", compression=zipfile.ZIP_STORED) as archive:
        for source in sorted(CODE.glob("*.py")):
            entry = zipfile.ZipInfo(f"{CODE.name}/{source.name}", date_time=OLDEST_ZIP_DATE)
            entry.create_system, entry.external_attr = 3, READABLE_FILE
            archive.writestr(entry, source.read_bytes())
    return path
