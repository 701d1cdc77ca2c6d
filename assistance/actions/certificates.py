"""Closing a round: everybody has an end, and a certificate says so."""

from dataclasses import asdict
from datetime import date
from decimal import Decimal

from django.db import transaction

from assistance.actions.rounds import locked_round, move_round, recount_round
from assistance.enums import RoundState
from assistance.models import CoverageCertificate, Round
from assistance.permissions.rounds import can_close_round
from assistance.queries.certificates import ends_of, open_ends, verification_told
from assistance.queries.rounds import (
    CountyTotals,
    notice_end_of,
    round_counties,
    unions_without_notice,
)
from assistance.queries.schemes import scheme_of
from assistance.workflow import ROUND
from unionportal.core.actor import Actor
from unionportal.core.audit import audit_head
from unionportal.core.errors import Refusal
from unionportal.core.faults import crashpoint, declare_crashpoint

BEFORE_CLOSE = declare_crashpoint("close_round.before_commit")
AFTER_CLOSE = declare_crashpoint("close_round.after_commit")


def close_round(*, round_id: int, on: date, by: Actor) -> CoverageCertificate:
    """Released → closed, when every answer has its end; issues the certificate.

    Also noticed → closed, after the notice, where nobody is left whom it would pay:
    such a round cannot be released.

    An end is: ineligible; unknown (another round of the chain has taken it up, or it
    lapses now); eligible and paid, withdrawn, or ended. Refused with counts and places
    while something lacks one: a batch not settled, a payment under way, held or
    returned, an objection open, a sample not drawn or not asked through and not waived
    from above, a finding not ended.
    """
    with transaction.atomic():
        round_ = locked_round(round_id)
        can_close_round(by, round_).require()
        target = ROUND.target_of("close", round_.state)
        if round_.state == RoundState.NOTICED:
            _require_nobody_left(round_, on)
        _require_noticed(round_, on)
        _require_ends(round_)
        certificate = _issue(round_, on)
        round_.closed_on = on
        move_round(
            round_,
            target,
            "close_round",
            on=on,
            by=by,
            changes={"certificate": certificate.number},
        )
        crashpoint(BEFORE_CLOSE)
    crashpoint(AFTER_CLOSE)
    return certificate


def _require_nobody_left(round_: Round, on: date) -> None:
    recount_round(round_)
    if round_.eligible_count:
        raise Refusal(
            f"还有 {round_.eligible_count:,} 户符合条件；请先生成批次，发放后再办结。",
            code="eligible",
        )
    last_day = notice_end_of(round_)
    if last_day is not None and on <= last_day:
        raise Refusal(
            f"公示到 {last_day:%Y-%m-%d} 为止，期满之后才能办结。",
            code="notice_running",
        )


def _require_noticed(round_: Round, on: date) -> None:
    """Refuse while a list that is published after the payment was not, or still is."""
    rule = scheme_of(round_.version).notice
    if rule is None or not rule.is_after:
        return
    if unions_without_notice(round_).exists():
        raise Refusal("本方案先发放、后公示；请公示名单后再办结。", code="notice")
    last_day = notice_end_of(round_)
    if last_day is not None and on <= last_day:
        raise Refusal(
            f"公示到 {last_day:%Y-%m-%d} 为止，期满之后才能办结。",
            code="notice_running",
        )


def _require_ends(round_: Round) -> None:
    lacking = open_ends(round_)
    if lacking:
        listed = "；".join(f"{one.title} {one.count} {one.unit}" for one in lacking)
        raise Refusal(f"还不能办结：{listed}。请逐项办完后再办结。", code="open_ends")


def _issue(round_: Round, on: date) -> CoverageCertificate:
    counties = round_counties(round_)
    ends = ends_of(round_)
    if not ends.is_whole:
        raise Refusal("各种去向相加不等于应纳入户数，不能出具证明；请管理员核对账目。")
    return CoverageCertificate.objects.create(
        round=round_,
        number=f"FG{round_.year}-{round_.pk:06d}",
        issued_on=on,
        totals=_total(counties),
        counties=[_as_stored(county) for county in counties],
        ends=asdict(ends),
        verification=verification_told(round_),
        audit_head=audit_head(),
    )


def _as_stored(county: CountyTotals) -> dict[str, object]:
    """Amounts as text, so that a fen is never lost in JSON."""
    return {
        name: str(value) if isinstance(value, Decimal) else value
        for name, value in asdict(county).items()
    }


def _total(counties: list[CountyTotals]) -> dict[str, object]:
    rows = [asdict(county) for county in counties]
    measures = [n for n in rows[0] if not n.startswith("organisation")] if rows else []
    totals = {name: sum(row[name] for row in rows) for name in measures}
    return {
        name: str(value) if isinstance(value, Decimal) else value
        for name, value in totals.items()
    }
