"""A scheme: for whom, who is eligible, how much, from which funds, with which notice.

Read from YAML, checked against the vocabulary of its population, and tried on its own
worked examples before anybody can publish it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from string import Formatter

from assistance.enums import Delivery, Outcome
from assistance.rules.quota import QUOTA_CLAUSE, Quota, read_quota
from assistance.rules.scheme_form import Form, read_form, words_with
from assistance.rules.scheme_text import Passage, read_passage
from assistance.rules.stacking import STACKED_CLAUSE, StackingRule, read_stacking
from unionportal.core.formula.check import Formula, read_amount, read_clause
from unionportal.core.formula.declare import Value, Vocabulary, read_values
from unionportal.core.formula.ruling import (
    AMOUNT_CLAUSE,
    AMOUNT_TITLE,
    Clause,
    Decision,
    Ruling,
    decide,
)
from unionportal.core.formula.tree import FormulaError

# One live payment per scheme, subject and occurrence, whoever paid it: this clause
# stands before those of every scheme, and the claim's unique key stands behind it.
GRANTED_CLAUSE = "already_granted"
GRANTED_TITLE = "本期尚未发放过"
GRANTED_FACT = "本期已有发放"
GRANTED_RULE = f"not is_known({GRANTED_FACT})"

_REQUIRED = frozenset(
    [
        "code",
        "title",
        "version",
        "valid_from",
        "document",
        "population",
        "occurrence",
        "delivery",
        "notice",
        "funds",
        "approval",
        "clauses",
        "amount",
        "examples",
    ]
)
_OPTIONAL = frozenset(
    {"season", "valid_to", "form", "window", "stacking", "quota", "leads_to"}
)
_OUTCOME_DETAIL = {
    Outcome.ELIGIBLE: "amount",
    Outcome.INELIGIBLE: "clause",
    Outcome.UNKNOWN: "missing",
}
_OCCURRENCE_WORDS = {"period", "year"}


@dataclass(frozen=True, slots=True)
class NoticeRule:
    """The list is published for so many working days, before or after the payment."""

    working_days: int
    document: str
    is_after: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A worked case: these facts give this outcome; `facts` are by English name."""

    name: str
    facts: Mapping[str, Value | None]
    outcome: Outcome
    amount: Decimal | None = None
    clause: str = ""
    missing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """A checked scheme. `ruling` begins with the clause every scheme has.

    `leads_to_dossier`: its applications end in a dossier; no round pays them.
    """

    code: str
    title: str
    season: str
    version: int
    valid_from: date
    valid_to: date | None
    document: str
    population: str
    occurrence: str
    delivery: Delivery
    notice: NoticeRule | None
    funds: tuple[str, ...]
    threshold: Decimal
    ruling: Ruling
    examples: tuple[Example, ...]
    form: Form | None = None
    stacking: tuple[StackingRule, ...] = ()
    quota: Quota | None = None
    leads_to_dossier: bool = False

    def clause_title(self, code: str) -> str:
        """What a clause demands, in the words of the scheme."""
        titles = {clause.code: clause.title for clause in self.ruling.clauses}
        return (titles | {AMOUNT_CLAUSE: AMOUNT_TITLE}).get(code, code)

    def occurrence_key(self, *, period: str, year: int) -> str:
        """The key under which a subject is paid once, for instance 2025-winter."""
        return self.occurrence.format(period=period, year=year)


@dataclass(frozen=True, slots=True)
class SchemeReading:
    """A scheme and the plain content of its text, as it is stored beside the text."""

    scheme: Scheme
    content: dict[str, object]


