"""A plan in sentences, the gravest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from cli.changes.json_diff import Difference
from cli.changes.nouns import Noun, noun_of
from cli.changes.plan_document import UNKNOWN, Action, Change, StackPlan
from cli.changes.rollout_words import rollouts
from cli.changes.value_words import change_of

MOST_NAMES = 3
MOST_DIFFERENCES = 4
MOST_KINDS = 6
STEPS = ("aws_lambda_invocation", "terraform_data")
"""What a deploy does by itself, such as waiting for ECS' verdict: it follows from the rest."""


class Weight(IntEnum):
    """The weight of a sentence."""

    DATA = 0
    NOTICED = 1
    CHANGE = 2
    NEW = 3


@dataclass(frozen=True)
class Sentence:
    """One thing that will happen."""

    weight: Weight
    text: str


def meaning(plan: StackPlan) -> list[Sentence]:
    """Return all that the plan says, in a few lines."""
    told = {change.address for change in plan.changes if change.type in STEPS}
    sentences = []
    for rollout in rollouts(plan.changes):
        told |= rollout.addresses
        sentences.append(Sentence(Weight.NOTICED if rollout.noticed else Weight.CHANGE, rollout.text))
    if any(_runs_before_a_deploy(change) for change in plan.changes):
        sentences.append(Sentence(Weight.CHANGE, "its task is run to its end, before the service is deployed"))
    rest = [change for change in plan.changes if change.address not in told]
    for action in (Action.DELETE, Action.REPLACE):
        sentences += _gone([change for change in rest if change.action is action], action)
    sentences += _updates([change for change in rest if change.action is Action.UPDATE])
    if created := [change for change in rest if change.action is Action.CREATE]:
        sentences.append(Sentence(Weight.NEW, f"new: {_counted(created)}"))
    return sorted(sentences, key=lambda sentence: sentence.weight)


def _runs_before_a_deploy(change: Change) -> bool:
    """Run a migration, as modules/rollouts/pre_deploy_task.py asks for it."""
    return change.type in STEPS and change.action is not Action.DELETE and ".before-deploy" in change.address


def loses_data(sentences: Sequence[Sentence]) -> bool:
    """Return whether something that holds data is destroyed, or replaced by an empty one."""
    return any(sentence.weight is Weight.DATA for sentence in sentences)


def _gone(changes: Sequence[Change], action: Action) -> Iterator[Sentence]:
    verb = "destroyed" if action is Action.DELETE else "replaced"
    quiet: list[Change] = []
    groups: dict[str, list[Change]] = {}
    for change in changes:
        groups.setdefault(change.type, []).append(change)
    for type_, its in groups.items():
        noun = noun_of(type_)
        many = len(its) > 1
        subject = f"{f'{len(its)} {noun.many}' if many else f'the {noun.one}'} {_names(its)} {'are' if many else 'is'}"
        because = f", for {_because(its)}" if action is Action.REPLACE else ""
        if noun.holds:
            lost = f"and {noun.holds} with {'them' if many else 'it'}{_kept(its)}"
            yield Sentence(Weight.DATA, f"{subject} {verb}{because}, {lost}")
        elif noun.noticed:
            yield Sentence(Weight.NOTICED, f"{subject} {verb}{because}; who notices: {noun.noticed}")
        else:
            quiet += its
    if len(quiet) == 1 and action is Action.REPLACE:
        yield Sentence(
            Weight.CHANGE, f"the {noun_of(quiet[0].type).one} {quiet[0].name} is replaced, for {_because(quiet)}"
        )
    elif quiet:
        yield Sentence(Weight.CHANGE, f"{verb}: {_counted(quiet)}")


def _kept(changes: Sequence[Change]) -> str:
    """Return what stands against the loss."""
    if any(change.before.get(flag) for change in changes for flag in ("deletion_protection", "prevent_destroy")):
        return "; AWS refuses, for it is protected"
    if changes[0].type == "aws_db_instance":
        kept = not any(change.before.get("skip_final_snapshot") for change in changes)
        return "; a last snapshot is kept" if kept else "; no last snapshot is kept"
    if changes[0].type == "aws_s3_bucket" and not any(change.before.get("force_destroy") for change in changes):
        return "; AWS refuses while there are any"
    return ""


def _updates(changes: Sequence[Change]) -> Iterator[Sentence]:
    following = [change for change in changes if not change.differences]
    retagged = [
        change
        for change in changes
        if change not in following and {d.path.partition(".")[0] for d in change.differences} == {"tags"}
    ]
    for change in changes:
        if change not in retagged and change not in following:
            weight, effect = _effect(change)
            yield Sentence(weight, f"{noun_of(change.type).one} {change.name}: {_listed(change.differences)}{effect}")
    if following:
        yield Sentence(Weight.CHANGE, f"pointed to what is new: {_counted(following)}")
    if retagged:
        count = len(retagged)
        yield Sentence(Weight.CHANGE, f"{count} {'resource gets' if count == 1 else 'resources get'} other tags")


RESTARTS = {"instance_class", "engine_version", "parameter_group_name", "multi_az"}
"""https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ModifyInstance.Settings.html"""


def _effect(change: Change) -> tuple[Weight, str]:
    """Return what the callers notice of an update."""
    if change.type == "aws_db_instance" and RESTARTS & {d.path for d in change.differences}:
        away = "for about a minute, while its standby takes over" if change.before.get("multi_az") else "for minutes"
        when = "now" if change.after.get("apply_immediately") else "in its next maintenance window"
        return Weight.NOTICED, f"; RDS restarts it {when}: nobody reaches it {away}"
    return Weight.CHANGE, ""


def _because(changes: Sequence[Change]) -> str:
    found = {d.path: d for change in changes for d in change.differences if _is_within(d.path, change.replaced_for)}
    if len(changes) > 1 or any(difference.new == UNKNOWN for difference in found.values()):
        return f"another {' and '.join(sorted({path.partition('.')[0].partition('[')[0] for path in found}))}"
    return _listed(list(found.values())) or f"another {' and '.join(changes[0].replaced_for) or 'place'}"


def _is_within(path: str, reasons: Sequence[str]) -> bool:
    """Return whether a value is one of these arguments, or lies in one."""
    return any(path == reason or path.startswith((f"{reason}.", f"{reason}[")) for reason in reasons)


def _listed(differences: Sequence[Difference]) -> str:
    words = [change_of(difference) for difference in differences[:MOST_DIFFERENCES]]
    more = len(differences) - MOST_DIFFERENCES
    return ", ".join(words) + (f" and {more} more" if more > 0 else "")


def _names(changes: Sequence[Change]) -> str:
    names = sorted({change.name for change in changes})
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _counted(changes: Sequence[Change]) -> str:
    counts = Counter(noun_of(change.type) for change in changes)
    # First what the rest is there for.
    common = sorted(counts.items(), key=lambda item: (not item[0].is_main, -item[1], item[0].one))[:MOST_KINDS]
    more = sum(counts.values()) - sum(count for _, count in common)
    return ", ".join(_count(count, noun) for noun, count in common) + (f" and {more} more" if more else "")


def _count(count: int, noun: Noun) -> str:
    return (
        f"{count} {noun.one if count == 1 else noun.many}".removesuffix(" to").removesuffix(" for").removesuffix(" in")
    )
