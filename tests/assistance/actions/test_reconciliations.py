"""A month: matched by number and by hand, explained, signed by two, closed, opened again."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from assistance.actions.funds import receive_funds, reverse_entry
from assistance.actions.matches import (
    confirm_matches,
    enter_bank_line,
    match_statement,
    undo_match,
)
from assistance.actions.reconciliations import (
    close_reconciliation,
    confirm_opening,
    explain_outstanding,
    prepare_reconciliation,
    reopen_reconciliation,
    return_reconciliation,
)
from assistance.models import (
    CashMovement,
    Entry,
    Match,
    OutstandingItem,
    Reconciliation,
    StatementLine,
)
from assistance.queries.ledger import ledger_proof
from assistance.queries.matches import movements_open, proposals_for
from assistance.queries.reconciliations import items_of, standing_of
from assistance.rules.reconciliation import Standing
from members.enums import Role
from tests.assistance.banking import (
    AFTER_DECEMBER,
    DECEMBER,
    JANUARY,
    County,
    Told,
    account_of,
    bring_statement,
    month_of,
    paid_county,
)
from tests.assistance.builders import (
    COUNTY,
    NEXT_COUNTY,
    ON,
    fund_sources,
    staff,
    union,
)
from tests.assistance.paying import (
    AFTER_NOTICE,
    answer_to,
    books,
    bring_in,
    fund,
    instructed_batch,
    officers,
    paying_account,
    payments_of,
    released_round,
    user_of,
)
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.errors import Refusal
from unionportal.core.guards import refusal_from
from unionportal.core.models.audit import AuditEntry

pytestmark = pytest.mark.django_db
LAST = date(2025, 12, 31)


def standing(month: date = DECEMBER) -> Standing:
    found = standing_of(month_of(month))
    assert found is not None
    return found


def tallies(month: date = DECEMBER) -> dict[str, tuple[int, str, int]]:
    return {
        name: (tally.count, str(tally.amount), tally.unexplained)
        for name, tally in standing(month).tallies.items()
    }


def line(**chosen: object) -> StatementLine:
    return StatementLine.objects.get(**chosen)


def prepare(
    by: Actor, month: date = DECEMBER, on: date = AFTER_DECEMBER
) -> Reconciliation:
    return prepare_reconciliation(reconciliation_id=month_of(month).pk, by=by, on=on)


def close(by: Actor, month: date = DECEMBER) -> Reconciliation:
    found = month_of(month)
    return close_reconciliation(
        reconciliation_id=found.pk, digest=found.digest, by=by, on=AFTER_DECEMBER
    )


def closed_county() -> County:
    county = paid_county()
    bring_statement(county.lines())
    prepare(county.who.maker)
    close(county.who.checker)
    return county


def refused(call: Callable[[], object]) -> str:
    """What is said, after looking that nothing changed."""

    def everything() -> tuple[object, ...]:
        return (
            list(Reconciliation.objects.order_by("id").values()),
            list(Match.objects.order_by("id").values()),
            list(OutstandingItem.objects.order_by("id").values()),
            Entry.objects.count(),
            AuditEntry.objects.count(),
        )

    before = everything()
    with pytest.raises(Refusal) as told:
        call()
    assert everything() == before
    return str(told.value)


# --- by number


def test_each_line_finds_its_payment() -> None:
    county = paid_county()
    bring_statement(county.lines())

    methods = Match.objects.values_list("method", flat=True).order_by("id")
    assert sorted(methods) == [
        "offset",
        "offset",
        "reference",
        "reference",
        "reference",
    ]
    assert tallies() == {}
    assert standing() == Standing(Decimal("4800.00"), Decimal("4800.00"))
    assert ledger_proof().problems == ()


def test_money_that_came_back_days_after_success_is_matched_too() -> None:
    county = paid_county()
    first = payments_of(county.batch)[0].reference
    late = answer_to(county.batch, returned={first: "closed"}, only=1)
    bring_in(late, "HP_late.txt")

    bring_statement([*county.lines(), Told("600.00", LAST, "in", first, "退汇")])

    assert tallies() == {}
    assert standing().adjusted_bank == Decimal("5400.00")
    assert ledger_proof().problems == ()


def test_one_debit_for_the_batch_is_matched_with_its_payments() -> None:
    county = paid_county()
    number = county.batch.number

    bring_statement(
        [
            county.lines()[0],
            Told("1800.00", reference=number),
            Told("600.00", LAST, "in", number, "退汇"),
        ]
    )

    assert Match.objects.filter(method="batch", line=None).count() == 2
    assert Match.objects.filter(method="batch", movement_id=None).count() == 2
    assert tallies() == {}
    assert ledger_proof().problems == ()


@pytest.mark.parametrize(
    ("told", "open_"),
    [
        (Told("600.01", reference="{0}"), "another amount"),
        (Told("600.00", reference="2025999999999901"), "another number"),
        (Told("600.00", side="in", reference="{0}"), "the other way"),
    ],
)
def test_what_differs_stays_open(told: Told, open_: str) -> None:
    county = paid_county()
    first = payments_of(county.batch)[0].reference
    wrong = Told(told.amount, told.on, told.side, told.reference.format(first))
    rest = [each for each in county.lines() if each.reference != first]

    bring_statement([*rest, wrong])

    kind = "bank_received" if told.side == "in" else "bank_paid"
    assert tallies() == {
        kind: (1, told.amount, 1),
        "book_paid": (1, "600.00", 1),
    }, open_


def test_a_payment_debited_twice_is_matched_once() -> None:
    county = paid_county()
    first = payments_of(county.batch)[0].reference

    bring_statement([*county.lines(), Told("600.00", LAST, reference=first)])

    assert tallies() == {"bank_paid": (1, "600.00", 1)}


def test_matching_again_finds_what_was_booked_meanwhile() -> None:
    paying_account()
    bring_statement([Told("60.00", side="in", reference="凭证 7", summary="转入")])
    receive_funds(
        organisation_id=union().pk,
        source_id=fund_sources()["county_own"].pk,
        amount=Decimal("60.00"),
        document="凭证 7",
        by=SYSTEM,
        on=LAST,
    )
    maker = staff(Role.MAKER)
    account = account_of().pk

    first = match_statement(account_id=account, by=maker, on=AFTER_DECEMBER)
    again = match_statement(account_id=account, by=maker, on=AFTER_DECEMBER)

    assert (first, again) == (1, 0)


# --- by hand


def unnumbered() -> County:
    """A receipt that the bank tells without a number."""
    county = paid_county()
    _first, *rest = county.lines()
    bring_statement([Told("6000.00", DECEMBER, "in", summary="转入"), *rest])
    return county


def test_a_proposal_is_confirmed() -> None:
    county = unnumbered()
    (proposal,) = proposals_for(account_of(), until=LAST)

    confirm_matches(
        account_id=account_of().pk,
        pairs=[(proposal.line.pk, proposal.movement.pk)],
        by=county.who.payer,
        on=AFTER_DECEMBER,
    )

    assert tallies() == {}
    assert Match.objects.get(method="confirmed").made_by == county.who.payer.name


def test_one_line_is_several_movements() -> None:
    paying_account()
    fund("60.00")
    fund("40.00")
    bring_statement([Told("100.00", side="in")])
    (both,) = StatementLine.objects.all()
    movements = [each.pk for each in movements_open(account_of())]

    confirm_matches(
        account_id=account_of().pk,
        pairs=[(both.pk, movement) for movement in movements],
        by=staff(Role.MAKER),
        on=AFTER_DECEMBER,
    )

    assert Match.objects.count() == 3
    assert tallies() == {}
    assert ledger_proof().problems == ()


def test_what_does_not_belong_together_is_refused() -> None:
    county = unnumbered()
    (proposal,) = proposals_for(account_of(), until=LAST)
    paid = Match.objects.exclude(line=None).exclude(movement_id=None)[0]
    fund("1.00")
    (small,) = movements_open(account_of()).filter(amount=1)

    def confirm(line_id: int, movement_id: int, by: Actor = SYSTEM) -> str:
        return refused(
            lambda: confirm_matches(
                account_id=account_of().pk,
                pairs=[(line_id, movement_id)],
                by=by,
                on=AFTER_DECEMBER,
            )
        )

    assert "两边金额不等" in confirm(proposal.line.pk, small.pk)
    assert "已经核对" in confirm(paid.line_id or 0, proposal.movement.pk)
    assert "已经核对" in confirm(proposal.line.pk, paid.movement_id or 0)
    pair = (proposal.line.pk, proposal.movement.pk)
    assert "“经办”、“出纳”" in confirm(*pair, county.who.checker)
    assert "“经办”、“出纳”" in confirm(*pair, staff(Role.MAKER, at=NEXT_COUNTY))
    assert "请先选择" in refused(
        lambda: confirm_matches(
            account_id=account_of().pk, pairs=[], by=SYSTEM, on=AFTER_DECEMBER
        )
    )


def test_a_match_is_taken_back_with_a_reason() -> None:
    county = paid_county()
    bring_statement(county.lines())
    first = payments_of(county.batch)[0].reference
    match = Match.objects.get(line__reference=first)

    def undo(reason: str) -> None:
        undo_match(
            group=match.group, reason=reason, by=county.who.maker, on=AFTER_DECEMBER
        )

    assert "请填写取消核对的理由" in refused(lambda: undo(" "))
    undo("认错了人")

    match.refresh_from_db()
    assert (match.undone_by, match.undone_reason) == (county.who.maker.name, "认错了人")
    assert tallies() == {"bank_paid": (1, "600.00", 1), "book_paid": (1, "600.00", 1)}
    assert "已经取消" in refused(lambda: undo("再一次"))
    assert match_statement(
        account_id=account_of().pk, by=county.who.maker, on=AFTER_DECEMBER
    )


def test_half_of_a_group_cannot_be_taken_back() -> None:
    county = paid_county()
    bring_statement(county.lines())
    half = Match.objects.filter(method="offset").order_by("id")[0]

    with pytest.raises(IntegrityError) as told, transaction.atomic():
        Match.objects.filter(pk=half.pk).update(
            undone_on=LAST, undone_by="x", undone_reason="x"
        )

    assert str(refusal_from(told.value)) == "一组核对只能整组取消"


# --- fees and interest


def test_interest_and_fees_are_entered_from_the_statement() -> None:
    county = paid_county()
    bring_statement(
        [
            *county.lines(),
            Told("3.21", date(2025, 12, 21), "in", summary="结息", kind="interest"),
            Told("1.50", date(2025, 12, 22), summary="手续费", kind="fee"),
        ]
    )
    source = fund_sources()["county_own"].pk

    for kind in ("interest", "fee"):
        enter_bank_line(
            line_id=line(kind=kind).pk,
            source_id=source,
            by=county.who.payer,
            on=AFTER_DECEMBER,
        )

    assert books()[COUNTY, "county_own", "available"] == Decimal("4801.71")
    assert books()[COUNTY, "county_own", "spent"] == Decimal("1201.50")
    # Entered in January: at the end of December the bank knew more than the books.
    assert tallies() == {
        "bank_received": (1, "3.21", 0),
        "bank_paid": (1, "1.50", 0),
    }
    assert standing().difference == 0
    assert ledger_proof().problems == ()
    assert "已经核对" in refused(
        lambda: enter_bank_line(
            line_id=line(kind="fee").pk,
            source_id=source,
            by=county.who.payer,
            on=AFTER_DECEMBER,
        )
    )


def test_a_matched_receipt_is_not_reversed() -> None:
    county = paid_county()
    bring_statement(county.lines())
    entry = Entry.objects.get(kind="receive")

    def reverse() -> Entry:
        return reverse_entry(
            entry_id=entry.pk, reason="错", by=SYSTEM, on=AFTER_DECEMBER
        )

    assert "请先取消核对" in refused(reverse)


def test_a_reversed_receipt_is_open_on_no_side() -> None:
    paying_account()
    fund("60.00")
    entry = Entry.objects.get()
    bring_statement()
    assert tallies() == {"book_received": (1, "60.00", 1)}

    reverse_entry(entry_id=entry.pk, reason="错", by=SYSTEM, on=LAST)

    assert tallies() == {}
    assert standing().difference == 0


# --- the month


def test_a_month_is_signed_by_two_and_closed() -> None:
    county = closed_county()

    month = month_of()
    assert (month.state, month.closed_by, month.prepared_by) == (
        "closed",
        user_of(county.who.checker),
        user_of(county.who.maker),
    )
    assert (month.bank_balance, month.book_balance) == (
        Decimal("4800.00"),
        Decimal("4800.00"),
    )
    assert ledger_proof().problems == ()
    verbs = AuditEntry.objects.filter(subject_kind="assistance.reconciliation")
    assert list(verbs.order_by("id").values_list("verb", flat=True)) == [
        "prepare_reconciliation",
        "close_reconciliation",
    ]


def test_unexplained_items_keep_a_month_open_and_are_counted() -> None:
    county = paid_county()
    first = payments_of(county.batch)[0].reference
    bring_statement([each for each in county.lines() if each.reference != first])

    told = refused(lambda: prepare(county.who.maker))

    assert "还有 1 笔未达账项没有说明（企业已付、银行未付 1 笔）" in told
    (item,) = items_of(month_of())
    explain_outstanding(
        reconciliation_id=month_of().pk,
        movement_id=item.movement_id,
        note="银行次月付出",
        by=county.who.maker,
        on=AFTER_DECEMBER,
    )
    prepare(county.who.maker)
    close(county.who.checker)
    month = month_of()
    assert (month.book_paid, month.item_count) == (Decimal("600.00"), 1)
    # The bank pays in January: December stays as it was signed.
    bring_statement(
        [Told("600.00", date(2026, 1, 2), reference=first)],
        opening="5400.00",
        since=JANUARY,
        until=date(2026, 1, 31),
    )
    assert tallies() == {"book_paid": (1, "600.00", 0)}
    assert tallies(JANUARY) == {}
    assert ledger_proof().problems == ()


def test_a_month_needs_its_end_and_its_statement() -> None:
    paying_account()
    bring_statement(until=date(2025, 12, 30))
    maker = staff(Role.MAKER)

    assert "还没有结束" in refused(lambda: prepare(maker, on=LAST))
    assert "还没有到 2025-12-31 的银行对账单" in refused(lambda: prepare(maker))


def test_who_prepared_does_not_review() -> None:
    county = paid_county()
    bring_statement(county.lines())
    both = staff(Role.CHECKER, user=user_of(county.who.maker), on=AFTER_DECEMBER)
    prepare(both)

    assert "不能由同一人审核" in refused(lambda: close(both))
    assert "“复核”、“审批”" in refused(lambda: close(county.who.payer))
    assert "不能由系统办理" in refused(lambda: close(SYSTEM))
    with pytest.raises(IntegrityError, match="reconciliation_two_persons"):
        Reconciliation.objects.update(
            state="closed", closed_by=both.user_id, closed_on=LAST
        )


def test_a_table_that_changed_after_it_was_prepared_is_not_closed() -> None:
    county = paid_county()
    bring_statement(county.lines())
    prepare(county.who.maker)
    receive_funds(
        organisation_id=union().pk,
        source_id=fund_sources()["county_own"].pk,
        amount=Decimal("1.00"),
        document="补记",
        by=SYSTEM,
        on=LAST,
    )

    assert "还有 1 笔未达账项没有说明" in refused(lambda: close(county.who.checker))
    return_reconciliation(
        reconciliation_id=month_of().pk,
        reason="补记了一笔",
        by=county.who.checker,
        on=AFTER_DECEMBER,
    )
    assert (month_of().state, month_of().prepared_by) == ("open", None)


def test_a_table_that_the_reviewer_did_not_see_is_not_closed() -> None:
    county = paid_county()
    bring_statement(county.lines())
    month = prepare(county.who.maker)

    def close_with(digest: str) -> Reconciliation:
        return close_reconciliation(
            reconciliation_id=month.pk,
            digest=digest,
            by=county.who.checker,
            on=AFTER_DECEMBER,
        )

    assert "与编制时的调节表不一致" in refused(lambda: close_with("0" * 64))


def test_months_close_in_their_order() -> None:
    county = paid_county()
    bring_statement(county.lines(), until=date(2026, 1, 31))
    later = date(2026, 2, 2)
    prepare(county.who.maker, JANUARY, on=later)

    assert "2025年12月还没有关账" in refused(lambda: close(county.who.checker, JANUARY))


def test_money_of_no_book_is_confirmed_once_for_the_account() -> None:
    county = paid_county()
    bring_statement(county.lines(), opening="100.00")
    assert standing().difference == Decimal("100.00")
    assert "相差 100.00 元" in refused(lambda: prepare(county.who.maker))

    def confirm(by: Actor, document: str = "工会专户移交清单") -> object:
        return confirm_opening(
            account_id=account_of().pk,
            amount=Decimal("100.00"),
            document=document,
            by=by,
            on=AFTER_DECEMBER,
        )

    assert "“审批”岗位" in refused(lambda: confirm(county.who.maker))
    assert "依据" in refused(lambda: confirm(county.who.approver, " "))
    confirm(county.who.approver)
    assert "没有变化" in refused(lambda: confirm(county.who.approver))

    prepare(county.who.maker)
    assert month_of().opening == Decimal("100.00")
    assert ledger_proof().problems == ()


# --- a closed month


def test_a_closed_month_takes_nothing_in() -> None:
    county = closed_county()
    source = fund_sources()["county_own"].pk
    match = Match.objects.filter(method="reference")[0]

    assert "2025年12月已经关账，不能再记入" in refused(
        lambda: receive_funds(
            organisation_id=union().pk,
            source_id=source,
            amount=Decimal("1.00"),
            document="补记",
            by=SYSTEM,
            on=LAST,
        )
    )
    assert "2025年12月已经关账，不能再核对或取消核对" in refused(
        lambda: undo_match(group=match.group, reason="错", by=SYSTEM, on=AFTER_DECEMBER)
    )
    assert "已经签字" in refused(
        lambda: explain_outstanding(
            reconciliation_id=month_of().pk,
            line_id=match.line_id,
            note="x",
            by=county.who.maker,
            on=AFTER_DECEMBER,
        )
    )
    assert "已有月份关账" in refused(
        lambda: confirm_opening(
            account_id=account_of().pk,
            amount=Decimal("1.00"),
            document="x",
            by=SYSTEM,
            on=AFTER_DECEMBER,
        )
    )
    fund_of_next = fund_sources()["county_own"].pk
    receive_funds(  # the next county's books are open
        organisation_id=union(NEXT_COUNTY).pk,
        source_id=fund_of_next,
        amount=Decimal("1.00"),
        document="补记",
        by=SYSTEM,
        on=LAST,
    )


def test_the_database_closes_the_month_whoever_writes() -> None:
    closed_county()

    with pytest.raises(IntegrityError) as told, transaction.atomic():
        Reconciliation.objects.update(book_balance=0, bank_balance=0)
    assert str(refusal_from(told.value)) == "调节表已经签字，不能修改"
    with pytest.raises(IntegrityError) as told, transaction.atomic():
        OutstandingItem.objects.create(
            reconciliation=month_of(),
            line_id=1,
            kind="bank_paid",
            note="x",
            on=LAST,
            made_by="x",
        )
    assert "已经签字" in str(refusal_from(told.value))


def test_a_second_person_opens_it_again() -> None:
    county = paid_county()
    bring_statement(county.lines())
    prepare(county.who.maker)
    close(county.who.approver)

    def reopen(by: Actor, reason: str = "漏了一笔利息") -> Reconciliation:
        return reopen_reconciliation(
            reconciliation_id=month_of().pk, reason=reason, by=by, on=AFTER_DECEMBER
        )

    assert "须由第二人重新打开" in refused(lambda: reopen(county.who.approver))
    assert "“审批”岗位" in refused(lambda: reopen(county.who.checker))
    assert "请填写重新打开的理由" in refused(lambda: reopen(county.who.endorser, " "))
    reopen(county.who.endorser)

    month = month_of()
    assert (month.state, month.closed_by, month.reopen_reason) == (
        "open",
        None,
        "漏了一笔利息",
    )
    assert month.reopened_by == user_of(county.who.endorser)
    fund("1.00")
    assert ledger_proof().problems == ()


def test_the_journal_shows_each_way_of_money() -> None:
    county = paid_county()
    first = payments_of(county.batch)[0].reference
    bring_in(answer_to(county.batch, returned={first: "closed"}, only=1), "HP_late.txt")

    rows = CashMovement.objects.filter(organisation=union()).order_by("on", "id")

    assert [(each.side, str(each.amount), each.on) for each in rows] == [
        ("in", "6000.00", ON),
        ("out", "600.00", AFTER_NOTICE),
        ("in", "600.00", AFTER_NOTICE),
        ("out", "600.00", AFTER_NOTICE),
    ]


def test_a_batch_at_the_bank_is_on_no_journal_yet() -> None:
    round_ = released_round(1)
    fund("600.00")
    instructed_batch(round_, officers())
    bring_statement(
        [Told("600.00", DECEMBER, "in", f"进账单 {COUNTY} county_own 600.00")]
    )

    assert standing().book_balance == Decimal("600.00")
    assert tallies() == {}