def read_scheme(source: str, populations: Mapping[str, Vocabulary]) -> SchemeReading:
    """Read and check a whole scheme, and work its examples.

    Refused with line and column (`SchemeError`): what is no YAML; an unknown, missing
    or repeated key; a wrong type; an unknown population; a formula that names an
    unknown fact, mixes types or may divide by zero; an example that comes out
    otherwise than it says.
    """
    root = read_passage(source)
    fields = root.fields(required=_REQUIRED, optional=_OPTIONAL)
    form = read_form(fields)
    known = _read_population(fields["population"], populations)
    words = words_with(form, known, fields.get("form", root))
    ruling = _read_ruling(fields["clauses"], fields["amount"], words)
    scheme = Scheme(
        code=fields["code"].slug(),
        title=fields["title"].text(longest=80),
        season=fields["season"].text(longest=10) if "season" in fields else "",
        version=fields["version"].whole(least=1, most=9_999),
        valid_from=fields["valid_from"].day(),
        valid_to=_read_end(fields),
        document=fields["document"].text(),
        population=fields["population"].text(),
        occurrence=_read_occurrence(fields["occurrence"]),
        delivery=_read_delivery(fields["delivery"]),
        notice=_read_notice(fields["notice"]),
        funds=_read_funds(fields["funds"]),
        threshold=fields["approval"]
        .fields(required=frozenset({"threshold"}))["threshold"]
        .yuan(),
        ruling=ruling,
        examples=_read_examples(fields["examples"], ruling, words),
        stacking=read_stacking(fields["stacking"]) if "stacking" in fields else (),
        quota=read_quota(fields["quota"], fields["population"].text(), words)
        if "quota" in fields
        else None,
        form=form,
        leads_to_dossier=_leads_to_dossier(fields),
    )
    content = root.content()
    if not isinstance(content, dict):  # fields() has already refused it
        raise TypeError(content)
    return SchemeReading(scheme, content)


def _read_population(
    passage: Passage, populations: Mapping[str, Vocabulary]
) -> Vocabulary:
    name = passage.text()
    if name not in populations:
        raise passage.refuse(f"没有“{name}”这类对象；可用：{'、'.join(populations)}")
    return populations[name]


def _read_end(fields: Mapping[str, Passage]) -> date | None:
    passage = fields.get("valid_to")
    if passage is None or passage.is_empty():
        return None
    end = passage.day()
    if end <= fields["valid_from"].day():
        raise passage.refuse("终止日期应晚于施行日期")
    return end


def _read_occurrence(passage: Passage) -> str:
    template = passage.text(longest=40)
    try:
        pieces = list(Formatter().parse(template))
    except ValueError as error:
        raise passage.refuse("花括号没有配对") from error
    for _, word, specification, conversion in pieces:
        if word is not None and (
            word not in _OCCURRENCE_WORDS or specification or conversion
        ):
            raise passage.refuse("发生键里只能用 {period}（期次）和 {year}（年度）")
    return template


def _read_delivery(passage: Passage) -> Delivery:
    written = passage.text()
    if written not in Delivery.values:
        raise passage.refuse(f"没有这种发放方式；可用：{'、'.join(Delivery.values)}")
    return Delivery(written)


def _read_notice(passage: Passage) -> NoticeRule | None:
    if passage.is_empty():
        return None
    fields = passage.fields(
        required=frozenset({"working_days", "document"}), optional=frozenset({"when"})
    )
    when = fields["when"].text() if "when" in fields else "before"
    if when not in {"before", "after"}:
        raise fields["when"].refuse("公示在发放之前（before）还是之后（after）")
    return NoticeRule(
        fields["working_days"].whole(least=1, most=60),
        fields["document"].text(),
        is_after=when == "after",
    )


def _read_funds(passage: Passage) -> tuple[str, ...]:
    sources: list[str] = []
    for item in passage.items():
        code = item.slug()
        if code in sources:
            raise item.refuse(f"资金来源“{code}”写了两次")
        sources.append(code)
    return tuple(sources)


def _leads_to_dossier(fields: Mapping[str, Passage]) -> bool:
    """Whether the applications end in a dossier; such a scheme publishes a notice."""
    if "leads_to" not in fields:
        return False
    passage = fields["leads_to"]
    if passage.text() != "dossier":
        raise passage.refuse("leads_to 只能写 dossier（建档）")
    if "form" not in fields or _read_notice(fields["notice"]) is None:
        raise passage.refuse("建档申请要有申请表（form）和公示（notice）")
    return True


