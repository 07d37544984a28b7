"""The report of an import: every line of the foreign file, the files, and the commands that are left to a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cli.importers.draft import Draft, Import, Outcome, Remark
from config.loader.platform import SERVICES

_ORDER = (Outcome.CARRIED, Outcome.CHANGED, Outcome.LEFT_OUT, Outcome.TO_DO)


def report(found: Import, states: Mapping[str, str], environments: Sequence[str]) -> str:
    """Say for each service what became of each line; `states` says what was done with its file."""
    lines: list[str] = []
    for draft in found.drafts:
        file = SERVICES / f"{draft.name}.yaml"
        lines += [f"{file}: {states[draft.name]}", *_remarks(draft.remarks), ""]
    if found.remarks:
        lines += ["No service of its own:", *_remarks(found.remarks), ""]
    lines += _commands(found.drafts, environments)
    counts = {outcome: sum(remark.outcome is outcome for remark in found.reported()) for outcome in _ORDER}
    return "\n".join([*lines, ", ".join(f"{count} {outcome}" for outcome, count in counts.items())])


def _remarks(remarks: Sequence[Remark]) -> Iterator[str]:
    for remark in sorted(remarks, key=lambda remark: (str(remark.file), remark.line)):
        yield f"  {remark.place}  {remark.setting}  {remark.outcome}: {remark.text}"


def _commands(drafts: Sequence[Draft], environments: Sequence[str]) -> Iterator[str]:
    wanted = [(draft.name, secret) for draft in drafts for secret in draft.secrets.values()]
    if not wanted:
        return
    yield "Secrets, to be stored before the first deploy, in each environment:"
    for environment in environments:
        for service, secret in wanted:
            command = f"groundwork secret set {environment} {service} {secret.name}"
            origin = secret.origin.replace("<environment>", environment) + " | " if secret.origin else ""
            yield f"  {origin}{command}"
    yield ""
