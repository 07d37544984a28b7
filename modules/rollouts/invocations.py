"""Invocations of the function that watches rollouts, one after the other until the work is done or time is up."""

from __future__ import annotations

import json
import math
from typing import Any

from cdktf import TerraformResource, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.lambda_invocation import LambdaInvocation
from constructs import Construct

from modules.attributes import address_of
from modules.rollouts.function import LONGEST_S, RolloutFunction
from rollouts.contract import JudgeRequest, RunRequest

USEFUL_S = LONGEST_S - 30
"""What an invocation waits; the rest is left for its end (rollouts/pace.py)."""
_SO_FAR = "what the invocation before has seen"


class RolloutInvocations(Construct):
    """Invocations, as many as the work may need; one that finds it done ends at once.

    The next apply begins anew after a red one: the provider keeps no invocation that failed. Otherwise it begins when
    `what` has changed, or when `triggered_by` was created or changed.
    https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/lambda_invocation
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        function: RolloutFunction,
        what: JudgeRequest | RunRequest,
        timeout_s: int,
        triggered_by: TerraformResource | None = None,
        needs: TerraformResource | None = None,
    ) -> None:
        super().__init__(scope, id_)
        count = math.ceil(timeout_s / USEFUL_S)
        before: TerraformResource | None = triggered_by
        asked: dict[str, Any] = {**what, "last": count == 1}
        text = json.dumps(asked, sort_keys=True)
        for number in range(1, count + 1):
            invocation = LambdaInvocation(
                self,
                str(number),
                function_name=function.name,
                input=text,
                lifecycle=TerraformResourceLifecycle(replace_triggered_by=[address_of(before)]) if before else None,
                depends_on=[needs] if needs else None,
            )
            before = invocation
            # The revision is named in each: Terraform keeps the one before as long as any of them may need it.
            asked = {"last": number + 1 == count, "so_far": _SO_FAR, "task_definition": what["task_definition"]}
            text = json.dumps(asked, sort_keys=True).replace(json.dumps(_SO_FAR), invocation.result)