def _read_ruling(clauses: Passage, amount: Passage, words: Vocabulary) -> Ruling:
    granted = read_clause(GRANTED_RULE, words)
    read = [Clause(GRANTED_CLAUSE, GRANTED_TITLE, granted)]
    taken = {GRANTED_CLAUSE, AMOUNT_CLAUSE, STACKED_CLAUSE, QUOTA_CLAUSE}
    for item in clauses.items():
        fields = item.fields(required=frozenset({"code", "title", "rule"}))
        code = fields["code"].slug()
        if code in taken:
            raise fields["code"].refuse(f"条件代码“{code}”已被使用")
        taken.add(code)
        formula = _read_formula(fields["rule"], words, read_clause)
        read.append(Clause(code, fields["title"].text(longest=60), formula))
    return Ruling(tuple(read), _read_formula(amount, words, read_amount))


def _read_formula(
    passage: Passage,
    words: Vocabulary,
    reader: Callable[[str, Vocabulary], Formula],
) -> Formula:
    written = passage.formula()
    try:
        return reader(written, words)
    except FormulaError as error:
        lines = written.split("\n")[: error.line - 1]
        offset = sum(len(line) + 1 for line in lines) + error.column - 1
        raise passage.refuse_at(offset, error.message) from error


def _read_examples(
    passage: Passage, ruling: Ruling, words: Vocabulary
) -> tuple[Example, ...]:
    examples = tuple(_read_example(item, ruling, words) for item in passage.items())
    if not any(example.outcome is Outcome.ELIGIBLE for example in examples):
        raise passage.refuse("至少要有一个“符合”的例子")
    return examples


def _read_example(passage: Passage, ruling: Ruling, words: Vocabulary) -> Example:
    details = frozenset(_OUTCOME_DETAIL.values())
    fields = passage.fields(
        required=frozenset({"name", "facts", "outcome"}), optional=details
    )
    written = fields["outcome"].text()
    if written not in Outcome.values:
        raise fields["outcome"].refuse(f"结论应为 {'、'.join(Outcome.values)} 之一")
    outcome = Outcome(written)
    given = set(fields) & details
    if given != {_OUTCOME_DETAIL[outcome]}:
        raise passage.refuse(
            f"结论为 {written} 的例子应写且只写 {_OUTCOME_DETAIL[outcome]}"
        )
    if "missing" in fields and fields["missing"].text() not in words:
        raise fields["missing"].refuse(f"没有名为“{fields['missing'].text()}”的事实")
    example = Example(
        name=fields["name"].text(longest=60),
        facts=_read_facts(fields["facts"], words),
        outcome=outcome,
        amount=fields["amount"].yuan() if "amount" in fields else None,
        clause=fields["clause"].slug() if "clause" in fields else "",
        missing=words[fields["missing"].text()].name if "missing" in fields else "",
    )
    _work(example, passage, ruling, words)
    return example


def _read_facts(passage: Passage, words: Vocabulary) -> dict[str, Value | None]:
    facts: dict[str, Value | None] = {}
    for key, value in passage.entries():
        try:
            facts |= read_values(words, {key.text(): value.plain()})
        except ValueError as error:
            raise (key if key.text() not in words else value).refuse(
                str(error)
            ) from error
    return facts


def _work(
    example: Example, passage: Passage, ruling: Ruling, words: Vocabulary
) -> None:
    decision = decide(ruling, example.facts)
    missing = words[decision.missing_fact].name if decision.missing_fact else ""
    if Outcome(decision.outcome) is not example.outcome:
        raise passage.refuse(_comes_out(example.name, decision, missing))
    found = {
        Outcome.ELIGIBLE: decision.amount == example.amount,
        Outcome.INELIGIBLE: decision.clause == example.clause,
        Outcome.UNKNOWN: missing == example.missing,
    }
    if not found[example.outcome]:
        raise passage.refuse(_comes_out(example.name, decision, missing))


def _comes_out(name: str, decision: Decision, missing: str) -> str:
    label = Outcome(decision.outcome).label
    detail = decision.amount if decision.amount is not None else decision.clause
    wanting = f"，缺“{missing}”" if missing else ""
    return f"例子“{name}”与规则不符：算出来是“{label}”（{detail}{wanting}）"
