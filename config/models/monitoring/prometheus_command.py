"""Flags of Prometheus, and how it is started."""

from __future__ import annotations

from config.models.environment.environment import Environment

DISK = "/prometheus"
START = ("/bin/sh", "/etc/prometheus/start.sh")
"""docker/prometheus' own: it writes the id of the environment's own workspace into the configuration, and starts it."""
# The write-ahead log and the blocks in the making count too, and only finished blocks are ever deleted.
# https://prometheus.io/docs/prometheus/latest/storage/#right-sizing-retention-size
RETENTION_PERCENT = 80
# 16 bytes each: a query that wants more is refused, and does not take Prometheus along.
MOST_SAMPLES_IN_A_QUERY = 10_000_000


def prometheus_command(environment: Environment) -> tuple[str, ...]:
    """Return the flags of Prometheus: the image's own two, which a command replaces, and those of the environment.

    How long samples are kept is not in the image, but with the disk that they are on.
    """
    gib = environment.cluster.ec2.data_volume_gib * RETENTION_PERCENT // 100
    config = DISK if makes_workspace(environment) else "/etc/prometheus"
    return (
        f"--config.file={config}/prometheus.yml",
        f"--storage.tsdb.path={DISK}",
        f"--storage.tsdb.retention.time={environment.monitoring.retention_days}d",
        f"--storage.tsdb.retention.size={gib}GB",  # of 2^30 bytes each
        f"--query.max-samples={MOST_SAMPLES_IN_A_QUERY}",
        "--enable-feature=exemplar-storage",  # of as many as the image's configuration says, which may be none
    )


def makes_workspace(environment: Environment) -> bool:
    """Return whether the environment sends its metrics to a workspace that the platform makes."""
    sent = environment.monitoring.remote_write
    return sent is not None and sent.workspace_id is None
