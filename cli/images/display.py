"""Publishing on the screen: a bar per image on a terminal, plain lines anywhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from images.image_build import ImageBuild
from images.publish import OnProgress


@contextmanager
def display(console: Console, *, quiet: tuple[str, ...] = ()) -> Iterator[OnProgress]:
    """Return the callback for an image's progress, for any thread. Phases in `quiet` make no plain line."""
    if console.is_terminal:
        with _bars(console) as on_progress:
            yield on_progress
    else:
        yield _lines(console, quiet)


@contextmanager
def _bars(console: Console) -> Iterator[OnProgress]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[phase]}", style="dim"),
        TimeElapsedColumn(),
    )
    tasks: dict[tuple[str, str], TaskID] = {}
    lock = Lock()
    with Progress(*columns, console=console, transient=True) as progress:

        def on_progress(work: ImageBuild, phase: str, done: int, total: int) -> None:
            with lock:
                key = (work.name, work.tag)
                if key not in tasks:
                    tasks[key] = progress.add_task(work.name, phase=phase)
                progress.update(tasks[key], phase=phase, completed=done, total=total or None)

        yield on_progress


def _lines(console: Console, quiet: tuple[str, ...]) -> OnProgress:
    phases: dict[tuple[str, str], str] = {}
    lock = Lock()

    def on_progress(work: ImageBuild, phase: str, _done: int, _total: int) -> None:
        with lock:
            key = (work.name, work.tag)
            if phases.get(key) != phase and phase not in quiet:
                console.print(f"{work.name}:{work.tag}: {phase}", markup=False, highlight=False)
            phases[key] = phase

    return on_progress
