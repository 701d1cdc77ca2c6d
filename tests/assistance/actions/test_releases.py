"""The freeze of a round: claims, sources, batches, and what it refuses."""

from decimal import Decimal

import pytest

from assistance.actions.releases import release_round
from assistance.models import (
    Batch,
    BatchFunding,
    Determination,
    FundSource,
    Payment,
    PaymentClaim,
)
from assistance.queries.digests import digest_of
from members.actions.account import stop_account
from members.actions.notice import file_objection
from members.enums import Role
from members.models import BankAccount, NoticeLine, Person
from tests.assistance.builders import NEXT_COUNTY, ON, account, staff, union
from tests.assistance.paying import (
    AFTER_NOTICE,
    batch_of,
    fund,
    noticed_round,
    payments_of,
    released_round,
)
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal
from unionportal.core.jobs import enqueue, run_job

pytestmark = pytest.mark.django_db


def test_release_makes_one_batch_per_union_with_its_digest() -> None:
    round_ = released_round(3)

    batch = Batch.objects.get()
    assert round_.state == "released"
    assert (batch.state, batch.line_count, str(batch.total)) == (
        "drafted",
        3,
        "1800.00",
    )
    assert batch.digest == digest_of(batch)
    assert [p.reference for p in payments_of(batch)] == [
        f"2025{p.claim_id:010d}01" for p in payments_of(batch)
    ]


def test_release_takes_sources_in_order_by_balance() -> None:
    round_ = noticed_round(3)
    fund("1250.00", source="provincial_warmth")
    fund("600.00", source="county_own")

    release_round(round_id=round_.pk, on=AFTER_NOTICE, by=SYSTEM)

    sources = [p.source.code for p in Payment.objects.order_by("id")]
    assert sources == ["provincial_warmth", "provincial_warmth", "county_own"]
    assert list(
        BatchFunding.objects.order_by("id").values_list("line_count", flat=True)
    ) == [2, 1]


def test_release_before_the_notice_ends_is_refused() -> None:
    round_ = noticed_round(1)

    with pytest.raises(Refusal, match="公示到"):
        release_round(round_id=round_.pk, on=ON, by=SYSTEM)

    round_.refresh_from_db()
    assert round_.state == "noticed"
    assert PaymentClaim.objects.count() == Payment.objects.count() == 0


def test_a_round_without_anybody_eligible_is_refused_and_pays_nobody() -> None:
    round_ = noticed_round(2)
    for owner in BankAccount.objects.all():
        stop_account(account_id=owner.pk, reason="挂失", on=ON, by=SYSTEM)

    with pytest.raises(Refusal, match="没有符合条件且可以发放的对象"):
        release_round(round_id=round_.pk, on=AFTER_NOTICE, by=SYSTEM)

    round_.refresh_from_db()
    assert (round_.state, round_.eligible_count) == ("noticed", 2)
    assert PaymentClaim.objects.count() == Payment.objects.count() == 0


def test_who_has_a_grant_already_is_left_out_by_name() -> None:
    round_ = noticed_round(2)
    taken = Determination.objects.filter(round=round_).first()
    assert taken is not None
    assert taken.payee_id is not None
    PaymentClaim.objects.create(
        scheme_id=round_.version.scheme_id,
        subject_kind=taken.subject_kind,
        subject_id=taken.subject_id,
        occurrence=taken.occurrence,
        year=round_.year,
        round=round_,
        organisation_id=union(NEXT_COUNTY).pk,
        determination_id=0,
        payee_id=taken.payee_id,
        human_id=taken.payee_id,
        amount=Decimal("400.00"),
    )

    released = release_round(round_id=round_.pk, on=AFTER_NOTICE, by=SYSTEM)

    new = Determination.objects.get(supersedes=taken.pk)
    assert (new.outcome, new.clause) == ("ineligible", "already_granted")
    assert "已安排 400.00 元" in new.facts["already_granted"]
    assert (released.eligible_count, released.ineligible_count) == (1, 1)
    assert batch_of(released).line_count == 1
    assert released.population == 2


def test_who_changed_his_account_waits_for_the_second_person() -> None:
    round_ = noticed_round(2)
    owner = Person.objects.order_by("id").first()
    assert owner is not None
    account(owner, verified=False)

    released = release_round(round_id=round_.pk, on=AFTER_NOTICE, by=SYSTEM)

    unknown = Determination.objects.get(round=round_, outcome="unknown")
    assert (unknown.payee_id, unknown.missing_fact) == (owner.pk, "account_verified")
    assert (released.eligible_count, released.unknown_count) == (1, 1)
    assert batch_of(released).line_count == 1


def test_an_objection_holds_only_whom_it_concerns() -> None:
    round_ = noticed_round(2)
    line = NoticeLine.objects.order_by("id").first()
    assert line is not None
    file_objection(
        notice_id=line.notice_id,
        line_id=line.pk,
        text="此户有两套住房",
        on=ON,
        by=SYSTEM,
    )

    release_round(round_id=round_.pk, on=AFTER_NOTICE, by=SYSTEM)

    batch = batch_of(round_)
    assert [p.state for p in payments_of(batch)] == ["held", "planned"]
    assert (batch.line_count, batch.digest) == (2, digest_of(batch))


def test_a_second_release_is_refused_and_changes_nothing() -> None:
    round_ = released_round(1)

    with pytest.raises(Refusal, match="不能“生成批次”|不能生成批次"):
        release_round(round_id=round_.pk, on=AFTER_NOTICE, by=SYSTEM)

    assert (Batch.objects.count(), Payment.objects.count()) == (1, 1)


def test_file_levels_bind_a_source() -> None:
    round_ = noticed_round(1)
    FundSource.objects.update(file_levels=["national"])

    with pytest.raises(Refusal, match="1 人的档案级别不在任何一项资金的使用范围内"):
        release_round(round_id=round_.pk, on=AFTER_NOTICE, by=SYSTEM)

    assert Payment.objects.count() == 0


def test_a_bound_source_is_passed_over() -> None:
    round_ = noticed_round(2)
    fund("5000.00", source="provincial_warmth")
    FundSource.objects.filter(code="provincial_warmth").update(file_levels=["national"])

    release_round(round_id=round_.pk, on=AFTER_NOTICE, by=SYSTEM)

    assert {p.source.code for p in Payment.objects.all()} == {"county_own"}


def test_staff_of_a_county_may_not_release_the_province_s_round() -> None:
    round_ = noticed_round(1)

    with pytest.raises(Refusal, match="“经办”岗位"):
        release_round(round_id=round_.pk, on=AFTER_NOTICE, by=staff(Role.MAKER))

    assert Payment.objects.count() == 0


def test_a_job_run_again_after_its_commit_is_content() -> None:
    round_ = noticed_round(1)
    job = enqueue(
        kind="assistance.release_round",
        key=f"round-{round_.pk}",
        arguments={"round_id": round_.pk, "on": AFTER_NOTICE.isoformat()},
        by=SYSTEM,
    )
    release_round(round_id=round_.pk, on=AFTER_NOTICE, by=SYSTEM)

    run_job(job.pk)

    job.refresh_from_db()
    assert (job.state, job.error, Batch.objects.count()) == ("done", "", 1)
