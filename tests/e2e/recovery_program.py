"""A program of two stacks for tests of what a deploy recovers from, of resources that AWS would make twice.

`FAULT` in the environment names them, so that one AWS serves many tests: `dev-<fault>` is busy, once it has made all
that it makes, until it may end; `dev-<fault>-reader` reads of it.
"""

from __future__ import annotations

PROGRAM = """
import json
import os
import sys
from pathlib import Path

sys.path.insert(0, {root!r})
import main  # it prepares the import of the provider

from cdktf import App, DataResource, LocalExecProvisioner
from cdktf_cdktf_provider_aws.acm_certificate import AcmCertificate
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.db_instance import DbInstance
from cdktf_cdktf_provider_aws.ebs_volume import EbsVolume
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.kms_alias import KmsAlias
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from cdktf_cdktf_provider_aws.route53_zone import Route53Zone
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_public_access_block import S3BucketPublicAccessBlock
from cdktf_cdktf_provider_aws.security_group import SecurityGroup
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.subnet import Subnet
from cdktf_cdktf_provider_aws.vpc import Vpc
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule

from config.loader.platform import load_platform
from modules.local_context import LOCAL_AWS
from stacks.platform_stack import PlatformStack


def allow(action, **more):
    return json.dumps({{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": action, **more}}]}})


fault = os.environ["FAULT"]
app = App(context={{LOCAL_AWS: True}})
[deployment] = load_platform(Path(__file__).parent, only="dev")
environment = deployment.environment
name = environment.qualify(fault)
stack = PlatformStack(app, name=fault, environment=environment)
topic = SnsTopic(stack, "topic", name=name)
key = KmsKey(stack, "key", description=f"Tests of {{name}}", enable_key_rotation=True)
made = [
    topic,
    key,
    KmsAlias(stack, "alias", name=f"alias/{{name}}", target_key_id=key.id),
    EbsVolume(stack, "volume", availability_zone="eu-west-1a", size=1, tags={{"Name": name}}),
]
if "whole" in fault:
    vpc = Vpc(stack, "vpc", cidr_block="10.9.0.0/16", tags={{"Name": name}})
    group = SecurityGroup(stack, "group", name=name, description="Tests", vpc_id=vpc.id, tags={{"Name": name}})
    tasks = {{"Service": "ecs-tasks.amazonaws.com"}}
    role = IamRole(stack, "role", name=name, assume_role_policy=allow("sts:AssumeRole", Principal=tasks))
    bucket = S3Bucket(stack, "bucket", bucket=f"acme-{{name}}")
    made += [
        *(
            Subnet(stack, f"subnet-{{zone}}", vpc_id=vpc.id, cidr_block=block, tags={{"Name": f"{{name}}-{{zone}}"}})
            for zone, block in (("a", "10.9.0.0/24"), ("b", "10.9.1.0/24"))
        ),
        *(
            VpcSecurityGroupIngressRule(
                stack,
                f"rule-{{port}}",
                security_group_id=group.id,
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                cidr_ipv4="10.9.0.0/16",
            )
            for port in (443, 8443)
        ),
        IamRolePolicy(stack, "policy", name="nothing", role=role.id, policy=allow("sns:Publish", Resource=topic.arn)),
        S3BucketPublicAccessBlock(stack, "closed", bucket=bucket.id, block_public_acls=True),
        CloudwatchLogGroup(stack, "log", name=f"/{{name}}", retention_in_days=7),
        AcmCertificate(stack, "certificate", domain_name=f"{{name}}.example.com", validation_method="DNS"),
        Route53Zone(stack, "zone", name=f"{{name}}.example.com", comment=f"Tests of {{name}}"),
    ]
if "half" in fault:
    made.append(
        DbInstance(
            stack,
            "database",
            identifier=name,
            engine="postgres",
            instance_class="db.t4g.micro",
            allocated_storage=20,
            username="app",
            manage_master_user_password=True,
            skip_final_snapshot=True,
            deletion_protection=True,
        )
    )
pause = LocalExecProvisioner(type="local-exec", command={pause!r})
DataResource(stack, "pause", depends_on=made, provisioners=[pause])
reader = PlatformStack(app, name=f"{{fault}}-reader", environment=environment)
SnsTopic(reader, "topic", name=f"{{name}}-reader", display_name=topic.name)
app.synth()
"""
