"""Attempts to break the main job: each of them once succeeded."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path

import psycopg2
import pytest
from django.conf import LazySettings
from django.db import connection

from assistance.actions.certificates import close_round
from assistance.actions.computations import compute_round
from assistance.actions.follow_ups import draft_follow_up_batch
from assistance.actions.funds import receive_funds, reverse_entry
from assistance.actions.notices import publish_round_notice
from assistance.actions.payments import (
    end_payment,
    hold_payment,
    resume_payment,
    withdraw_payment,
)
from assistance.actions.releases import release_round
from assistance.actions.returns import collect_returns
from assistance.actions.rounds import open_round
from assistance.enums import PaymentEnd
from assistance.models import (
    BankFile,
    Batch,
    Entry,
    Payment,
    PaymentClaim,
    Round,
    Signature,
)
from assistance.queries.ledger import ledger_proof
from members.actions.notice import ANONYMOUS, cancel_notice, file_objection
from members.models import Notice, NoticeLine, Objection
from tests.assistance import builders as make
from tests.assistance.builders import COUNTY, NEXT_COUNTY, ON, fund_sources, union
from tests.assistance.paying import (
    AFTER_NOTICE,
    answer_to,
    approved_batch,
    batch_of,
    books,
    bring_in,
    fund,
    instructed_batch,
    noticed_round,
    officers,
    payments_of,
    released_round,
)
from tests.assistance.verifying import verified
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal

pytestmark = pytest.mark.django_db
LATER = date(2025, 12, 29)


def at_the_bank(names: int = 1) -> Batch:
    round_ = released_round(names)
    fund("6000.00")
    return instructed_batch(round_, officers())


# --- files that once stopped the inbox for good

POISONS = {
    "an amount that no column holds": (b"600.00", b"9999999999999999.00"),
    "an amount that no payment can have": (b"600.00", b"1000000000000.00"),
    "a nul for a result": (b"|00|", b"|\0|"),
    "a nul in the name": ("张小一".encode("gbk"), b"\0"),
}


@pytest.mark.parametrize("kind", POISONS)
def test_a_poisonous_file_is_refused_and_stops_no_other(
    kind: str, settings: LazySettings, tmp_path: Path
) -> None:
    settings.BANK_EXCHANGE_DIR = tmp_path
    batch = at_the_bank()
    old, new = POISONS[kind]
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    good = answer_to(batch)
    assert good.replace(old, new) != good
    (inbox / "1.txt").write_bytes(good.replace(old, new))
    (inbox / "2.txt").write_bytes(good)

    (outcome,) = collect_returns(by=SYSTEM, on=AFTER_NOTICE)

    assert outcome.bank_file.name == "2.txt"
    refused = BankFile.objects.get(state="refused")
    assert refused.name == "1.txt"
    assert any("第 2 行" in problem for problem in refused.problems)
    assert [p.state for p in payments_of(batch)] == ["paid"]


def test_a_file_named_in_another_encoding_is_applied(
    settings: LazySettings, tmp_path: Path
) -> None:
    settings.BANK_EXCHANGE_DIR = tmp_path
    batch = at_the_bank()
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    name = os.fsdecode(b"HP_" + "回盘".encode("gbk") + b".txt")
    (inbox / name).write_bytes(answer_to(batch))

    (outcome,) = collect_returns(by=SYSTEM, on=AFTER_NOTICE)

    assert outcome.bank_file.name == "HP_????.txt"
    assert [path.name for path in (inbox / "done").iterdir()] == [name]
    assert [p.state for p in payments_of(batch)] == ["paid"]


# --- notices and objections


def test_a_county_whose_notice_was_cancelled_is_not_paid_on_another_s() -> None:
    make.standard(at=COUNTY)
    make.standard(at=NEXT_COUNTY)
    make.dossier("甲一", at=COUNTY)
    make.dossier("乙一", at=NEXT_COUNTY)
    round_ = make.computed_round()
    publish_round_notice(round_id=round_.pk, on=ON, by=SYSTEM)
    wrong = Notice.objects.get(organisation=union(COUNTY))
    cancel_notice(notice_id=wrong.pk, reason="名单有误", on=ON, by=SYSTEM)

    with pytest.raises(Refusal, match=f"{union(COUNTY).short_name}的公示已撤销"):
        release_round(round_id=round_.pk, on=AFTER_NOTICE, by=SYSTEM)
    assert Batch.objects.count() == 0

    publish_round_notice(round_id=round_.pk, on=AFTER_NOTICE, by=SYSTEM)
    with pytest.raises(Refusal, match="公示到 2025-12-22 为止"):
        release_round(round_id=round_.pk, on=AFTER_NOTICE, by=SYSTEM)
    release_round(round_id=round_.pk, on=LATER, by=SYSTEM)
    assert Notice.objects.filter(organisation=union(COUNTY)).count() == 2
    assert Notice.objects.filter(organisation=union(NEXT_COUNTY)).count() == 1
    assert Batch.objects.count() == 2


def test_an_objection_after_the_last_day_is_refused_not_kept_without_effect() -> None:
    released_round(1)
    line = NoticeLine.objects.get()

    with pytest.raises(Refusal, match="公示已结束"):
        file_objection(
            notice_id=line.notice_id,
            line_id=line.pk,
            text="有车",
            on=AFTER_NOTICE,
            by=ANONYMOUS,
        )

    assert Objection.objects.count() == 0


def test_a_line_under_an_open_objection_is_not_resumed() -> None:
    round_ = noticed_round(2)
    line = NoticeLine.objects.order_by("pk")[0]
    file_objection(
        notice_id=line.notice_id, line_id=line.pk, text="有车", on=ON, by=ANONYMOUS
    )
    release_round(round_id=round_.pk, on=AFTER_NOTICE, by=SYSTEM)
    held = Payment.objects.get(state="held")

    with pytest.raises(Refusal, match="异议还没有核查结论"):
        resume_payment(
            payment_id=held.pk, reason="无误", by=officers().checker, on=AFTER_NOTICE
        )

    held.refresh_from_db()
    assert held.state == "held"


# --- lines that nobody signed


def test_a_line_held_while_the_list_was_signed_does_not_slip_back_into_it() -> None:
    round_ = released_round(2)
    fund("1200.00")
    who = officers()
    first = payments_of(batch_of(round_))[0]
    hold_payment(payment_id=first.pk, reason="核实", by=who.checker, on=AFTER_NOTICE)
    approved_batch(round_, who)

    with pytest.raises(Refusal, match="不在签过的名单内"):
        resume_payment(
            payment_id=first.pk, reason="无误", by=who.checker, on=AFTER_NOTICE
        )

    batch = instructed_batch(round_, who)
    first.refresh_from_db()
    assert first.state == "held"
    assert set(
        Signature.objects.filter(batch=batch).values_list("digest", flat=True)
    ) == {batch.digest}
    resume_payment(payment_id=first.pk, reason="无误", by=who.checker, on=AFTER_NOTICE)
    follow_up = draft_follow_up_batch(
        round_id=round_.pk,
        organisation_id=batch.organisation_id,
        by=SYSTEM,
        on=AFTER_NOTICE,
    )
    assert (follow_up.line_count, follow_up.state) == (1, "drafted")
    assert ledger_proof().problems == ()


def test_a_line_held_after_the_signatures_may_come_back() -> None:
    round_ = released_round(2)
    fund("1200.00")
    who = officers()
    batch = approved_batch(round_, who)
    first = payments_of(batch)[0]

    hold_payment(payment_id=first.pk, reason="核实", by=who.checker, on=AFTER_NOTICE)
    resume_payment(payment_id=first.pk, reason="无误", by=who.checker, on=AFTER_NOTICE)

    assert batch_of(round_).digest == batch.digest


# --- money that came back, documents that were wrong


def test_money_that_comes_back_after_the_close_is_paid_again() -> None:
    batch = at_the_bank(2)
    bring_in(answer_to(batch))
    verified(batch.round)
    close_round(round_id=batch.round_id, on=AFTER_NOTICE, by=SYSTEM)
    first = payments_of(batch)[0]
    bring_in(answer_to(batch, returned={first.reference: "frozen"}))
    make.account(first.claim.payee)

    follow_up = draft_follow_up_batch(
        round_id=batch.round_id,
        organisation_id=batch.organisation_id,
        by=SYSTEM,
        on=LATER,
    )

    assert (follow_up.line_count, follow_up.total) == (1, Decimal("600.00"))
    assert ledger_proof().problems == ()


def test_a_document_may_be_entered_rightly_after_its_reversal() -> None:
    def enter(amount: str) -> Entry:
        return receive_funds(
            organisation_id=union(COUNTY).pk,
            source_id=fund_sources()["county_own"].pk,
            amount=Decimal(amount),
            document="进账单 1",
            by=SYSTEM,
            on=ON,
        )

    for wrong in ("100.00", "10.00"):
        entry = enter(wrong)
        reverse_entry(entry_id=entry.pk, reason="金额录错", by=SYSTEM, on=ON)
    enter("1000.00")
    with pytest.raises(Refusal, match="不能重复入账"):
        enter("1000.00")

    assert books()[COUNTY, "county_own", "available"] == Decimal("1000.00")
    assert ledger_proof().problems == ()


# --- two at once, let go in the worst order


@contextmanager
def held_up_after_insert(table: str) -> Iterator[Callable[[], None]]:
    """Make whoever inserts into a table wait until the yielded function is called."""
    owner = psycopg2.connect(os.environ["OWNER_DATABASE_URL"])
    owner.autocommit = True
    with owner.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION wait_here() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " PERFORM pg_advisory_xact_lock_shared(4711); RETURN NULL; END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER zz_wait AFTER INSERT ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION wait_here()"
        )
        cursor.execute("SELECT pg_advisory_lock(4711)")

        def let_go() -> None:
            cursor.execute("SELECT pg_advisory_unlock(4711)")

        yield let_go
    owner.close()


def wait_for_waiters(count: int) -> None:
    """Until so many sessions of this database wait for a lock."""
    found = 0
    while found < count:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
                " WHERE NOT granted AND datname = current_database()"
            )
            found = cursor.fetchone()[0]


def started(
    pool: ThreadPoolExecutor, call: Callable[[], object]
) -> Future[object | Refusal]:
    def run() -> object | Refusal:
        try:
            return call()
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    return pool.submit(run)


def second_round(first: Round) -> Round:
    """The county's own round over the same households, under notice."""
    county = open_round(
        version_id=first.version_id,
        organisation_id=union(COUNTY).pk,
        period_id=first.period_id,
        as_of=make.AS_OF,
        on=ON,
        by=SYSTEM,
    )
    compute_round(round_id=county.pk, on=ON, by=SYSTEM)
    return publish_round_notice(round_id=county.pk, on=ON, by=SYSTEM)


