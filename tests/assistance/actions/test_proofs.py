"""Proofs of the books: kept as rows, nightly once, and seen where they fail."""

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.test import Client

from assistance.actions.proofs import PROVE_JOB, prove_books, request_proof
from assistance.models import Batch, ProofRun
from assistance.queries.proofs import proofs_visible_to, proofs_waiting
from assistance.tasks import prove_books_nightly
from members.enums import Role
from tests.assistance.admin.browsers import browser_of
from tests.assistance.builders import COUNTY, PROVINCE, staff
from tests.assistance.paying import AFTER_NOTICE
from tests.assistance.verifying import paid_round
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal
from unionportal.core.jobs import run_job
from unionportal.core.models.jobs import Job, JobState

pytestmark = pytest.mark.django_db
PAGE = "/staff/assistance/funds/proofs/"


def spoil() -> str:
    batch = Batch.objects.get()
    Batch.objects.filter(pk=batch.pk).update(paid_count=batch.paid_count + 1)
    return batch.number


def proved(key: str = "x") -> ProofRun:
    """Prove as between two transactions: the chain is linked when one commits."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return prove_books(key=key, on=AFTER_NOTICE, by=SYSTEM)


def test_books_that_agree_are_kept_as_green() -> None:
    paid_round(2)

    proof = proved()

    assert proof.is_green
    assert (proof.totals["payments"], proof.totals["paid"]) == ("2", "1200.00")
    assert proof.seconds > 0
    with pytest.raises(DatabaseError), transaction.atomic():
        ProofRun.objects.update(problem_count=1)


def test_books_that_do_not_agree_are_a_result_with_the_place() -> None:
    paid_round(2)
    number = spoil()

    proof = proved()

    assert proof.problem_count == 1
    assert proof.problems[0]["place"] == number


def test_one_key_is_proved_once() -> None:
    assert proved("night").pk == proved("night").pk
    assert ProofRun.objects.count() == 1


def test_the_night_is_one_job_however_often_it_rings() -> None:
    prove_books_nightly()
    prove_books_nightly()

    job = Job.objects.get(kind=PROVE_JOB)
    assert run_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE
    assert ProofRun.objects.get().key == f"job-{job.pk}"
    schedule = settings.CELERY_BEAT_SCHEDULE["prove-books-nightly"]
    assert schedule["task"] == prove_books_nightly.name


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_a_failed_proof_waits_for_auditors_and_administrators_at_the_top(
    role: Role,
) -> None:
    paid_round(1)
    top = staff(role, at=PROVINCE)
    (unproved,) = proofs_waiting(top, AFTER_NOTICE)
    assert unproved.title == "账目还没有核对过"
    proved("a")
    assert proofs_waiting(top, AFTER_NOTICE) == []
    spoil()
    proved("b")

    (item,) = proofs_waiting(top, AFTER_NOTICE)

    assert item.title == "账目核对有 1 处不符"
    assert proofs_waiting(staff(role, at=COUNTY), AFTER_NOTICE) == []
    assert proofs_visible_to(staff(role, at=COUNTY)).count() == 0
    assert "1 处不符" in browser_of(top).get(PAGE).content.decode()


def test_books_nobody_proves_any_more_are_told() -> None:
    proved()
    later = AFTER_NOTICE.replace(day=AFTER_NOTICE.day + 3)
    (item,) = proofs_waiting(staff(Role.AUDITOR, at=PROVINCE), later)
    assert item.title == "账目已 3 天没有核对"


def test_others_may_not_ask_for_a_proof() -> None:
    for by in (staff(Role.MAKER, at=PROVINCE), staff(Role.AUDITOR, at=COUNTY)):
        with pytest.raises(Refusal, match="最上级工会的“审计”或“管理员”"):
            request_proof(key="asked", on=AFTER_NOTICE, by=by)
    assert Job.objects.filter(kind=PROVE_JOB).count() == 0


@pytest.mark.usefixtures("committed_db")
def test_the_health_page_fails_with_the_proof() -> None:
    paid_round(1)
    proved("a")
    assert "BooksProven" not in failing(Client())
    spoil()
    proved("b")
    assert "BooksProven" in failing(Client())


def failing(client: Client) -> str:
    answer = client.get("/health/").json()
    return str([name for name, said in answer.items() if said != "OK"])
