"""account_changed: a changed account stops its payment until a second person checked it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from assistance.actions.account_changes import RESUME_JOB, resume_changed_accounts
from assistance.actions.disbursements import instruct_batch
from assistance.actions.follow_ups import draft_follow_up_batch
from assistance.actions.payments import (
    hold_payment,
    resume_payment,
    withdraw_payment,
)
from assistance.models import BankFile, Batch, Payment
from assistance.queries.account_changes import changes_waiting
from assistance.queries.ledger import ledger_proof
from assistance.queries.worker import matters_of
from members.actions.account import stop_account, verify_account
from members.actions.notice import file_objection
from members.enums import Role
from members.models import BankAccount, NoticeLine, Person
from tests.assistance.admin.browsers import browser_of
from tests.assistance.builders import COUNTY, account, staff, union
from tests.assistance.paying import (
    AFTER_NOTICE,
    NOTICED_ON,
    Officers,
    answer_to,
    approved_batch,
    batch_of,
    books,
    bring_in,
    fund,
    instructed_batch,
    officers,
    paying_account,
    payments_of,
    released_round,
)
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.errors import Refusal
from unionportal.core.jobs import run_job
from unionportal.core.models.audit import AuditEntry
from unionportal.core.models.jobs import Job
from unionportal.core.models.messages import Message

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Ready:
    """A batch at the payer's desk."""

    batch: Batch
    who: Officers

    @property
    def first(self) -> Payment:
        return payments_of(self.batch)[0]

    def send(self) -> Batch:
        """The payer sends it, whatever happened since."""
        fresh = Batch.objects.get(pk=self.batch.pk)
        instruct_batch(
            batch_id=fresh.pk, digest=fresh.digest, by=self.who.payer, on=AFTER_NOTICE
        )
        return Batch.objects.select_related("round").get(pk=fresh.pk)

    def states(self) -> list[tuple[str, str]]:
        return [(each.state, each.reason_code) for each in payments_of(self.batch)]


def ready(names: int = 3) -> Ready:
    round_ = released_round(names)
    fund("6000.00")
    who = officers()
    paying_account()
    return Ready(approved_batch(round_, who), who)


HELD = ("held", "account_changed")
SENT = ("instructed", "")


def stop(payment: Payment) -> None:
    stop_account(
        account_id=payment.account_id, reason="销户", on=AFTER_NOTICE, by=SYSTEM
    )


def verify(one: BankAccount) -> None:
    verify_account(
        account_id=one.pk, on=AFTER_NOTICE, by=staff(Role.CHECKER, on=AFTER_NOTICE)
    )


def run_resumption() -> None:
    """The jobs that a checked account has written down."""
    for job in Job.objects.filter(kind=RESUME_JOB, state="queued"):
        assert run_job(job.pk)


def waits(who: Actor, on: date = AFTER_NOTICE) -> list[str]:
    return [item.title for item in changes_waiting(who, on)]


def follow_up(batch: Batch) -> Batch:
    return draft_follow_up_batch(
        round_id=batch.round_id,
        organisation_id=union(COUNTY).pk,
        by=SYSTEM,
        on=AFTER_NOTICE,
    )


def test_a_stopped_account_stays_behind_and_the_others_are_paid() -> None:
    case = ready()
    stop(case.first)
    sent = case.send()
    assert case.states() == [HELD, SENT, SENT]
    assert (sent.state, BankFile.objects.get().line_count) == ("instructed", 2)
    assert books()[COUNTY, "county_own", "committed"] == Decimal("1200.00")
    assert books()[COUNTY, "county_own", "reserved"] == Decimal("600.00")
    entry = AuditEntry.objects.get(verb="hold_changed_account")
    assert (entry.subject_id, entry.user_id, entry.reason) == (
        case.first.pk,
        case.who.payer.user_id,
        "收款账户在审批之后停用或变更，待第二人核验",
    )
    assert AuditEntry.objects.get(verb="instruct_batch").changes["held"] == 1
    assert ledger_proof(sent.round).problems == ()


def test_a_newer_account_that_nobody_checked_stops_the_payment_to_the_old_one() -> None:
    case = ready()
    account(case.first.claim.payee, verified=False)
    case.send()
    assert case.states() == [HELD, SENT, SENT]


