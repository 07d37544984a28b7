"""The Dockerfiles, as hadolint reads them, as written and as rendered."""

from __future__ import annotations

import subprocess
import sysconfig
from pathlib import Path

from images.catalog import PLATFORM_IMAGES
from tests.images.conftest import contexts
from tests.synthesis import ROOT

HADOLINT = Path(sysconfig.get_path("scripts")) / "hadolint"


def test_hadolint_finds_nothing(checkout: Path, tmp_path: Path) -> None:
    rendered = [context.write(tmp_path / "build") / "Dockerfile" for context in contexts(checkout).values()]
    written = sorted((ROOT / "docker").glob("*/Dockerfile"))
    assert len(written) == len(rendered) == len(PLATFORM_IMAGES)
    done = subprocess.run([HADOLINT, *written, *rendered], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
