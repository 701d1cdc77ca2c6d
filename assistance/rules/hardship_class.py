"""The class that a household's sums propose: a rule as data; a person decides.

The rule lies in `assistance/classes/hardship.yaml`, its examples beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from assistance.enums import HardshipClass
from assistance.rules.household import (
    COSTS,
    INCOMES,
    HouseholdFacts,
    net_income_per_head,
    total_of,
)
from unionportal.core.formula.check import Formula, read_clause
from unionportal.core.formula.declare import Value, Vocabulary, read_values
from unionportal.core.formula.evaluate import evaluate
from unionportal.core.formula.explain import ClauseExplained, explain_clause

SHIPPED = Path(__file__).parents[1] / "classes" / "hardship.yaml"


@dataclass(frozen=True, slots=True)
class ClassRule:
    """When a class is proposed."""

    hardship_class: HardshipClass
    title: str
    formula: Formula


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What the rule says of one household; the first class that fits, in its order.

    `hardship_class` is None where none fits, or where `missing` names what the
    answer waits for.
    """

    hardship_class: HardshipClass | None
    missing: tuple[str, ...]
    steps: tuple[ClauseExplained, ...]
    document: str

    def differs_from(self, decided: HardshipClass) -> bool:
        """Tell whether a decision needs a reason; not while facts are missing."""
        return not self.missing and self.hardship_class != decided

    @property
    def in_words(self) -> str:
        """The proposal in one sentence."""
        if self.missing:
            return f"还不能建议类别，缺少：{'、'.join(self.missing)}。"
        if self.hardship_class is None:
            return "按规则不符合三类困难中的任何一类。"
        return f"按规则建议为“{self.hardship_class.label}”。"


@cache
def _written() -> Mapping[str, Any]:
    told: dict[str, Any] = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    return told


def class_rules(words: Vocabulary) -> tuple[ClassRule, ...]:
    """The rules in their order.

    Refused, naming the class: a condition that cannot be read, an example that it
    answers otherwise, examples that do not show both a hit and a miss.
    """
    return tuple(_read(one, words) for one in _written()["classes"])


def _read(written: Mapping[str, Any], words: Vocabulary) -> ClassRule:
    named = HardshipClass(written["class"])
    formula = read_clause(str(written["rule"]), words)
    examples = written["examples"]
    if {bool(example["hit"]) for example in examples} != {True, False}:
        raise ValueError(f"“{named.label}”要有符合和不符合的例子各一个")
    for example in examples:
        values = read_values(words, example["facts"])
        if (evaluate(formula, values) is True) is not example["hit"]:
            raise ValueError(f"“{named.label}”的例子“{example['name']}”结果不符")
    return ClassRule(named, str(written["title"]), formula)


def propose_class(
    facts: HouseholdFacts, *, line: Decimal | None, words: Vocabulary
) -> Proposal:
    """Propose a class; `line` is the subsistence line in yuan a month, None unknown."""
    values = _values_of(facts, line)
    steps: list[ClauseExplained] = []
    chosen: HardshipClass | None = None
    missing: tuple[str, ...] = ()
    for rule in class_rules(words):
        step = explain_clause(
            rule.formula,
            values,
            code=rule.hardship_class.value,
            title=f"{rule.hardship_class.label}：{rule.title}",
        )
        steps.append(step)
        if step.verdict == "true":
            chosen = rule.hardship_class
        missing = step.missing if step.verdict == "unknown" else ()
        if step.verdict != "false":
            break
    return Proposal(
        hardship_class=chosen,
        missing=missing,
        steps=tuple(steps),
        document=str(_written()["document"]),
    )


def _values_of(
    facts: HouseholdFacts, line: Decimal | None
) -> Mapping[str, Value | None]:
    return {
        "residence": str(facts.residence),
        "main_cause": str(facts.main_cause),
        "household_size": Decimal(facts.household_size),
        "homes_count": None
        if facts.homes_count is None
        else Decimal(facts.homes_count),
        "has_vehicle": facts.has_vehicle,
        "net_income_per_head": net_income_per_head(facts),
        "yearly_income": total_of(facts, INCOMES),
        "yearly_rigid_cost": total_of(facts, COSTS),
        "illness_cost": facts.illness_cost,
        "subsistence_line": line,
    }
