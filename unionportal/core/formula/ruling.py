"""A ruling: ordered clauses and an amount, decided for one subject.

The clauses are followed by one more that nobody writes: the amount is positive.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from unionportal.core.formula.check import Formula, read_amount, read_clause
from unionportal.core.formula.declare import FactDeclaration, Values, Vocabulary
from unionportal.core.formula.evaluate import amount_of, evaluate, missing_facts

AMOUNT_CLAUSE = "amount"
AMOUNT_TITLE = "金额大于零"


class Outcome(StrEnum):
    """Every candidate gets exactly one of these."""

    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Clause:
    code: str
    title: str
    formula: Formula


@dataclass(frozen=True, slots=True)
class Ruling:
    """Refused: no clause at all (an empty selection pays nobody), a code twice."""

    clauses: tuple[Clause, ...]
    amount: Formula

    def __post_init__(self) -> None:
        codes = [clause.code for clause in self.clauses]
        if not codes:
            raise ValueError("至少要有一个条件：没有条件就没有人可以领取")
        if len({*codes, AMOUNT_CLAUSE}) <= len(codes):
            raise ValueError(f"条件的代码不能重复，也不能叫 {AMOUNT_CLAUSE}")

    @property
    def facts(self) -> tuple[FactDeclaration, ...]:
        """The facts the ruling names, each once, in reading order."""
        formulas = [*(clause.formula for clause in self.clauses), self.amount]
        return tuple(dict.fromkeys(fact for one in formulas for fact in one.facts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`clause` is the code that refused, or that is unknown for want of a fact."""

    outcome: Outcome
    clause: str | None = None
    missing_fact: str | None = None
    amount: Decimal | None = None


def read_ruling(
    clauses: Sequence[tuple[str, str, str]], amount: str, words: Vocabulary
) -> Ruling:
    """From rows (code, title, formula text); FormulaError where a text is refused."""
    read = tuple(
        Clause(code, title, read_clause(text, words)) for code, title, text in clauses
    )
    return Ruling(read, read_amount(amount, words))


def decide(ruling: Ruling, values: Values) -> Decision:
    """One answer for one subject.

    Ineligible by the first clause that is false; else unknown by the first that is
    unknown, naming its first missing fact; else eligible, the amount rounded once.
    """
    amount = amount_of(ruling.amount, values)
    verdicts = [
        *((c.code, c.formula, evaluate(c.formula, values)) for c in ruling.clauses),
        (AMOUNT_CLAUSE, ruling.amount, None if amount is None else amount > 0),
    ]
    for code, _, verdict in verdicts:
        if verdict is False:
            return Decision(outcome=Outcome.INELIGIBLE, clause=code)
    for code, formula, verdict in verdicts:
        if verdict is None:
            missing = missing_facts(formula, values)[0]
            return Decision(outcome=Outcome.UNKNOWN, clause=code, missing_fact=missing)
    return Decision(outcome=Outcome.ELIGIBLE, amount=amount)
