"""While work is under way on a round its page says so and offers nothing else."""

import pytest
from django.urls import reverse

from assistance.actions.computations import request_computation
from assistance.actions.rounds import cancel_round
from assistance.models import Round
from members.enums import Role
from tests.assistance import builders as make
from tests.assistance.admin.browsers import browser_of
from unionportal.core.jobs import run_job
from unionportal.core.models.jobs import Job

pytestmark = pytest.mark.django_db
COMPUTE, PUBLISH = "确认测算", "确认发布公示"
WAIT = "“测算轮次”正在办理，请等它办完。"


def page_of(round_: Round) -> str:
    browser = browser_of(make.staff(Role.MAKER, at=make.PROVINCE))
    address = reverse("staff_assistance:round", args=(round_.pk,))
    return browser.get(address).content.decode()


def waiting_round() -> tuple[Round, Job]:
    make.standard()
    make.dossier()
    by = make.maker()
    round_ = make.opened_round(by=by)
    return round_, request_computation(round_id=round_.pk, on=make.ON, by=by)


def test_verbs_wait_for_the_work_and_come_back_after_it() -> None:
    round_, job = waiting_round()
    during = page_of(round_)
    assert (COMPUTE in during, WAIT in during) == (False, True)

    assert run_job(job.pk)
    after = page_of(round_)
    assert (PUBLISH in after, WAIT in after) == (True, False)


def test_a_round_can_be_cancelled_while_it_waits_to_be_computed() -> None:
    round_, job = waiting_round()
    assert "确认取消轮次" in page_of(round_)

    cancel_round(round_id=round_.pk, reason="开错了", on=make.ON, by=make.maker())
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, "轮次现在是“已取消”" in job.error) == ("failed", True)
