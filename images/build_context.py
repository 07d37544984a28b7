"""The build context of one image, and the tag computed from it."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from images.context_file import EXECUTABLE, ContextFile, read_tree
from images.fingerprint import TAG_LENGTH, fingerprint


@dataclass(frozen=True)
class BuildContext:
    """The input of `docker build` for the platform image `name`; the Dockerfile among the files names the base."""

    name: str
    files: tuple[ContextFile, ...]

    @cached_property
    def fingerprint(self) -> str:
        """The whole hash; the image carries it as a label, so that what a tag holds can be checked."""
        return fingerprint(self.files)

    @property
    def tag(self) -> str:
        """The image's tag."""
        return self.fingerprint[:TAG_LENGTH]

    def write(self, folder: Path) -> Path:
        """Write the files to <folder>/<name>/<tag> and return that: all of them or, if interrupted, none."""
        target = folder / self.name / self.tag
        if self._is_at(target):  # left alone: another publish may be reading it
            return target
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".writing-") as scratch:
            root = Path(scratch) / self.tag
            for file in self.files:
                path = root / file.path
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(file.content)
                path.chmod(file.mode)
            for parent, _, _ in os.walk(root):
                Path(parent).chmod(EXECUTABLE)  # COPY keeps modes, and a umask of 077 would lock the image's user out
            if target.exists():
                shutil.rmtree(target)
            try:
                root.rename(target)
            except OSError:
                if not self._is_at(target):
                    raise
        return target

    def _is_at(self, target: Path) -> bool:
        return target.is_dir() and fingerprint(read_tree(target)) == self.fingerprint
