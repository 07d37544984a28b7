"""A synthesis that takes long says so while it lasts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli.errors import CommandError
from cli.terraform import synthesis

SLOW = "import sys, time\ntime.sleep(1.2)\nsys.exit('it is wrong')\n"


def test_nobody_waits_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(synthesis, "SILENT_S", 0.25)
    (tmp_path / "main.py").write_text(SLOW)
    with pytest.raises(CommandError, match="it is wrong"):
        synthesis.synthesize(tmp_path, "dev", os.environ)
    assert capsys.readouterr().err.count("synthesizing dev … ") >= 2
