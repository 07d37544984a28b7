"""The stacks that a change affects, why, and the order in which they are deployed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from cli.changes.json_diff import Kind, ResourceChange, code_changes
from cli.changes.setting_diff import SettingChange, setting_changes
from cli.changes.tree import StackCode, Tree
from cli.changes.versions import changed_files
from cli.errors import CommandError
from config.models.environment.shared import SHARED

YAML_FOLDERS = ("environments", "service_configs")
WITHOUT_EFFECT = ("docs", "tests", ".github", "benchmarks", "cli", "schemas", "local_aws")
MOST_TRIALS = 8
"""Each file is tried alone, a synth of seconds; a change of more files is not taken apart."""

Synthesize = Callable[[Path, str], Tree]


@dataclass(frozen=True)
class AffectedStack:
    """A stack whose code differs, and what in the repository made it differ."""

    id: str
    kind: Kind
    resources: tuple[ResourceChange, ...]
    because: tuple[SettingChange, ...]
    files: tuple[str, ...]
    """Files that are no settings (code, images), or that have this effect only together."""

    @property
    def environment(self) -> str:
        """The environment that the stack belongs to, or `shared`."""
        return self.id.partition("-")[0]

    @property
    def name(self) -> str:
        """The stack's name without its environment."""
        return self.id.partition("-")[2]


@dataclass(frozen=True)
class Affected:
    """All of them, in waves: a stack comes after the waves that hold what it needs. What is gone comes last."""

    waves: tuple[tuple[AffectedStack, ...], ...]

    @property
    def stacks(self) -> tuple[AffectedStack, ...]:
        """All affected stacks, in deploy order."""
        return tuple(stack for wave in self.waves for stack in wave)


def find_affected(base: Path, head: Path, scratch: Path, synthesize: Synthesize) -> Affected:
    """Compare the code that two folders come to; `synthesize` takes a folder and a name for its output."""
    with ThreadPoolExecutor(2) as pool:
        before, after = pool.map(synthesize, (base, head), ("base", "head"))
    different = [id_ for id_ in sorted(before.keys() | after.keys()) if _text(before, id_) != _text(after, id_)]
    if not different:
        return Affected(())
    causes = _causes(base, head, scratch, synthesize, before, after, different)
    stacks = {id_: _affected(id_, before.get(id_), after.get(id_), causes[id_], base, head) for id_ in different}
    present = deploy_waves([id_ for id_ in different if id_ in after], after)
    gone = reversed(deploy_waves([id_ for id_ in different if id_ not in after], before))
    return Affected(tuple(tuple(stacks[id_] for id_ in wave) for wave in [*present, *gone]))


def deploy_waves(ids: Iterable[str], tree: Tree) -> list[list[str]]:
    """Return the stacks in groups, each after what it needs, also by way of stacks that are not among them."""
    waiting = sorted(ids)
    waves = []
    while waiting:
        ready = [id_ for id_ in waiting if not _needs(id_, tree).intersection(waiting)]
        waves.append(ready)
        waiting = [id_ for id_ in waiting if id_ not in ready]
    return waves


def _needs(id_: str, tree: Tree) -> set[str]:
    """Return all that a stack comes after; the images come before every environment."""
    found: set[str] = set()
    following = [id_]
    while following:
        for needed in tree[following.pop()].dependencies:
            if needed not in found and needed in tree:
                found.add(needed)
                following.append(needed)
    if not id_.startswith(f"{SHARED}-"):
        found |= {other for other in tree if other.startswith(f"{SHARED}-")}
    return found - {id_}


def _affected(
    id_: str, old: StackCode | None, new: StackCode | None, files: Sequence[Path], base: Path, head: Path
) -> AffectedStack:
    settings = [
        change
        for file in files
        if is_settings(file)
        for change in setting_changes(base, head, file)
        if change.concerns(id_.partition("-")[0])
    ]
    others = tuple(str(file) for file in files if not is_settings(file))
    kind: Kind = "changed" if old and new else "added" if new else "removed"
    changes = tuple(code_changes(old.code, new.code)) if old and new else ()
    return AffectedStack(id_, kind, changes, tuple(settings), others)


def is_settings(file: Path) -> bool:
    """Return whether a person wrote settings in it, rather than code or the content of an image."""
    return file.parts[0] in YAML_FOLDERS and file.suffix == ".yaml"


def _causes(
    base: Path, head: Path, scratch: Path, synthesize: Synthesize, before: Tree, after: Tree, different: Sequence[str]
) -> dict[str, list[Path]]:
    """Find the files behind each difference, by changing each file alone."""
    files = [file for file in changed_files(base, head) if file.parts[0] not in WITHOUT_EFFECT]
    code = [file for file in files if not is_settings(file)]
    groups = [[file] for file in files if is_settings(file)] + ([code] if code else [])
    if len(groups) < 2 or len(groups) > MOST_TRIALS:
        return dict.fromkeys(different, files)

    def attempt(number: int) -> Tree | None:
        trial = scratch / f"trial-{number}"
        shutil.copytree(base, trial, symlinks=True)
        for file in groups[number]:
            _overlay(head / file, trial / file)
        try:
            return synthesize(trial, f"trial-{number}-out")
        except CommandError:  # a release of a service that is new as well: alone it is a mistake
            return None

    with ThreadPoolExecutor(2) as pool:
        trials = list(zip(groups, pool.map(attempt, range(len(groups))), strict=True))

    def cause(id_: str) -> list[Path]:
        old, new = _text(before, id_), _text(after, id_)
        alone = {tuple(group): _text(trial, id_) for group, trial in trials if trial is not None}
        sufficient = [group for group, text in alone.items() if text == new]
        if sufficient:
            return list(sufficient[0])
        part = [group for group, text in alone.items() if text != old]
        part += [tuple(group) for group, trial in trials if trial is None]
        return sorted(file for group in part for file in group) or files

    return {id_: cause(id_) for id_ in different}


def _overlay(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    if source.is_symlink() or source.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target, follow_symlinks=False)


def _text(tree: Tree, id_: str) -> str | None:
    return tree[id_].text if id_ in tree else None
