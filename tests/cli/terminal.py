"""A person at a terminal: a real pseudo-terminal, answers typed when the question stands there."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

PATIENCE_S = 60
# A Ctrl-C between Python's last look for signals and its wait for input is seen at the next: a person presses again.
AGAIN_S = 10
CTRL_C, CTRL_D = "\x03", "\x04"
# Only of its controlling terminal does a process get Ctrl-C.
_RUN = """
import fcntl, pathlib, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
import cli.root
cli.root.ROOT = pathlib.Path(sys.argv.pop(1))
import cli.app
cli.app.main()
"""


def type_into(root: Path, arguments: Sequence[str], dialogue: Sequence[tuple[str, str]]) -> tuple[int, str]:
    """Run a command, answer each question once it is asked; the exit code and all that was on the screen."""
    mine, its = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", _RUN, str(root), *arguments],
        stdin=its,
        stdout=its,
        stderr=its,
        cwd=Path(__file__).parents[2],
        start_new_session=True,
        env={**os.environ, "TERM": "dumb", "COLUMNS": "200"},
    )
    os.close(its)
    screen, seen = "", 0
    try:
        for question, answer in dialogue:
            while question not in screen[seen:]:
                more = _read(mine)
                assert more, f"ended before it asked {question!r}:\n{screen}"
                screen += more
            seen = screen.index(question, seen) + len(question)
            os.write(mine, answer.encode() + (b"" if answer in (CTRL_C, CTRL_D) else b"\n"))
        while more := _read(mine, again=dialogue[-1][1] == CTRL_C):
            screen += more
        return process.wait(PATIENCE_S), screen.replace("\r\n", "\n")
    finally:
        process.kill()
        process.wait()
        os.close(mine)


def _read(terminal: int, *, again: bool = False) -> str:
    for _ in range(PATIENCE_S // AGAIN_S):
        if select.select([terminal], [], [], AGAIN_S)[0]:
            try:
                return os.read(terminal, 65_536).decode(errors="replace")
            except OSError:  # Linux: the other side has closed
                return ""
        if again:
            os.write(terminal, CTRL_C.encode())
    raise AssertionError("nothing more within a minute; does it wait for an answer?")
