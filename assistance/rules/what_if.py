"""A new version against an old one: what changes for a subject, and who comes first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistance.enums import ChangeKind, Direction
from unionportal.core.errors import Refusal
from unionportal.core.formula.check import Formula, read_order
from unionportal.core.formula.declare import Vocabulary
from unionportal.core.formula.ruling import Decision, Outcome
from unionportal.core.formula.tree import FormulaError

PRIORITIES_MOST = 3


@dataclass(frozen=True, slots=True)
class Priority:
    """A value to stand in order by; the unknown comes last either way."""

    formula: Formula
    direction: Direction


def read_priorities(
    written: Sequence[Mapping[str, str]], words: Vocabulary
) -> tuple[Priority, ...]:
    """Read the order of priority; refused with the place in it and the column."""
    return tuple(
        _read_priority(place, one, words) for place, one in enumerate(written, start=1)
    )


def _read_priority(
    place: int, written: Mapping[str, str], words: Vocabulary
) -> Priority:
    try:
        formula = read_order(written["expression"], words)
    except FormulaError as error:
        raise Refusal(
            f"优先次序第 {place} 项（第 {error.column} 列）：{error.message}",
            code="priority",
            field=f"expression_{place}",
        ) from error
    return Priority(formula, Direction(written["direction"]))


def change_of(before: Decision, after: Decision) -> ChangeKind:
    """What the new version means for a subject, rules alone, without any cap.

    Unknown: a fact is lacking on either side, and the new version does not pay.
    """
    paid_before = before.outcome is Outcome.ELIGIBLE
    if after.outcome is Outcome.ELIGIBLE:
        return _paid_now(before, after) if paid_before else ChangeKind.NEWLY
    if paid_before and after.outcome is Outcome.INELIGIBLE:
        return ChangeKind.NO_LONGER
    if Outcome.UNKNOWN in (before.outcome, after.outcome):
        return ChangeKind.UNKNOWN
    return ChangeKind.UNCHANGED


def _paid_now(before: Decision, after: Decision) -> ChangeKind:
    old, new = before.amount or 0, after.amount or 0
    if new == old:
        return ChangeKind.UNCHANGED
    return ChangeKind.GAINS if new > old else ChangeKind.LOSES
