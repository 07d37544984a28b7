"""A change to the YAML files: checked as a whole first, then put in place file by file, or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from cli.errors import CommandError
from config.loader.platform import ENVIRONMENTS, SERVICES, WrittenDeployment, read_platform


class ConfigTransaction:
    """Files below root as they are and as they shall be; None is a file that is not there."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._found: dict[Path, bytes | None] = {}
        self._wanted: dict[Path, bytes | None] = {}

    def text(self, file: Path) -> str | None:
        """Return the content of the file, earlier changes of this transaction included."""
        if file not in self._found:
            self._found[file] = self._now(file)
        content = self._wanted.get(file, self._found[file])
        return None if content is None else content.decode("utf-8")

    def write(self, file: Path, text: str) -> None:
        """Plan the file's new text."""
        self.text(file)
        self._wanted[file] = text.encode("utf-8")

    def remove(self, file: Path) -> None:
        """Plan the file's end."""
        self.text(file)
        self._wanted[file] = None

    def check(self) -> tuple[WrittenDeployment, ...]:
        """Load the whole configuration as it would be, from a copy; ConfigError says what would be wrong."""
        with tempfile.TemporaryDirectory(prefix="groundwork-") as directory:
            copy = Path(directory)
            for folder in (ENVIRONMENTS, SERVICES):
                if (self._root / folder).is_dir():
                    shutil.copytree(self._root / folder, copy / folder)
            for file, content in self._wanted.items():
                _put(copy / file, content)
            return read_platform(copy)

    def apply(self) -> tuple[WrittenDeployment, ...]:
        """Check, then change the files in the order of the calls; after a failure all are as before."""
        loaded = self.check()
        for file in self._wanted:
            if self._now(file) != self._found[file]:
                raise CommandError(f"{file} was changed by somebody else just now; nothing is written, run it again")
        try:
            for file, content in self._wanted.items():
                _put(self._root / file, content)
        except BaseException as error:
            for touched in reversed(self._wanted):
                if self._now(touched) != self._found[touched]:
                    _put(self._root / touched, self._found[touched])
            if isinstance(error, OSError):
                reason = f"{error.strerror}: {file}"
                raise CommandError(f"cannot be written, and all is as it was: {reason}") from error
            raise
        return loaded

    def _now(self, file: Path) -> bytes | None:
        path = self._root / file
        return path.read_bytes() if path.exists() else None


def _put(path: Path, content: bytes | None) -> None:
    """Replace the file in one step: whoever reads it finds the old text or the new one, whole."""
    if content is None:
        path.unlink(missing_ok=True)
        return
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    # The loader passes over names that start with a dot.
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(path.stat().st_mode if path.exists() else 0o666 & ~_umask())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
