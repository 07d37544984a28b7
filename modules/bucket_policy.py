"""The statement of a bucket's policy that every bucket has."""

from __future__ import annotations

from typing import Any


def only_tls(arn: str) -> dict[str, Any]:
    """Refuse every request without TLS; both * only ever refuse."""
    return {
        "Sid": "OnlyOverTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
