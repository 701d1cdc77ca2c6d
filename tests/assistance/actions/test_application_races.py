"""Applications twice at once and killed half-way: one is taken, once."""

import signal
import subprocess
import sys
from functools import partial

import pytest
from django.conf import settings

from assistance.actions.application_drafts import start_aid_application
from assistance.actions.applications import submit_aid_application
from assistance.actions.intake import accept_aid_application
from assistance.models import AidApplication
from members.models import Person
from tests.assistance.actions.test_races import at_once, refusals
from tests.assistance.applying import (
    APPLYING,
    DECIDED,
    drafted,
    officer,
    parent,
    student,
    window,
)
from tests.assistance.builders import worker
from unionportal.core.audit import verify_chain
from unionportal.core.models import AuditEntry, Message

pytestmark = pytest.mark.usefixtures("committed_db")

SUBMIT = """
import django; django.setup()
from datetime import date
from unionportal.core.actor import SYSTEM
from assistance.actions.applications import submit_aid_application
from assistance.models import AidApplication
for each in AidApplication.objects.filter(state="draft"):
    submit_aid_application(
        application_id=each.pk, agreed=True, on=date(2025, 9, 10), by=SYSTEM
    )
"""
ACCEPT = """
import django; django.setup()
from datetime import date
from unionportal.core.actor import SYSTEM
from assistance.actions.intake import accept_aid_application
from assistance.models import AidApplication
for each in AidApplication.objects.filter(state__in=("submitted", "accepted")):
    accept_aid_application(application_id=each.pk, on=date(2025, 9, 20), by=SYSTEM)
"""


def test_twice_at_once_is_one_draft_one_application_one_acceptance() -> None:
    within, mother, father, pupil = window(), parent(), parent("陈阿强"), student()
    start = partial(
        start_aid_application,
        window_id=within.pk,
        applicant_id=mother.pk,
        on=APPLYING,
        by=worker(mother),
    )
    begun = at_once(start, start)
    assert {getattr(one, "pk", 0) for one in begun} == {AidApplication.objects.get().pk}
    both = [drafted(each, within, pupil) for each in (mother, father)]
    handed_in = at_once(
        *(
            partial(
                submit_aid_application,
                application_id=one.pk,
                agreed=True,
                on=APPLYING,
                by=worker(one.applicant),
            )
            for one in both
        )
    )
    assert [
        told.startswith("陈小明本期已有一份申请") for told in refusals(handed_in)
    ] == [True]
    one = AidApplication.objects.get(state="submitted")
    clerk = officer()
    accept = partial(
        accept_aid_application, application_id=one.pk, on=DECIDED, by=clerk
    )
    assert refusals(at_once(accept, accept)) == []
    assert Person.objects.filter(name="陈小明").count() == 1
    assert AuditEntry.objects.filter(verb="accept_aid_application").count() == 1


def run(program: str, environment: dict[str, str], point: str = "") -> int:
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=settings.BASE_DIR,
        env=environment | {"CRASHPOINT": point},
        check=False,
    ).returncode


def test_killed_around_hand_in_and_acceptance_each_is_done_once_and_told_once(
    child_environment: dict[str, str],
) -> None:
    drafted(parent(), window(), student())
    do = partial(run, environment=child_environment)

    assert do(SUBMIT, point="submit_aid_application.before_commit") == -signal.SIGKILL
    assert AidApplication.objects.get().state == "draft"
    assert do(SUBMIT, point="submit_aid_application.after_commit") == -signal.SIGKILL
    assert AidApplication.objects.get().state == "submitted"
    assert do(SUBMIT) == 0
    assert do(ACCEPT, point="accept_aid_application.before_commit") == -signal.SIGKILL
    assert AidApplication.objects.get().state == "submitted"
    assert not Person.objects.filter(name="陈小明").exists()
    assert do(ACCEPT, point="accept_aid_application.after_commit") == -signal.SIGKILL
    assert do(ACCEPT) == 0
    assert AidApplication.objects.get().state == "accepted"
    for step in ("received", "accepted"):
        template = f"application_{step}.txt"
        assert Message.objects.filter(template__endswith=template).count() == 1
    assert Person.objects.filter(name="陈小明").count() == 1
    assert verify_chain().fault == ""
