"""An accelerator with its listener and its endpoints."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.local_aws.supplement.conftest import Aws, Promise


def test_an_accelerator_lives_a_whole_life(supplement_keeps: Callable[[Promise], None]) -> None:
    @supplement_keeps
    def promise(aws: Aws) -> None:
        client = aws("globalaccelerator")
        accelerator = {
            "AcceleratorArn": client.create_accelerator(
                Name=aws.name, IdempotencyToken="1", Tags=[{"Key": "a", "Value": "b"}]
            )["Accelerator"]["AcceleratorArn"]
        }
        listener = {
            "ListenerArn": client.create_listener(
                **accelerator, PortRanges=[{"FromPort": 443, "ToPort": 443}], Protocol="TCP", IdempotencyToken="2"
            )["Listener"]["ListenerArn"]
        }
        group = {
            "EndpointGroupArn": client.create_endpoint_group(
                **listener,
                EndpointGroupRegion="eu-west-1",
                EndpointConfigurations=[{"EndpointId": "arn:lb", "Weight": 100}],
                IdempotencyToken="3",
            )["EndpointGroup"]["EndpointGroupArn"]
        }

        client.update_endpoint_group(**group, TrafficDialPercentage=50.0)
        found = client.describe_endpoint_group(**group)["EndpointGroup"]
        assert found["TrafficDialPercentage"] == 50
        assert found["EndpointDescriptions"][0]["EndpointId"] == "arn:lb"
        assert len(client.list_listeners(**accelerator)["Listeners"]) == 1
        tags = client.list_tags_for_resource(ResourceArn=accelerator["AcceleratorArn"])["Tags"]
        assert tags == [{"Key": "a", "Value": "b"}]
        assert client.describe_accelerator(**accelerator)["Accelerator"]["Status"] == "DEPLOYED"

        client.delete_endpoint_group(**group)
        client.delete_listener(**listener)
        with pytest.raises(client.exceptions.AcceleratorNotDisabledException):
            client.delete_accelerator(**accelerator)
        client.update_accelerator(**accelerator, Enabled=False)
        client.delete_accelerator(**accelerator)
        with pytest.raises(client.exceptions.AcceleratorNotFoundException):
            client.describe_accelerator(**accelerator)
