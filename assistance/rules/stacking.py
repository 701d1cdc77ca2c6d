"""Stacking rules (叠加规则): what one human may be granted by several schemes in a year.

A scheme names the groups it belongs to; all schemes of a group, of whatever union and
level, draw on the same room. The terms of a group are the same wherever it is named.
"""

from dataclasses import dataclass
from decimal import Decimal

from assistance.enums import Excess, StackedPer, StackingKind
from assistance.rules.scheme_text import Passage
from unionportal.core.money import show_yuan

# The answer of whom the rule stops, and what it saw.
STACKED_CLAUSE = "stacked"
STACKED_FACT = "stacked"
STACKED_TITLE = "不与同类帮扶重复享受，合计不超过上限"

_REQUIRED = frozenset({"group", "covers", "rule", "per", "within", "since", "document"})
_SUMS = frozenset({"per_time", "per_year"})
_LONGEST = {"covers": 30, "document": 60}


@dataclass(frozen=True, slots=True, kw_only=True)
class StackingRule:
    """The terms of a group from a year on.

    `covers` names the money that counts. Exclusive: one grant a year. Cap: at most
    `per_time` yuan a grant and `per_year` yuan a year; what is beyond is cut off, or
    the whole is refused. Counted per subject (a household by its principal) or payee.
    """

    group: str
    covers: str
    rule: StackingKind
    per: StackedPer
    since: int
    per_time: Decimal | None
    per_year: Decimal | None
    excess: Excess
    document: str

    @property
    def in_words(self) -> str:
        """The rule in one sentence, as staff and workers read it."""
        each = f"每一{self.per.label}"
        if self.rule is StackingKind.EXCLUSIVE:
            return f"“{self.covers}”{each}每年只享受一项。"
        sums = [
            f"{name}不超过 {show_yuan(limit)} 元"
            for name, limit in (("每次", self.per_time), ("每年合计", self.per_year))
            if limit is not None
        ]
        return f"“{self.covers}”{each}{'、'.join(sums)}；超出时{self.excess.label}。"


def read_stacking(passage: Passage) -> tuple[StackingRule, ...]:
    """Read the groups of a scheme; refused with line and column: a group named twice,
    a cap without a sum, a sum where only one grant is allowed."""
    rules: dict[str, StackingRule] = {}
    for item in passage.items():
        rule = _read(item)
        if rule.group in rules:
            raise item.refuse(f"叠加规则“{rule.group}”写了两次")
        rules[rule.group] = rule
    return tuple(rules.values())


def _read(passage: Passage) -> StackingRule:
    fields = passage.fields(required=_REQUIRED, optional=_SUMS | {"excess"})
    kind = StackingKind(_chosen(fields["rule"], StackingKind.values))
    if fields["within"].text() != "year":
        raise fields["within"].refuse("叠加规则按年度计算，应写 year")
    sums = {name: fields[name].yuan() for name in _SUMS & fields.keys()}
    if kind is StackingKind.CAP and not sums:
        raise passage.refuse("上限应写 per_time（每次）或 per_year（每年）")
    if kind is StackingKind.EXCLUSIVE and (sums or "excess" in fields):
        raise passage.refuse("只享受一项的规则不写金额，也不写 excess")
    excess = Excess.REFUSE
    if kind is StackingKind.CAP:
        if "excess" not in fields:
            raise passage.refuse(
                "应写 excess：超出部分减去（cut）还是不予发放（refuse）"
            )
        excess = Excess(_chosen(fields["excess"], Excess.values))
    return StackingRule(
        group=fields["group"].slug(),
        covers=fields["covers"].text(longest=_LONGEST["covers"]),
        rule=kind,
        per=StackedPer(_chosen(fields["per"], StackedPer.values)),
        since=fields["since"].whole(least=1990, most=2200),
        per_time=sums.get("per_time"),
        per_year=sums.get("per_year"),
        excess=excess,
        document=fields["document"].text(longest=_LONGEST["document"]),
    )


def _chosen(passage: Passage, values: list[str]) -> str:
    written = passage.text()
    if written not in values:
        raise passage.refuse(f"应为 {'、'.join(values)} 之一")
    return written
