"""A quota (名额或预算): how many a scheme takes, up to which sum, and who comes first.

It holds for a main round and its supplements together. Who is beyond it is refused by
a clause of its own with his place in the order; a place that comes free is filled by
the next supplementary round.
"""

from dataclasses import dataclass
from decimal import Decimal

from assistance.enums import Direction
from assistance.rules.scheme_form import APPLICATIONS
from assistance.rules.scheme_text import Passage
from assistance.rules.what_if import PRIORITIES_MOST, Priority
from unionportal.core.formula.check import read_order
from unionportal.core.formula.declare import Vocabulary
from unionportal.core.formula.tree import FormulaError
from unionportal.core.money import show_yuan

# The answer of whom the quota leaves out, and where he stands in the order.
QUOTA_CLAUSE = "quota"
QUOTA_FACT = "quota_place"
QUOTA_TITLE = "排在名额（预算）以内"
BY_APPLICATION = "application"
_PLACES_MOST = 1_000_000
_SIDES = {Direction.ASCENDING: "从小到大", Direction.DESCENDING: "从大到小"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """At most `places` are eligible, for at most `budget` yuan; None is no limit.

    `order` says who comes first; among equals, and where it is empty, who applied
    first. Those who stand alike to the last are taken together or not at all.
    """

    places: int | None
    budget: Decimal | None
    order: tuple[Priority, ...] = ()

    @property
    def order_in_words(self) -> str:
        """By what people stand in order."""
        named = [
            f"{one.formula.text.strip()}{_SIDES[one.direction]}" for one in self.order
        ]
        return "、".join(named) or "申请先后"

    @property
    def places_full(self) -> str:
        """The words for whom the places do not reach, up to his place."""
        return f"名额已满（共 {self.places} 个），按{self.order_in_words}顺序排在第 "

    @property
    def budget_used(self) -> str:
        """The words for whom the budget does not reach, up to his place."""
        sum_ = show_yuan(self.budget) if self.budget is not None else ""
        return f"预算已满（共 {sum_} 元），按{self.order_in_words}顺序排在第 "

    @property
    def in_words(self) -> str:
        """The quota in one sentence, as staff and workers read it."""
        limits = [f"名额共 {self.places} 个"] if self.places is not None else []
        if self.budget is not None:
            limits.append(f"预算共 {show_yuan(self.budget)} 元")
        return f"{'、'.join(limits)}，按{self.order_in_words}顺序，满了为止；有空出的由补充轮次递补。"


def read_quota(passage: Passage, population: str, words: Vocabulary) -> Quota:
    """Read a scheme's quota; refused with line and column: no limit at all, the order of
    application where nobody applies, an order that the rule language refuses."""
    fields = passage.fields(
        required=frozenset({"order"}), optional=frozenset({"places", "budget"})
    )
    if "places" not in fields and "budget" not in fields:
        raise passage.refuse("应写 places（名额）或 budget（预算，元）")
    places = fields.get("places")
    budget = fields.get("budget")
    return Quota(
        places=places.whole(least=1, most=_PLACES_MOST) if places else None,
        budget=budget.yuan() if budget else None,
        order=_read_order(fields["order"], population, words),
    )


def _read_order(
    passage: Passage, population: str, words: Vocabulary
) -> tuple[Priority, ...]:
    if not passage.is_list():
        if passage.text() != BY_APPLICATION:
            raise passage.refuse(
                f"应写 {BY_APPLICATION}（申请先后），或者列出优先次序的各项"
            )
        if population != APPLICATIONS:
            raise passage.refuse("没有人申请的方案不能按申请先后排，请列出优先次序")
        return ()
    items = passage.items()
    if len(items) > PRIORITIES_MOST:
        raise passage.refuse(f"优先次序最多 {PRIORITIES_MOST} 项")
    return tuple(_read_priority(item, words) for item in items)


def _read_priority(passage: Passage, words: Vocabulary) -> Priority:
    fields = passage.fields(required=frozenset({"expression", "direction"}))
    written = fields["direction"].text()
    if written not in Direction.values:
        raise fields["direction"].refuse(f"次序应为 {'、'.join(Direction.values)} 之一")
    expression = fields["expression"]
    try:
        formula = read_order(expression.formula(), words)
    except FormulaError as error:
        raise expression.refuse_at(error.column - 1, error.message) from error
    return Priority(formula, Direction(written))
