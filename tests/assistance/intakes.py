"""Applications for a dossier, for the tests: the window of the year, and each step."""

from datetime import date
from decimal import Decimal
from typing import Any

from assistance.actions.application_drafts import (
    Statement,
    add_aid_evidence,
    save_aid_answers,
    start_aid_application,
)
from assistance.actions.applications import submit_aid_application
from assistance.actions.authorities import file_member_authority
from assistance.actions.dossier_intakes import announce_dossier, record_intake_visit
from assistance.actions.household_rows import HouseholdRow, put_household_member
from assistance.actions.intake import accept_aid_application
from assistance.actions.schemes import load_shipped_intakes
from assistance.actions.windows import open_aid_window
from assistance.enums import HardshipClass, Health, Relation
from assistance.models import AidApplication, AidWindow, HouseholdMember, Period
from assistance.queries.intakes import notice_of
from assistance.rules.household import COSTS, INCOMES
from members.actions.notice import end_notice
from members.models import Person
from tests.assistance.applying import photo
from tests.assistance.builders import (
    COUNTY,
    id_number,
    union,
    worker,
)
from tests.core.uploads.evidence_files import png
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.uploads.evidence import read_evidence

APPLYING = date(2025, 8, 1)
VISITED = date(2025, 8, 5)
OVER = date(2025, 8, 20)
ANSWERS: dict[str, Any] = {
    "said_residence": "urban",
    "said_size": "3",
    "said_main_cause": "illness",
    "said_other_cause_1": "no_job",
    "said_homes": "1",
    "said_vehicle": False,
    **{f"said_{name}": "0" for name in (*INCOMES, *COSTS)},
    "said_wage_income": "30000",
    "said_illness_cost": "3000",
}


def intake_window() -> AidWindow:
    """The window of 2025 at the county."""
    version = load_shipped_intakes(on=APPLYING, by=SYSTEM)
    period, _ = Period.objects.get_or_create(
        code="2025-year",
        defaults={
            "title": "2025年度",
            "year": 2025,
            "starts_on": date(2025, 1, 1),
            "ends_on": date(2025, 12, 31),
        },
    )
    return open_aid_window(
        version_id=version.pk,
        organisation_id=union(COUNTY).pk,
        period_id=period.pk,
        phone="0591-87654321",
        hours="工作日 9:00–17:00",
        on=APPLYING,
        by=SYSTEM,
    )


def spouse(name: str = "王建国", **said: Any) -> HouseholdRow:
    """A grown-up of the household; `said` replaces some of what is said of him."""
    stated: dict[str, Any] = {
        "name": name,
        "relation": Relation.SPOUSE,
        "id_number": id_number(born=date(1976, 3, 2)),
        "phone": f"139{id_number()[-8:-1]}0",
        "identity": "失业、无业",
        "health": Health.SERIOUS,
        "yearly_income": Decimal(0),
    }
    return HouseholdRow(**stated | said)


def child(name: str = "王小明", **said: Any) -> HouseholdRow:
    """A pupil below fourteen."""
    stated: dict[str, Any] = {
        "name": name,
        "relation": Relation.CHILD,
        "id_number": id_number(born=date(2015, 9, 2)),
        "identity": "中小学生",
        "place": "东街小学",
    }
    return HouseholdRow(**stated | said)


def intake_drafted(applicant: Person, within: AidWindow, **said: Any) -> AidApplication:
    """A draft of a household of three; `said` replaces some of `ANSWERS`."""
    by = worker(applicant)
    draft = start_aid_application(
        window_id=within.pk, applicant_id=applicant.pk, on=APPLYING, by=by
    )
    said_all = Statement(answers=ANSWERS | said)
    save_aid_answers(application_id=draft.pk, statement=said_all, on=APPLYING, by=by)
    for row in (spouse(), child()):
        put_household_member(application_id=draft.pk, row=row, on=APPLYING, by=by)
    for item in ("household_book", "hardship"):
        add_aid_evidence(
            application_id=draft.pk,
            item=item,
            papers=photo(),
            on=APPLYING,
            by=by,
        )
    return draft


def intake_accepted(
    applicant: Person, within: AidWindow, **said: Any
) -> AidApplication:
    draft = intake_drafted(applicant, within, **said)
    submit_aid_application(
        application_id=draft.pk, agreed=True, on=APPLYING, by=worker(applicant)
    )
    return accept_aid_application(application_id=draft.pk, on=APPLYING, by=SYSTEM)


def authorised(application: AidApplication, *, by: Actor = SYSTEM) -> None:
    """What the grown-up of the household signed."""
    file_member_authority(
        application_id=application.pk,
        member_id=HouseholdMember.objects.get(
            application=application, relation=Relation.SPOUSE
        ).pk,
        papers=photo("授权书.jpg"),
        is_guardian=False,
        on=APPLYING,
        by=by,
    )


def intake_visited(application: AidApplication, *, by: Actor = SYSTEM) -> None:
    authorised(application, by=by)
    record_intake_visit(
        application_id=application.pk,
        visited_on=VISITED,
        visitors="陈走访、林走访",
        papers=read_evidence([("入户调查表.png", png())]),
        on=VISITED,
        by=by,
    )


def intake_announced(application: AidApplication, *, by: Actor = SYSTEM) -> None:
    announce_dossier(
        application_id=application.pk,
        hardship_class=HardshipClass.DEEP,
        class_reason="",
        on=VISITED,
        by=by,
    )


def notice_ended(application: AidApplication) -> None:
    notice = notice_of(application)
    assert notice is not None
    end_notice(notice_id=notice.pk, on=OVER, by=SYSTEM)