def test_an_account_replaced_by_a_checked_one_is_paid_by_the_follow_up() -> None:
    case = ready(2)
    account(case.first.claim.payee)
    batch = case.send()
    assert case.states() == [HELD, SENT]
    resume_changed_accounts(
        person_id=case.first.claim.payee_id, on=AFTER_NOTICE, by=SYSTEM
    )
    again = follow_up(batch)
    (line,) = payments_of(again)
    assert (line.attempt, line.account.version) == (2, 2)


def test_a_second_persons_check_resumes_it_by_itself_and_the_follow_up_pays_it() -> (
    None
):
    case = ready(2)
    stop(case.first)
    batch = case.send()
    assert waits(case.who.maker) == ["收款账户变更，暂缓 1 笔"]
    corrected = account(case.first.claim.payee, verified=False)
    run_resumption()
    assert case.states() == [HELD, SENT]
    with pytest.raises(Refusal, match="没有被退回、需要重发的人"):
        follow_up(batch)

    verify(corrected)
    run_resumption()

    assert case.states() == [("planned", ""), SENT]
    entry = AuditEntry.objects.get(verb="resume_changed_account")
    assert entry.changes["state"] == ["held", "planned"]
    assert waits(case.who.maker) == ["可以重发 1 笔"]
    follow_up(batch)
    assert waits(case.who.maker) == []
    sent = instructed_batch(batch.round, case.who)
    bring_in(answer_to(sent), name="HP_2.txt")
    (line,) = payments_of(sent)
    assert (line.state, line.account_id) == ("paid", corrected.pk)
    assert ledger_proof(batch.round).problems == ()


def test_a_newer_account_that_is_turned_down_lets_the_old_one_be_paid() -> None:
    case = ready(2)
    newer = account(case.first.claim.payee, verified=False)
    batch = case.send()
    stop_account(account_id=newer.pk, reason="不是本人", on=AFTER_NOTICE, by=SYSTEM)
    run_resumption()
    assert case.states() == [("planned", ""), SENT]
    (line,) = payments_of(follow_up(batch))
    assert line.account_id == case.first.account_id


def test_a_list_on_which_nobody_is_left_is_refused_and_paid_by_a_follow_up() -> None:
    case = ready(1)
    stop(case.first)
    with pytest.raises(Refusal, match="1 人的收款账户都在审批之后停用") as refused:
        case.send()
    assert refused.value.code == "account_changed"
    assert case.first.reference in str(refused.value)
    assert case.states() == [("planned", "")]
    assert not BankFile.objects.exists()
    assert waits(case.who.maker) == []
    corrected = account(case.first.claim.payee)
    assert waits(case.who.maker) == ["可以重发 1 笔"]
    again = follow_up(case.batch)
    assert case.states() == [("withdrawn", "")]
    case.batch.refresh_from_db()
    assert case.batch.state == "settled"
    (line,) = payments_of(again)
    assert line.account_id == corrected.pk
    assert books() == {(COUNTY, "county_own", "available"): Decimal("6000.00")} | {
        key: value for key, value in books().items() if key[2] == "funding"
    }


def test_a_list_yet_to_leave_keeps_those_whose_account_stands() -> None:
    """Frozen, signed, not sent: the follow-up takes one off, the rest still leave."""
    case = ready(2)
    stop(case.first)
    account(case.first.claim.payee)
    follow_up(case.batch)
    assert case.states() == [("withdrawn", ""), ("planned", "")]
    case.send()
    assert case.states() == [("withdrawn", ""), SENT]


def test_a_left_over_line_with_a_stopped_account_waits_for_a_checked_one() -> None:
    case = ready(2)
    hold_payment(
        payment_id=case.first.pk, reason="核实", by=case.who.checker, on=AFTER_NOTICE
    )
    batch = case.send()
    resume_payment(
        payment_id=case.first.pk, reason="已核实", by=case.who.checker, on=AFTER_NOTICE
    )
    stop(case.first)
    with pytest.raises(Refusal, match="没有被退回、需要重发的人"):
        follow_up(batch)
    assert case.states() == [("planned", ""), SENT]
    assert waits(case.who.maker) == []
    account(case.first.claim.payee, verified=False)
    with pytest.raises(Refusal, match="没有被退回、需要重发的人"):
        follow_up(batch)
    verify(BankAccount.objects.get(person=case.first.claim.payee, state="pending"))
    assert waits(case.who.maker) == ["可以重发 1 笔"]
    assert payments_of(follow_up(batch))[0].attempt == 2


