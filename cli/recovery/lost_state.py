"""A state object that is gone although it described resources: found by the older versions of the bucket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cli.state.state_file import SUFFIX, StateFile

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class LostState:
    """The last version of a state that somebody has deleted, and when it was written."""

    bucket: str
    state: StateFile
    written: datetime

    def __str__(self) -> str:
        return (
            f"{self.state.key}: the state is gone from {self.bucket}, and its last version, of "
            f"{self.written:%Y-%m-%d %H:%M:%S} UTC, has {self.state.resources} resources"
        )

    def restore(self, s3: S3Client) -> None:
        """Write it again as it was."""
        body = json.dumps(self.state.content, indent=2).encode()
        s3.put_object(
            Bucket=self.bucket,
            Key=self.state.key,
            Body=body,
            ContentType="application/json",
            ServerSideEncryption="AES256",
        )


def lost_states(s3: S3Client, bucket: str, environment: str) -> Iterator[LostState]:
    """Yield the states that are gone: what `destroy` has emptied before is none of them."""
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=f"{environment}/")
    there: set[str] = set()
    last: dict[str, tuple[datetime, str]] = {}
    for page in pages:
        for version in page.get("Versions", []):
            key, written = version["Key"], version["LastModified"]
            if version["IsLatest"]:
                there.add(key)
            if key.endswith(SUFFIX) and (key not in last or written > last[key][0]):
                last[key] = written, version["VersionId"]
    for key, (written, version_id) in sorted(last.items()):
        if key not in there:
            body = s3.get_object(Bucket=bucket, Key=key, VersionId=version_id)["Body"].read()
            state = StateFile(key, json.loads(body))
            if state.resources:
                yield LostState(bucket, state, written)
