"""Applications for the tests: a window, workers who apply, students they apply for."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from assistance.actions.application_drafts import (
    Statement,
    add_aid_evidence,
    save_aid_answers,
    start_aid_application,
)
from assistance.actions.applications import submit_aid_application
from assistance.actions.intake import accept_aid_application
from assistance.actions.schemes import publish_scheme_version, save_scheme_version
from assistance.actions.windows import open_aid_window
from assistance.models import AidApplication, AidWindow, Period, SchemeVersion
from assistance.queries.schemes import SHIPPED
from members.actions.membership import admit_member
from members.enums import Role
from members.models import Person
from tests.assistance.builders import (
    COUNTY,
    account,
    fund_sources,
    id_number,
    person,
    staff,
    union,
    worker,
)
from tests.core.uploads.evidence_files import jpeg
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.uploads.evidence import Evidence, read_evidence

APPLYING = date(2025, 8, 1)
DECIDED = date(2025, 9, 20)
ANSWERS = {
    "stage": "college",
    "admission_kind": "ordinary",
    "school": "福州大学",
    "has_other_aid": False,
}


def autumn_version(changes: Mapping[str, str] | None = None) -> SchemeVersion:
    """Autumn school aid, saved and published."""
    text = (SHIPPED / "autumn_school_aid.yaml").read_text(encoding="utf-8")
    for old, new in (changes or {}).items():
        if old not in text:
            raise ValueError(f"not in the text: {old}")
        text = text.replace(old, new)
    fund_sources()
    draft = save_scheme_version(source=text, on=APPLYING, by=SYSTEM)
    return publish_scheme_version(version_id=draft.pk, on=APPLYING, by=SYSTEM)


def autumn() -> Period:
    return Period.objects.get_or_create(
        code="2025-autumn",
        defaults={
            "title": "2025年秋季学期",
            "year": 2025,
            "starts_on": date(2025, 7, 1),
            "ends_on": date(2025, 12, 31),
        },
    )[0]


def window(*, at: str = COUNTY, version: SchemeVersion | None = None) -> AidWindow:
    """The window of autumn school aid at a union."""
    return open_aid_window(
        version_id=(version or autumn_version()).pk,
        organisation_id=union(at).pk,
        period_id=autumn().pk,
        phone="0591-87654321",
        hours="工作日 9:00–17:00",
        on=APPLYING,
        by=SYSTEM,
    )


def admitted(someone: Person) -> Person:
    """The person as a member of the union that serves him."""
    admit_member(
        person_id=someone.pk,
        organisation_id=someone.organisation_id,
        document="入会申请书",
        on=date(2025, 3, 1),
        by=SYSTEM,
    )
    return someone


def parent(
    name: str = "陈阿秀", *, at: str = COUNTY, with_account: bool = True
) -> Person:
    """A member with a card."""
    someone = admitted(person(name, at=at))
    if with_account:
        account(someone)
    return someone


def student(name: str = "陈小明", **answers: Any) -> Statement:
    """A new student of a college; `answers` replace some of `ANSWERS`."""
    return Statement(
        subject_name=name,
        id_number=id_number(born=date(2007, 2, 3)),
        answers=ANSWERS | answers,
    )


def photo(name: str = "tz.jpg") -> list[Evidence]:
    return read_evidence([(name, jpeg())])


def drafted(
    applicant: Person, within: AidWindow, statement: Statement
) -> AidApplication:
    """A draft filled in, with the letter photographed."""
    by = worker(applicant)
    draft = start_aid_application(
        window_id=within.pk, applicant_id=applicant.pk, on=APPLYING, by=by
    )
    save_aid_answers(application_id=draft.pk, statement=statement, on=APPLYING, by=by)
    add_aid_evidence(
        application_id=draft.pk,
        item="admission_letter",
        papers=photo(),
        on=APPLYING,
        by=by,
    )
    return draft


def submitted(
    applicant: Person, within: AidWindow, statement: Statement
) -> AidApplication:
    draft = drafted(applicant, within, statement)
    return submit_aid_application(
        application_id=draft.pk, agreed=True, on=APPLYING, by=worker(applicant)
    )


def officer(at: str = COUNTY) -> Actor:
    return staff(Role.MAKER, at=at, on=APPLYING)


def accepted(
    applicant: Person, within: AidWindow, statement: Statement, *, by: Actor = SYSTEM
) -> AidApplication:
    handed_in = submitted(applicant, within, statement)
    return accept_aid_application(application_id=handed_in.pk, on=DECIDED, by=by)
