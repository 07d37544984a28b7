"""The most connections that a database of RDS takes, by its instance class."""

from __future__ import annotations

import re

GIB = 2**30
# RDS for PostgreSQL: LEAST({DBInstanceClassMemory/9531392}, 5000), of what the system leaves of the class' memory.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html#RDS_Limits.MaxConnections
BYTES_EACH, MOST = 9_531_392, 5_000
LEFT_BY_THE_SYSTEM = 0.9
# GiB of memory: of the small sizes, and of `large` by the family's letter.
SMALL = {"micro": 1, "small": 2, "medium": 4}
LARGE = {"t": 8, "m": 8, "r": 16}
SIZE = re.compile(r"^db\.([a-z])\w*\.(?:(micro|small|medium|large)|(\d*)xlarge)$")


def max_connections(instance_class: str) -> int | None:
    """Return what RDS' default parameter comes to, or None for a class whose memory is not known here."""
    size = SIZE.match(instance_class)
    if size is None or size[1] not in LARGE:
        return None
    if size[2] in SMALL:
        gib = SMALL[size[2]]
    elif size[2] == "large":
        gib = LARGE[size[1]]
    else:
        gib = LARGE[size[1]] * 2 * int(size[3] or 1)
    return min(int(gib * GIB * LEFT_BY_THE_SYSTEM / BYTES_EACH), MOST)
