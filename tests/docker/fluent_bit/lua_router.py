"""The router's Lua scripts in the LuaJIT that Fluent Bit is built on, called as its filter calls them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import lupa.luajit21  # type: ignore[import-untyped]

from tests.docker.fluent_bit.firelens import ROOTFS, TAG

ENVIRONMENT = {"SERVICE": "orders", "ENVIRONMENT": "dev", "MASK": "", "PARSER": "auto", "JOB": "false"}
TICK = "groundwork-firelens-tick"


@dataclass(frozen=True)
class Shaped:
    """What leaves the scripts: the record as JSON text, and its time in seconds and nanoseconds."""

    text: str
    time: tuple[int, int]

    @property
    def record(self) -> dict[str, Any]:
        """The record, without what is only for the copy to CloudWatch."""
        whole = json.loads(self.text)
        return {key: value for key, value in whole.items() if key not in ("copy", "copy_tag")}

    @property
    def copy(self) -> str | None:
        copy: str | None = json.loads(self.text).get("copy")
        return copy


class LuaRouter:
    """Two Lua states, one a filter, and a clock that a test moves."""

    def __init__(self, environment: Mapping[str, str] = {}) -> None:
        before = dict(os.environ)
        os.environ.update({**ENVIRONMENT, **environment})
        try:
            self._join, self._shape = self._load("join"), self._load("shape")
        finally:
            os.environ.clear()
            os.environ.update(before)

    def _load(self, name: str) -> Any:
        lua = lupa.luajit21.LuaRuntime(encoding=None, unpack_returned_tuples=True)
        lua.execute(b"late = 0; local began = os.time(); os.time = function() return began + late end")
        lua.execute(f"dofile({json.dumps(str(ROOTFS / f'groundwork/{name}.lua'))})".encode())
        return lua

    def send(
        self, records: Iterable[Mapping[str, Any]], *, tag: str = TAG, time: tuple[int, int] = (1, 5)
    ) -> Iterator[Shaped]:
        """Let records through; what waits for more lines stays."""
        for record in records:
            yield from self._through(tag.encode(), time, {_bytes(key): _bytes(value) for key, value in record.items()})

    def wait(self, seconds: int) -> Iterator[Shaped]:
        """Let time pass, and one tick."""
        for lua in (self._join, self._shape):
            lua.execute(f"late = late + {seconds}".encode())
        yield from self._through(TICK.encode(), (9, 9), {})

    def _through(self, tag: bytes, time: tuple[int, int], record: Mapping[bytes, Any]) -> Iterator[Shaped]:
        lua = self._join
        code, _, joined = lua.globals().join(tag, _time(lua, time), lua.table_from(record))
        if code == -1:
            return
        several = joined[1] is not None
        for one in [dict(each) for each in joined.values()] if several else [dict(joined)]:
            yield from self._shaped(tag, time, one)

    def _shaped(self, tag: bytes, time: tuple[int, int], record: Mapping[bytes, Any]) -> Iterator[Shaped]:
        lua = self._shape
        code, at, out = lua.globals().shape(tag, _time(lua, time), lua.table_from(record))
        if code == 1:
            yield Shaped(out[b"log"].decode(), (at[b"sec"], at[b"nsec"]))


def _time(lua: Any, time: tuple[int, int]) -> Any:
    return lua.table_from({b"sec": time[0], b"nsec": time[1]})


def _bytes(value: Any) -> Any:
    return value.encode() if isinstance(value, str) else value
