"""Applications at the county's desk: the list, one of them, its papers, its verbs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assistance.actions.applications import object_to_refusal
from assistance.actions.intake import ask_for_more, refuse_aid_application
from assistance.models import AidApplication, AidEvidence, AidWindow
from assistance.queries.application_queue import applications_to_take
from tests.assistance import builders as make
from tests.assistance.admin.browsers import browser_of, table_of
from tests.assistance.applying import (
    APPLYING,
    DECIDED,
    autumn,
    autumn_version,
    officer,
    parent,
    student,
    submitted,
    window,
)
from tests.assistance.builders import NEXT_COUNTY
from unionportal.core.models import AuditEntry

pytestmark = pytest.mark.django_db
DESK = "/staff/assistance/applications/"


def test_the_desk_lists_opens_accepts_and_exports_what_is_in_its_reach() -> None:
    within, clerk = window(), officer()
    application = submitted(parent(), within, student())
    desk, neighbour = browser_of(clerk), browser_of(officer(NEXT_COUNTY))
    one = f"{DESK}{application.pk}/"
    assert f'href="{one}"' in desk.get(DESK).content.decode()
    assert f'href="{one}"' not in neighbour.get(DESK).content.decode()
    page = desk.get(one).content.decode()
    assert application.id_number is not None
    assert application.id_number not in page
    assert "符合，4,000.00 元" in page
    paper = AidEvidence.objects.get(application=application)
    opened = desk.post(f"/staff/assistance/papers/{paper.pk}/")
    assert len(b"".join(opened)) == paper.size
    assert AuditEntry.objects.filter(verb="look_at_aid_evidence").count() == 1
    assert neighbour.post(f"/staff/assistance/papers/{paper.pk}/").status_code == 404
    desk.post(f"{one}accept/")
    assert AidApplication.objects.get().state == "accepted"
    rows = table_of(desk, f"{DESK}export/?state=accepted")
    assert [(row["受助人"], row["状态"]) for row in rows] == [("陈小明", "已受理")]
    assert table_of(desk, f"{DESK}export/?state=refused") == []


def test_the_queue_holds_what_waits_with_its_day_and_what_has_lapsed() -> None:
    within, clerk = window(), officer()
    waiting = submitted(parent(), within, student())
    lapsed = submitted(parent("林阿福"), within, student("林小军"))
    reviewed = submitted(parent("郑阿珠"), within, student("郑小珠"))
    ask_for_more(application_id=lapsed.pk, answer="看不清", on=APPLYING, by=clerk)
    refuse_aid_application(
        application_id=reviewed.pk, answer="不是新生", on=APPLYING, by=clerk
    )
    object_to_refusal(
        application_id=reviewed.pk,
        text="是新生",
        on=APPLYING,
        by=make.worker(reviewed.applicant),
    )
    found = applications_to_take(clerk, DECIDED)
    assert [(one.title, one.detail, str(one.due_on)) for one in found] == [
        ("受理帮扶申请", "金秋助学：陈小明", "2025-08-22"),
        ("复核帮扶申请", "金秋助学：郑小珠", "2025-08-22"),
        ("逾期未补材料的申请", "金秋助学：林小军", "2025-08-15"),
    ]
    assert all(one.is_overdue(DECIDED) for one in found)
    assert applications_to_take(officer(NEXT_COUNTY), DECIDED) == []
    assert waiting.state == "submitted"


def test_a_window_is_opened_at_the_scheme_and_put_off_at_its_page() -> None:
    version, period, desk = autumn_version(), autumn(), browser_of(officer())
    said = {
        "organisation": str(make.union().pk),
        "period": str(period.pk),
        "phone": "0591-87654321",
        "hours": "工作日 9:00–17:00",
    }
    form = f"/staff/assistance/schemes/{version.pk}/window/"
    assert (
        "录取通知书"
        in desk.get(f"/staff/assistance/schemes/{version.pk}/").content.decode()
    )
    made = desk.post(form, said)
    opened = AidWindow.objects.get()
    address = f"/staff/assistance/windows/{opened.pk}/"
    assert made.headers["Location"] == address
    assert "已经开放过" in desk.post(form, said).content.decode()
    desk.post(address, {"closes_on": "2025-09-30", "reason": "台风"})
    assert str(AidWindow.objects.get().closes_on) == "2025-09-30"
    assert address in desk.get("/staff/assistance/windows/").content.decode()


def test_a_longer_list_asks_the_database_no_more_often() -> None:
    within, desk, mother = window(), browser_of(officer()), parent()

    def counted() -> int:
        with CaptureQueriesContext(connection) as found:
            assert desk.get(DESK).status_code == 200
        return len(found)

    submitted(mother, within, student("陈一明"))
    counted()
    one = counted()
    submitted(mother, within, student("陈二明"))
    submitted(parent("林阿福"), within, student("林小军"))
    assert counted() == one