def test_a_grant_withdrawn_during_another_release_leaves_no_payment_without_claim(
    committed_db: None,
) -> None:
    province = noticed_round(2)
    county = second_round(province)
    release_round(round_id=province.pk, on=AFTER_NOTICE, by=SYSTEM)
    first, second = payments_of(batch_of(province))
    withdraw_payment(payment_id=first.pk, reason="改由县发", by=SYSTEM, on=AFTER_NOTICE)

    with (
        held_up_after_insert("assistance_paymentclaim") as let_go,
        ThreadPoolExecutor(1) as pool,
    ):
        release = started(
            pool,
            lambda: release_round(round_id=county.pk, on=AFTER_NOTICE, by=SYSTEM),
        )
        wait_for_waiters(1)
        withdraw_payment(
            payment_id=second.pk, reason="改由县发", by=SYSTEM, on=AFTER_NOTICE
        )
        let_go()
        told = release.result()

    assert isinstance(told, Refusal)
    assert "刚刚被撤下，请重新生成批次" in str(told)
    assert ledger_proof().problems == ()
    release_round(round_id=county.pk, on=AFTER_NOTICE, by=SYSTEM)
    assert PaymentClaim.objects.filter(released=False).count() == 2
    assert ledger_proof().problems == ()


def test_an_attempt_is_not_ended_while_the_next_one_is_drafted(
    committed_db: None,
) -> None:
    batch = at_the_bank()
    (first,) = payments_of(batch)
    bring_in(answer_to(batch, returned={first.reference: "closed"}))
    make.account(first.claim.payee)

    with (
        held_up_after_insert("assistance_payment") as let_go,
        ThreadPoolExecutor(2) as pool,
    ):
        draft = started(
            pool,
            lambda: draft_follow_up_batch(
                round_id=batch.round_id,
                organisation_id=batch.organisation_id,
                by=SYSTEM,
                on=AFTER_NOTICE,
            ),
        )
        wait_for_waiters(1)
        end = started(
            pool,
            lambda: end_payment(
                payment_id=first.pk, reason=PaymentEnd.DIED, by=SYSTEM, on=AFTER_NOTICE
            ),
        )
        wait_for_waiters(2)
        let_go()
        assert isinstance(draft.result(), Batch)
        assert "已经另行重发" in str(end.result())

    attempts = Payment.objects.order_by("attempt").values_list("attempt", "state")
    assert list(attempts) == [(1, "returned"), (2, "planned")]