def test_an_account_changed_on_a_follow_up_stops_it_again() -> None:
    """A frozen follow-up batch is treated like any other."""
    case = ready(3)
    batch = case.send()
    refused = {each.reference: "closed" for each in payments_of(batch)[:2]}
    bring_in(answer_to(batch, returned=refused))
    for payment in payments_of(batch)[:2]:
        stop(payment)
        account(payment.claim.payee)
    again = approved_batch(batch.round, case.who) if follow_up(batch) else batch
    stop(payments_of(again)[0])
    instruct_batch(
        batch_id=again.pk, digest=again.digest, by=case.who.payer, on=AFTER_NOTICE
    )
    assert [each.state for each in payments_of(again)] == ["held", "instructed"]


def test_nobody_resumes_it_by_hand_before_an_account_is_checked() -> None:
    case = ready(2)
    stop(case.first)
    case.send()
    with pytest.raises(Refusal, match="还没有第二人核验过的账户，不能恢复"):
        resume_payment(
            payment_id=case.first.pk, reason="急", by=case.who.checker, on=AFTER_NOTICE
        )
    assert case.states() == [HELD, SENT]
    account(case.first.claim.payee)
    resume_payment(
        payment_id=case.first.pk, reason="已核", by=case.who.checker, on=AFTER_NOTICE
    )
    assert case.states() == [("planned", ""), SENT]


def test_what_is_held_for_it_may_be_withdrawn() -> None:
    case = ready(2)
    stop(case.first)
    case.send()
    withdraw_payment(
        payment_id=case.first.pk, reason="死亡", by=case.who.checker, on=AFTER_NOTICE
    )
    assert case.states() == [("withdrawn", ""), SENT]


def test_a_hold_by_a_person_is_not_taken_off_by_a_checked_account() -> None:
    case = ready(2)
    hold_payment(
        payment_id=case.first.pk, reason="核实", by=case.who.checker, on=AFTER_NOTICE
    )
    case.send()
    stop(case.first)
    verify(account(case.first.claim.payee, verified=False))
    assert not Job.objects.filter(kind=RESUME_JOB).exists()
    assert case.states() == [("held", ""), SENT]


def test_an_open_objection_keeps_it_held() -> None:
    case = ready(2)
    stop(case.first)
    case.send()
    line = NoticeLine.objects.get(about_id=case.first.claim.determination_id)
    file_objection(
        notice_id=line.notice_id,
        line_id=line.pk,
        text="请核实",
        on=NOTICED_ON,
        by=Actor(kind="worker", name="群众"),
    )
    account(case.first.claim.payee)
    resumed = resume_changed_accounts(
        person_id=case.first.claim.payee_id, on=AFTER_NOTICE, by=SYSTEM
    )
    assert (resumed, case.states()) == (0, [HELD, SENT])


def test_the_maker_whose_number_is_known_is_told_by_message() -> None:
    case = ready(2)
    maker = case.who.maker
    person = Person.objects.exclude(pk=case.first.claim.payee_id)[0]
    known = staff(Role.MAKER, on=AFTER_NOTICE)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE members_user SET person_id = %s WHERE id = %s",
            [person.pk, known.user_id],
        )
    stop(case.first)
    case.send()
    told = Message.objects.get(template="assistance/notices/account_changed.txt")
    assert (told.person_id, told.context["count"]) == (person.pk, 1)
    assert maker.user_id != known.user_id


def test_the_payer_reads_who_stayed_behind_and_the_worker_what_to_do() -> None:
    case = ready(2)
    stop(case.first)
    fresh = batch_of(case.batch.round)
    page = browser_of(case.who.payer).post(
        f"/staff/assistance/batches/{fresh.pk}/instruct/",
        {"digest": fresh.digest, "typed": "1200.00"},
        follow=True,
    )
    assert (
        "其中 1 人的收款账户在审批之后停用或变更，已自动暂缓" in page.content.decode()
    )
    (matter,) = matters_of(case.first.claim.payee_id, AFTER_NOTICE)
    assert (matter.headline, matter.next_step, matter.needs_action) == (
        "收款账户有变动，暂缓发放",
        "请给一个新的收款账户。",
        True,
    )
    account(case.first.claim.payee, verified=False)
    (matter,) = matters_of(case.first.claim.payee_id, AFTER_NOTICE)
    assert matter.headline == "新账户待核对"
