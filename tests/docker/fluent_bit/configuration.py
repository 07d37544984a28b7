"""Fluent Bit's classic configuration format, strictly read; which keys there are; and what an outage costs by it.

https://docs.fluentbit.io/manual/administration/configuring-fluent-bit/classic-mode/format-schema
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

KEYS: Mapping[str, Any] = yaml.safe_load(Path(__file__).with_name("keys.yaml").read_text())
SEVERAL_TIMES = ("rule", "record", "remove_key")
UNITS = {"": 1, "K": 1000, "M": 1000**2, "G": 1000**3}


@dataclass(frozen=True)
class Entry:
    """A key with its value."""

    line: int
    key: str
    value: str


@dataclass(frozen=True)
class Section:
    """`[KIND]` and its entries."""

    line: int
    kind: str
    entries: tuple[Entry, ...]

    def get(self, key: str) -> str | None:
        """A value by its key, in any case."""
        return next((entry.value for entry in self.entries if entry.key.lower() == key.lower()), None)

    def __getitem__(self, key: str) -> str:
        value = self.get(key)
        if value is None:
            raise KeyError(f"[{self.kind}] in line {self.line} has no {key}")
        return value


def sections(text: str) -> tuple[Section, ...]:
    """Parse a file, or raise ValueError with the line."""
    found: list[tuple[int, str, list[Entry]]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if header := re.fullmatch(r"\[([A-Z_]+)\]", line):
            found.append((number, header[1], []))
        elif (entry := re.fullmatch(r" {4}(\S+) +(\S.*?)", line)) and found:
            found[-1][2].append(Entry(number, entry[1], entry[2]))
        else:
            raise ValueError(f"line {number}: neither a section nor an entry of one: {line!r}")
    return tuple(Section(number, kind, tuple(entries)) for number, kind, entries in found)


def mistakes(parsed: Sequence[Section]) -> Iterator[str]:
    """What Fluent Bit would refuse, or silently take no notice of."""
    services = [section for section in parsed if section.kind == "SERVICE"]
    if len(services) > 1:
        yield f"line {services[1].line}: only one [SERVICE] counts"
    for section in parsed:
        known = _known(section)
        if known is None:
            yield f"line {section.line}: no [{section.kind}] {section.get('name')} is known"
            continue
        seen = set()
        for entry in section.entries:
            key = entry.key.lower()
            if key not in known:
                yield f"line {entry.line}: [{section.kind}] {section.get('name') or ''} knows no {entry.key}"
            if key in seen and key not in SEVERAL_TIMES:
                yield f"line {entry.line}: {entry.key} is there twice"
            seen.add(key)
        if section.kind in ("FILTER", "OUTPUT") and not section.get("match"):
            yield f"line {section.line}: [{section.kind}] without Match gets nothing"


def _known(section: Section) -> set[str] | None:
    kind = section.kind.lower()
    if kind in ("service", "parser"):
        return set(KEYS[kind])
    of_plugins = KEYS.get(kind)
    if not isinstance(of_plugins, dict) or (section.get("name") or "") not in of_plugins:
        return None
    return set(KEYS[f"every {kind}"]) | set(of_plugins[section["name"]])


@dataclass(frozen=True)
class OutageBudget:
    """How long OpenSearch may be away until a record is lost, in seconds."""

    by_retries: float
    """The least that a record is tried again for: every wait the shortest that chance allows."""
    by_retries_on_average: float
    by_disk: float
    """Until the buffer is full, and the oldest records make room for the newest."""

    @property
    def certain(self) -> float:
        return min(self.by_retries, self.by_disk)


def outage_budget(parsed: Sequence[Section], *, bytes_per_second: float) -> OutageBudget:
    """Compute it from the configuration.

    Between two tries are a random number of seconds from `base` to min(`cap`, `base` * 2^n), and one more.
    https://docs.fluentbit.io/manual/administration/scheduling-and-retries
    """
    service = next(section for section in parsed if section.kind == "SERVICE")
    output = next(section for section in parsed if section.kind == "OUTPUT" and section["name"] == "opensearch")
    base, cap = int(service["scheduler.base"]), int(service["scheduler.cap"])
    tries = range(1, int(output["retry_limit"]) + 1)
    return OutageBudget(
        by_retries=sum(base + 1 for _ in tries),
        by_retries_on_average=sum((base + min(cap, base * 2**n)) / 2 + 1 for n in tries),
        by_disk=size(output["storage.total_limit_size"]) / bytes_per_second,
    )


def size(text: str) -> int:
    """Bytes; Fluent Bit counts in thousands."""
    number, unit = re.fullmatch(r"(\d+)([KMG]?)", text).groups()  # type: ignore[union-attr]  # or the test fails
    return int(number) * UNITS[unit]
