"""The script that gives an EC2 instance its disk, before it may run a task."""

from __future__ import annotations

from config.models.environment.environment import Environment
from config.models.environment.platform_service import DISK_OWNER, ON_DISK

DATA, VOLUME = "/data", "VOLUME_ID"
# The instance before keeps the volume until its last task is gone, which it is given this long for and more.
WAIT_FOR_VOLUME_S = 30 * 60
# ECS starts its agent after this script: without ECS_CLUSTER, its last line, no task can start on a path where the
# volume is not mounted, and write to the instance's own disk. An instance that fails gives way to a new one.
# https://github.com/aws/amazon-ecs-agent/blob/master/packaging/amazon-linux-ami-integrated/ecs.service
USER_DATA = """\
#!/bin/bash
set -euo pipefail
trap 'echo "no data volume: giving way to a new instance"; shutdown -h +1' ERR

command -v aws >/dev/null || dnf install -q -y awscli-2
export AWS_DEFAULT_REGION={region}
imds=http://169.254.169.254/latest
token=$(curl -sf --retry 5 -X PUT $imds/api/token -H 'X-aws-ec2-metadata-token-ttl-seconds: 300')
instance=$(curl -sf --retry 5 -H "X-aws-ec2-metadata-token: $token" $imds/meta-data/instance-id)

{volume}
deadline=$((SECONDS + {patience}))
until [ "$(aws ec2 describe-volumes --volume-ids $volume --query 'Volumes[0].State' --output text)" = available ]; do
    [ $SECONDS -lt $deadline ]
    sleep 5
done
aws ec2 attach-volume --volume-id $volume --instance-id $instance --device /dev/xvdf >/dev/null
device=/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_${{volume/-/}}
for _ in $(seq 60); do [ -e $device ] && break; sleep 2; done

blkid $device >/dev/null || mkfs.xfs -q $device
mkdir -p {data}
echo "$device {data} xfs defaults,nofail 0 2" >> /etc/fstab
mount {data}
xfs_growfs {data} >/dev/null
install -d -o {owner} -g {owner} -m 0700 {folders}

cat >> /etc/ecs/ecs.config <<CONFIG
ECS_CLUSTER={cluster}
ECS_AWSVPC_BLOCK_IMDS=true
ECS_ENABLE_TASK_IAM_ROLE=true
ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE=true
CONFIG
"""


# An instance may start in either zone, and takes the disk that is there.
OF_ITS_ZONE = """\
zone=$(curl -sf --retry 5 -H "X-aws-ec2-metadata-token: $token" $imds/meta-data/placement/availability-zone)
case $zone in
{volumes}
*) false ;;
esac"""


def volume_marks(environment: Environment) -> dict[str, str]:
    """Return the words of the script that stand for the ids of the volumes, by the zone of each."""
    zones = environment.ec2_zones
    return {zone: f"{VOLUME}_{zone.upper()}" if len(zones) > 1 else VOLUME for zone in zones}


def user_data(environment: Environment) -> str:
    """Return the script that an instance runs before its agent starts, with marks where the volumes' ids belong."""
    marks = volume_marks(environment)
    cases = "\n".join(f"{environment.region}{zone}) volume={mark} ;;" for zone, mark in marks.items())
    return USER_DATA.format(
        volume=OF_ITS_ZONE.format(volumes=cases) if len(marks) > 1 else f"volume={VOLUME}",
        region=environment.region,
        patience=WAIT_FOR_VOLUME_S,
        data=DATA,
        owner=DISK_OWNER,
        folders=" ".join(f"{DATA}/{service}" for service in ON_DISK),
        cluster=environment.name,
    )
