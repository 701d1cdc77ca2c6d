"""Flags of a census (普查问题): which unions to look into, as conditions in the rule language."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from unionportal.core.formula.check import Formula, read_clause
from unionportal.core.formula.declare import Vocabulary, read_values
from unionportal.core.formula.evaluate import evaluate

MISSING = "不明"
SHIPPED = Path(__file__).parents[1] / "census" / "flags.yaml"


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example: facts as written, and whether the flag shows."""

    name: str
    facts: Mapping[str, object]
    hit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagRule:
    """One flag; `days` is the time a union is given to answer for it.

    `path` is the place in the tree it holds at and below; a shipped one holds anywhere.
    """

    code: str
    title: str
    formula: Formula
    source: str
    days: int
    examples: tuple[Example, ...] = ()
    path: str = ""


@cache
def _written() -> tuple[Mapping[str, Any], ...]:
    told: dict[str, Any] = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    return tuple(told["flags"])


def shipped_titles() -> dict[str, str]:
    """The shipped flags by code, in the order of the file."""
    return {str(one["code"]): str(one["title"]) for one in _written()}


def shipped_flags(words: Vocabulary) -> tuple[FlagRule, ...]:
    """The flags that come with the product.

    Refused, naming the flag: a condition that cannot be read, an example that the
    condition answers otherwise, a flag without a hit and a miss among its examples.
    """
    return tuple(read_flag(one, words) for one in _written())


def read_flag(written: Mapping[str, Any], words: Vocabulary) -> FlagRule:
    """One flag as it is written down, with its examples worked."""
    rule = FlagRule(
        code=str(written["code"]),
        title=str(written["title"]),
        formula=read_clause(str(written["rule"]), words),
        source=str(written["source"]),
        days=int(written["days"]),
        examples=tuple(Example(**one) for one in written["examples"]),
    )
    if {example.hit for example in rule.examples} != {True, False}:
        raise ValueError(f"“{rule.title}”要有命中和未命中的例子各一个")
    for example in rule.examples:
        values = read_values(words, example.facts)
        if (evaluate(rule.formula, values) is True) is not example.hit:
            raise ValueError(f"“{rule.title}”的例子“{example.name}”结果不符")
    return rule


def read_facts(written: str) -> dict[str, str]:
    """The facts of a worked example, a line each: 事实=值, 事实=不明 for a missing one.

    Refused: a line without an equals sign, a fact given twice, none at all.
    """
    facts: dict[str, str] = {}
    for line in filter(None, (line.strip() for line in written.splitlines())):
        name, sign, value = line.replace("＝", "=").partition("=")
        name, value = name.strip(), value.strip()
        if not (name and sign):
            raise ValueError(f"“{line}”读不懂，请一行写一个：事实=值")
        if name in facts:
            raise ValueError(f"“{name}”写了两次")
        facts[name] = "" if value == MISSING else value
    if not facts:
        raise ValueError("例子至少要写一个事实")
    return facts
