"""What an application for a dossier says of the household, as the class rule reads it."""

from collections.abc import Mapping
from decimal import Decimal

from assistance.enums import Cause, HardshipClass, Residence
from assistance.rules.household import COSTS, INCOMES, HouseholdFacts

SAID = "said_"
OTHERS = tuple(f"{SAID}other_cause_{number}" for number in (1, 2, 3))


def household_said(
    answers: Mapping[str, object],
    *,
    decided: HardshipClass = HardshipClass.ACCIDENTAL,
    reason: str = "",
) -> HouseholdFacts:
    """The facts as stated; what was left empty is not known, and is not nought.

    `answers` are those of a form that was handed in whole. A proposal does not look
    at the class decided.
    """
    homes, vehicle = answers.get(f"{SAID}homes"), answers.get(f"{SAID}vehicle")
    return HouseholdFacts(
        hardship_class=decided,
        class_reason=reason,
        residence=Residence(str(answers[f"{SAID}residence"])),
        main_cause=Cause(str(answers[f"{SAID}main_cause"])),
        other_causes=tuple(Cause(str(answers[k])) for k in OTHERS if answers.get(k)),
        household_size=int(Decimal(str(answers[f"{SAID}size"]))),
        homes_count=None if homes in (None, "") else int(Decimal(str(homes))),
        has_vehicle=vehicle if isinstance(vehicle, bool) else None,
        **{name: _yuan(answers.get(f"{SAID}{name}")) for name in (*INCOMES, *COSTS)},
    )


def _yuan(said: object) -> Decimal | None:
    return None if said in (None, "") else Decimal(str(said))


def household_faults(answers: Mapping[str, object]) -> tuple[str, ...]:
    """What cannot be so in a household as stated; sentences for the applicant."""
    found = []
    if not _is_count(answers[f"{SAID}size"], least=1, most=30):
        found.append("家庭人口写 1 到 30 的整数")
    homes = answers.get(f"{SAID}homes")
    if homes not in (None, "") and not _is_count(homes, least=0, most=99):
        found.append("住房套数写 0 到 99 的整数")
    causes = [answers.get(key) for key in (f"{SAID}main_cause", *OTHERS)]
    named = [cause for cause in causes if cause]
    if len(set(named)) < len(named):
        found.append("困难原因不要重复选")
    sums = [_yuan(answers.get(f"{SAID}{name}")) for name in (*INCOMES, *COSTS)]
    if any(one is not None and one < 0 for one in sums):
        found.append("收入和支出不写负数")
    return tuple(found)


def _is_count(said: object, *, least: int, most: int) -> bool:
    number = Decimal(str(said))
    return number == number.to_integral_value() and least <= number <= most
