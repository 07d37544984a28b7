"""The YAML files of a folder, and those that would silently be left out."""

from __future__ import annotations

from pathlib import Path

from config.source.problem import Problem

_MEANT_AS_YAML = frozenset({".yaml", ".yml", ".json"})


def yaml_files(
    root: Path, folder: Path, *, subfolders: frozenset[str] = frozenset()
) -> tuple[list[Path], list[Problem]]:
    """Return the files below root/folder, relative to root, and a problem for each that nothing would read."""
    files: list[Path] = []
    problems: list[Problem] = []
    for path in sorted((root / folder).iterdir()) if (root / folder).is_dir() else []:
        file = path.relative_to(root)
        if path.name.startswith(".") or path.name in subfolders:
            continue
        if path.suffix == ".yaml":
            files.append(file)
        elif path.suffix.lower() in _MEANT_AS_YAML:
            problems.append(
                Problem(
                    file=file,
                    line=1,
                    value=path.suffix,
                    message="nothing reads a file with this extension",
                    allowed=".yaml",
                    fix=f"rename it to {path.with_suffix('.yaml').name}",
                )
            )
        elif path.is_dir():
            problems += [
                Problem(
                    file=stray.relative_to(root),
                    line=1,
                    message="nothing reads this folder",
                    value=f"{file}/",
                    allowed=f"files directly in {folder}/",
                    fix=f"move it to {folder}/{stray.name}",
                )
                for stray in sorted(path.rglob("*"))
                if stray.suffix.lower() in _MEANT_AS_YAML
            ]
    return files, problems
