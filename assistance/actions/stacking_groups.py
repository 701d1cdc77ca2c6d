"""The groups of schemes: a published version joins those that its text names."""

from collections.abc import Iterable
from dataclasses import asdict

from assistance.models import (
    SchemeVersion,
    StackedScheme,
    StackingBalance,
    StackingGroup,
)
from assistance.rules.stacking import StackingRule
from unionportal.core.errors import Refusal


def join_groups(version: SchemeVersion, rules: Iterable[StackingRule]) -> None:
    """Enter a version in its groups; inside the caller's transaction.

    Whoever names a group first gives its terms from a year on. Refused: other terms
    for the same year, and terms for a year in which money was granted under others.
    """
    for rule in rules:
        terms = asdict(rule)
        code, since = terms.pop("group"), terms.pop("since")
        group = StackingGroup.objects.filter(code=code, since=since).first()
        if group is None:
            _require_unused(code, since)
            group, _ = StackingGroup.objects.get_or_create(
                code=code, since=since, defaults=terms
            )
        _require_same(group, terms)
        StackedScheme.objects.create(version=version, code=code)


def _require_unused(code: str, since: int) -> None:
    used = StackingBalance.objects.filter(code=code, year__gte=since)
    if used.exists():
        raise Refusal(
            f"叠加规则“{code}”在 {since} 年或以后已按原来的条款发放过；"
            "新的条款请从下一年度起（since）。",
            code="scheme",
        )


def _require_same(group: StackingGroup, terms: dict[str, object]) -> None:
    other = [name for name, value in terms.items() if getattr(group, name) != value]
    if other:
        raise Refusal(
            f"叠加规则“{group.code}”自 {group.since} 年起已有条款（{group.document}），"
            f"{'、'.join(other)} 与之不同；请照原条款写，或从以后的年度起另定。",
            code="scheme",
        )
