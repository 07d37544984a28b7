"""Collections with every kind of policy around them, and their private endpoint."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config

from tests.local_aws.supplement.conftest import Aws, Promise


def _encrypt(aws: Aws, pattern: str, **key: Any) -> None:
    rules = [{"ResourceType": "collection", "Resource": [f"collection/{pattern}"]}]
    aws("opensearchserverless").create_security_policy(
        name=aws.name, type="encryption", policy=json.dumps({"Rules": rules, **key})
    )


def test_a_policy_with_a_wildcard_covers_a_collection(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        _encrypt(aws, f"{aws.name}-*", KmsARN="arn:key", AWSOwnedKey=False)
        created = aws("opensearchserverless").create_collection(name=f"{aws.name}-orders", type="TIMESERIES")
        assert created["createCollectionDetail"]["kmsKeyArn"] == "arn:key"


def test_a_collection_can_have_a_key_of_amazons(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        _encrypt(aws, aws.name, AWSOwnedKey=True)
        created = aws("opensearchserverless").create_collection(name=aws.name, type="SEARCH")
        assert created["createCollectionDetail"]["kmsKeyArn"] == "auto"


def test_a_collection_without_an_encryption_policy_is_refused(aws: Aws) -> None:
    client = aws("opensearchserverless")
    with pytest.raises(client.exceptions.ValidationException, match="No matching security policy"):
        client.create_collection(name=aws.name)


def test_only_what_is_missing_is_reported_missing(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        _encrypt(aws, f"{aws.name}*", AWSOwnedKey=True)
        client = aws("opensearchserverless")
        for suffix in ("a", "b"):
            client.create_collection(name=aws.name + suffix)
        found = client.batch_get_collection(names=[f"{aws.name}a", f"{aws.name}c"])
        assert [one["name"] for one in found["collectionDetails"]] == [f"{aws.name}a"]
        assert [one["name"] for one in found["collectionErrorDetails"]] == [f"{aws.name}c"]


def test_a_security_policy_can_be_deleted_even_after_a_change(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        _encrypt(aws, aws.name, AWSOwnedKey=True)
        client, named = aws("opensearchserverless"), {"name": aws.name, "type": "encryption"}
        found = client.get_security_policy(**named)["securityPolicyDetail"]
        client.update_security_policy(**named, policyVersion=found["policyVersion"], policy='{"Rules": []}')
        client.delete_security_policy(**named)
        listed = client.list_security_policies(type="encryption")["securityPolicySummaries"]
        assert aws.name not in [one["name"] for one in listed]


def test_an_access_policy_lives_a_whole_life(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        client, named = aws("opensearchserverless"), {"name": aws.name, "type": "data"}
        first = client.create_access_policy(**named, policy='[{"Rules": []}]')["accessPolicyDetail"]
        client.update_access_policy(**named, policyVersion=first["policyVersion"], policy='[{"Rules": [1]}]')
        found = client.get_access_policy(**named)["accessPolicyDetail"]
        assert found["policy"] == [{"Rules": [1]}]
        assert found["policyVersion"] != first["policyVersion"]
        listed = client.list_access_policies(type="data")["accessPolicySummaries"]
        assert aws.name in [one["name"] for one in listed]
        client.delete_access_policy(**named)
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            client.get_access_policy(**named)


def test_a_lifecycle_policy_lives_a_whole_life(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        client, named = aws("opensearchserverless"), {"name": aws.name, "type": "retention"}
        client.create_lifecycle_policy(**named, policy='{"Rules": []}')
        found = client.batch_get_lifecycle_policy(identifiers=[named])
        assert [one["policy"] for one in found["lifecyclePolicyDetails"]] == [{"Rules": []}]
        client.delete_lifecycle_policy(**named)
        found = client.batch_get_lifecycle_policy(identifiers=[named])
        assert [one["name"] for one in found["lifecyclePolicyErrorDetails"]] == [aws.name]


def test_a_saml_configuration_lives_a_whole_life(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        client, options = aws("opensearchserverless"), {"metadata": "<xml/>" * 10, "sessionTimeout": 60}
        created = client.create_security_config(name=aws.name, type="saml", samlOptions=options)
        id_ = created["securityConfigDetail"]["id"]
        client.update_security_config(
            id=id_,
            configVersion=created["securityConfigDetail"]["configVersion"],
            samlOptions={**options, "sessionTimeout": 90},
        )
        found = client.get_security_config(id=id_)["securityConfigDetail"]
        assert found["samlOptions"]["sessionTimeout"] == 90
        client.delete_security_config(id=id_)
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            client.get_security_config(id=id_)


def test_an_endpoint_is_one_of_ec2s_too(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        ec2, client = aws("ec2"), aws("opensearchserverless")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
        group = ec2.create_security_group(GroupName=aws.name, Description="d", VpcId=vpc)["GroupId"]
        id_ = client.create_vpc_endpoint(name=aws.name, vpcId=vpc, subnetIds=[subnet], securityGroupIds=[group])[
            "createVpcEndpointDetail"
        ]["id"]
        (detail,) = client.batch_get_vpc_endpoint(ids=[id_])["vpcEndpointDetails"]
        assert (detail["vpcId"], detail["subnetIds"], detail["status"]) == (vpc, [subnet], "ACTIVE")
        (seen,) = ec2.describe_vpc_endpoints(VpcEndpointIds=[id_])["VpcEndpoints"]
        assert [one["GroupId"] for one in seen["Groups"]] == [group]
        client.update_vpc_endpoint(id=id_, removeSecurityGroupIds=[group])
        client.delete_vpc_endpoint(id=id_)
        assert client.batch_get_vpc_endpoint(ids=[id_])["vpcEndpointDetails"] == []


def test_an_account_has_limits_that_can_be_changed(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        client = aws("opensearchserverless")
        lowest = {"maxIndexingCapacityInOCU": 2, "maxSearchCapacityInOCU": 2}
        changed = client.update_account_settings(capacityLimits=lowest)["accountSettingsDetail"]
        assert changed["capacityLimits"] == lowest
        client.update_account_settings(capacityLimits={"maxSearchCapacityInOCU": 4})
        found = client.get_account_settings()["accountSettingsDetail"]["capacityLimits"]
        assert found == {"maxIndexingCapacityInOCU": 2, "maxSearchCapacityInOCU": 4}


def test_a_limit_that_botocores_model_refuses_is_refused(aws: Aws) -> None:
    client = aws("opensearchserverless")
    least = client.meta.service_model.shape_for("IndexingCapacityValue").metadata["min"]
    unchecked = boto3.client(
        "opensearchserverless",
        endpoint_url=client.meta.endpoint_url,
        region_name=client.meta.region_name,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(parameter_validation=False),
    )
    with pytest.raises(client.exceptions.ClientError, match="maxIndexingCapacityInOCU: 1"):
        unchecked.update_account_settings(capacityLimits={"maxIndexingCapacityInOCU": least - 1})
