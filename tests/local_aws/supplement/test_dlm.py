"""A lifecycle policy of Data Lifecycle Manager."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.local_aws.supplement.conftest import Aws, Promise

ROLE = "arn:aws:iam::123456789012:role/snapshots"
DAILY = {"Interval": 24, "IntervalUnit": "HOURS", "Times": ["03:00"]}


def test_a_lifecycle_policy_lives_a_whole_life(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        dlm = aws("dlm")
        details = {
            "ResourceTypes": ["VOLUME"],
            "TargetTags": [{"Key": "Name", "Value": aws.name}],
            "Schedules": [{"Name": "daily", "CopyTags": True, "CreateRule": DAILY, "RetainRule": {"Count": 7}}],
        }
        made = dlm.create_lifecycle_policy(
            ExecutionRoleArn=ROLE, Description=aws.name, State="ENABLED", PolicyDetails=details, Tags={"a": "b"}
        )
        policy = {"PolicyId": made["PolicyId"]}
        found = dlm.get_lifecycle_policy(**policy)["Policy"]
        assert found["PolicyDetails"]["Schedules"] == details["Schedules"]
        assert found["PolicyDetails"]["PolicyType"] == "EBS_SNAPSHOT_MANAGEMENT"
        assert found["PolicyArn"].endswith(f":policy/{made['PolicyId']}")

        dlm.update_lifecycle_policy(**policy, State="DISABLED")
        changed = dlm.get_lifecycle_policy(**policy)["Policy"]
        assert (changed["State"], changed["Description"]) == ("DISABLED", aws.name)
        dlm.tag_resource(ResourceArn=found["PolicyArn"], Tags={"c": "d"})
        dlm.untag_resource(ResourceArn=found["PolicyArn"], TagKeys=["a"])
        assert dlm.list_tags_for_resource(ResourceArn=found["PolicyArn"])["Tags"] == {"c": "d"}
        assert aws.name in {one["Description"] for one in dlm.get_lifecycle_policies()["Policies"]}

        dlm.delete_lifecycle_policy(**policy)
        with pytest.raises(dlm.exceptions.ResourceNotFoundException):
            dlm.get_lifecycle_policy(**policy)
