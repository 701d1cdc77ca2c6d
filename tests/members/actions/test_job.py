"""Failed jobs: who sees them, and how they are begun anew."""

import pytest
from django.db.models.functions import Now

from members.actions.job import retry_job
from members.enums import Role
from members.queries.job import failed_jobs_visible_to, failed_jobs_waiting
from tests.members.builders import COUNTY, NEXT_COUNTY, ON, staff, union
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal
from unionportal.core.jobs import enqueue, stored_actor
from unionportal.core.models import AuditEntry, Job, JobState

pytestmark = pytest.mark.django_db


def failed(at: str = COUNTY) -> Job:
    job = enqueue(
        kind="assistance.write_instruction",
        key="bank-file-1",
        arguments={"bank_file_id": 1, "on": "2025-12-01"},
        by=staff(Role.PAYER, at=at),
        organisation_id=union(at).pk,
    )
    rows = Job.objects.filter(pk=job.pk)
    rows.update(state=JobState.RUNNING, lease_until=Now())
    rows.update(
        state=JobState.FAILED, lease_until=None, finished_at=Now(), error="磁盘已满。"
    )
    return Job.objects.get(pk=job.pk)


def test_failed_job_waits_for_its_unions_maker_until_it_is_begun_anew() -> None:
    job, maker = failed(), staff(Role.MAKER)
    (item,) = failed_jobs_waiting(maker, ON)
    assert (item.title, item.detail) == ("没有办成：写出银行文件", "磁盘已满。")

    again = retry_job(job_id=job.pk, on=ON, by=maker)

    assert (again.state, again.kind, again.key, again.arguments) == (
        JobState.QUEUED,
        job.kind,
        job.key,
        job.arguments,
    )
    assert stored_actor(again.actor) == stored_actor(job.actor)
    assert failed_jobs_waiting(maker, ON) == []
    entry = AuditEntry.objects.get(verb="retry")
    assert (entry.user_id, entry.changes, entry.reason) == (
        maker.user_id,
        {"failed": job.pk},
        "磁盘已满。",
    )


def test_failed_job_is_begun_anew_once() -> None:
    job, maker = failed(), staff(Role.MAKER)
    retry_job(job_id=job.pk, on=ON, by=maker)
    with pytest.raises(Refusal, match="没有失败，或已重新办理"):
        retry_job(job_id=job.pk, on=ON, by=maker)
    assert Job.objects.count() == 2


def test_failed_job_is_not_begun_anew_by_others() -> None:
    job = failed()
    for by in (staff(Role.PAYER), staff(Role.MAKER, at=NEXT_COUNTY)):
        with pytest.raises(Refusal, match="“经办”、“管理员”"):
            retry_job(job_id=job.pk, on=ON, by=by)
    assert Job.objects.count() == 1


def test_failed_jobs_of_the_next_county_are_not_seen() -> None:
    failed()
    assert not failed_jobs_visible_to(staff(Role.MAKER, at=NEXT_COUNTY)).exists()
    assert failed_jobs_visible_to(SYSTEM).count() == 1
