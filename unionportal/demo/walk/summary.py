"""What a round came to, for people and for programs; amounts in yuan as text."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from assistance.enums import PaymentEnd, PaymentState
from assistance.models import Batch, CoverageCertificate, Payment, Round
from assistance.queries.certificates import verification_told
from assistance.queries.ledger import balances_of, ledger_proof
from assistance.queries.rounds import (
    NOTHING,
    last_payments,
    round_clauses,
    round_counts,
    round_unknowns,
)
from assistance.queries.verification import findings_open, sample_of, waiver_of
from unionportal.core.audit import audit_head
from unionportal.core.money import show_yuan
from unionportal.demo.walk.bank import bank_totals
from unionportal.demo.walk.stage import family_of

CAME_BACK = Q(state__in=(PaymentState.RETURNED, PaymentState.ENDED))
PAID = Q(state=PaymentState.PAID)


def summary_of(main: Round, *, seconds: Mapping[str, float]) -> dict[str, Any]:
    """The whole family of a round, each round by itself and the money of all."""
    rounds = list(family_of(main))
    payments = Payment.objects.filter(
        year=main.year, batch__round__in=[round_.pk for round_ in rounds]
    )
    certificates = CoverageCertificate.objects.filter(round__in=rounds).order_by("id")
    numbers = Batch.objects.filter(round__in=rounds).values_list("number", flat=True)
    proof = ledger_proof()
    return {
        "round": main.pk,
        "state": main.state,
        **_answers(main),
        "supplementary": [_answers(one) for one in rounds if one.pk != main.pk],
        "paid": _sum(payments.filter(PAID)),
        "returned": _sum(payments.filter(CAME_BACK)),
        "repaid": _sum(payments.filter(PAID, attempt__gt=1)),
        "ended": _ended(rounds),
        "ledger": _ledger(main),
        "ledger_proof": {
            "ok": proof.ok,
            "problems": [problem.sentence for problem in proof.problems],
            "totals": proof.totals,
        },
        "bank": bank_totals(list(numbers)),
        "verification": _verification(rounds),
        "certificates": list(certificates.values_list("number", flat=True)),
        "audit_head": audit_head(),
        "seconds": {name: round(value, 3) for name, value in seconds.items()},
    }


def _answers(round_: Round) -> dict[str, Any]:
    counts = round_counts(round_)
    return {
        "population": counts.population,
        "eligible": counts.eligible,
        "ineligible": counts.ineligible,
        "ineligible_by_clause": {one.code: one.count for one in round_clauses(round_)},
        "clause_titles": {one.code: one.title for one in round_clauses(round_)},
        "unknown": counts.unknown,
        "unknown_by_fact": {one.fact: one.count for one in round_unknowns(round_)},
        "fact_names": {one.fact: one.name for one in round_unknowns(round_)},
        "total": str(counts.amount),
    }


def _sum(payments: QuerySet[Payment]) -> dict[str, Any]:
    found = payments.order_by().aggregate(count=Count("id"), total=Sum("amount"))
    return {"count": found["count"], "total": str(found["total"] or NOTHING)}


def _ended(rounds: list[Round]) -> dict[str, int]:
    """How many were not paid in the end, by reason."""
    counts = {str(reason): 0 for reason in PaymentEnd}
    for round_ in rounds:
        rows = (
            last_payments(round_)
            .filter(state=PaymentState.ENDED)
            .values_list("end_reason")
            .annotate(count=Count("id"))
            .order_by("end_reason")
        )
        for reason, count in rows:
            counts[reason] += count
    return counts


def _verification(rounds: list[Round]) -> list[dict[str, object]]:
    """What the sample of each round says, where one was drawn or waived."""
    return [
        {"round": one.pk, "open_findings": findings_open(one).count()}
        | verification_told(one)
        for one in rounds
        if sample_of(one) is not None or waiver_of(one) is not None
    ]


def _ledger(main: Round) -> list[dict[str, str]]:
    return [
        {
            "source": balance.source_name,
            "available": str(balance.available),
            "reserved": str(balance.reserved),
            "committed": str(balance.committed),
            "spent": str(balance.spent),
        }
        for balance in balances_of(main.organisation, subtree=True)
    ]


# --- for people


def sentences_of(summary: Mapping[str, Any]) -> list[str]:
    """The summary as lines of Chinese text."""
    lines = _answer_lines(summary, "主轮次")
    for supplement in summary["supplementary"]:
        lines += _answer_lines(supplement, "补充轮次")
    for key, word in (("paid", "到账"), ("returned", "退回"), ("repaid", "重发到账")):
        part = summary[key]
        lines.append(f"{word}  {part['count']:,} 笔  {_yuan(part['total'])} 元")
    ended = [
        f"{PaymentEnd(reason).label} {count}"
        for reason, count in summary["ended"].items()
        if count
    ]
    lines.append(f"终止发放  {'，'.join(ended) or '无'}")
    lines += [
        f"资金  {row['source']}：可用 {_yuan(row['available'])}，"
        f"预留 {_yuan(row['reserved'])}，在途 {_yuan(row['committed'])}，支出 {_yuan(row['spent'])} 元"
        for row in summary["ledger"]
    ]
    lines += _proof_lines(summary)
    return lines


def _answer_lines(part: Mapping[str, Any], name: str) -> list[str]:
    clauses = "，".join(
        f"{part['clause_titles'][code]} {count:,}"
        for code, count in part["ineligible_by_clause"].items()
    )
    facts = "，".join(
        f"{part['fact_names'][fact]} {count:,}"
        for fact, count in part["unknown_by_fact"].items()
    )
    counts = (
        f"{name}  应纳入 {part['population']:,} 户 = 符合 {part['eligible']:,} + "
        f"不符合 {part['ineligible']:,} + 待补材料 {part['unknown']:,}；"
        f"符合金额 {_yuan(part['total'])} 元"
    )
    return [
        counts,
        f"  不符合的条款：{clauses or '无'}",
        f"  缺少的事实：{facts or '无'}",
    ]


def _proof_lines(summary: Mapping[str, Any]) -> list[str]:
    bank = summary["bank"]
    books = (
        f"银行账  成功 {bank['paid_count']:,} 笔 {_yuan(bank['paid_total'])} 元，"
        f"退回 {bank['returned_count']:,} 笔 {_yuan(bank['returned_total'])} 元"
    )
    lines = [books]
    proof = summary["ledger_proof"]
    lines.append("对账  账实相符" if proof["ok"] else "对账  不符！")
    lines += [f"  ✗ {sentence}" for sentence in proof["problems"]]
    lines += [f"抽样核查  {one['words']}" for one in summary["verification"]]
    lines.append(f"覆盖证明  {'、'.join(summary['certificates']) or '尚未出具'}")
    lines.append(f"审计链头  {summary['audit_head']}")
    return lines


def _yuan(text: str) -> str:
    return show_yuan(Decimal(text))
