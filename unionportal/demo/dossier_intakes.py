"""Applications for a dossier in the demonstration: one at each step of the path."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from assistance.actions.application_drafts import (
    Statement,
    add_aid_evidence,
    save_aid_answers,
    start_aid_application,
)
from assistance.actions.applications import submit_aid_application
from assistance.actions.authorities import file_member_authority
from assistance.actions.dossier_intakes import (
    announce_dossier,
    decline_dossier,
    record_intake_visit,
)
from assistance.actions.household_rows import HouseholdRow, put_household_member
from assistance.actions.intake import accept_aid_application
from assistance.actions.schemes import load_shipped_intakes
from assistance.actions.windows import open_aid_window
from assistance.enums import HardshipClass, Health, Relation
from assistance.models import AidApplication, AidWindow, HouseholdMember, Period
from assistance.rules.household import COSTS, INCOMES
from members.actions.person import PersonEntry, register_person
from members.enums import OrganisationLevel, Role
from members.models import Organisation, Person
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.uploads.evidence import read_evidence
from unionportal.demo.cast import Cast
from unionportal.demo.chance import seeded
from unionportal.demo.identity import Identifiers
from unionportal.demo.messages import shop_photo

NAMES = ("方志明", "卢秀兰", "邱建国", "范丽华", "洪文斌", "温玉珍")
SCHEME = "hardship_dossier"
STEPS: tuple[tuple[str, ...], ...] = (
    (),
    ("submit",),
    ("submit", "accept"),
    ("submit", "accept", "visit"),
    ("submit", "accept", "visit", "announce"),
    ("submit", "accept", "visit", "decline"),
)
ANSWERS: dict[str, object] = {
    "said_residence": "urban",
    "said_size": "3",
    "said_main_cause": "illness",
    "said_homes": "1",
    "said_vehicle": "false",
    **{f"said_{name}": "0" for name in (*INCOMES, *COSTS)},
    "said_wage_income": "36000",
    "said_illness_cost": "21000",
}


def load_dossier_intakes(root: Organisation, *, on: date) -> None:
    """The year's window of the province, and applications that stand at every step.

    All of it or nothing, and once.
    """
    if AidWindow.objects.filter(scheme__code=SCHEME).exists():
        return
    cast = Cast(on)
    with transaction.atomic():
        window = _window(root, on=on, by=cast.holder(Role.MAKER, root))
        for applicant, verbs in zip(_applicants(root, on=on), STEPS, strict=False):
            draft = _filled(window, applicant, on=on)
            clerk = cast.holder(Role.MAKER, draft.organisation)
            play = _Play(draft.pk, _worker(applicant), clerk, on)
            for verb in verbs:
                getattr(play, verb)()


def _applicants(root: Organisation, *, on: date) -> list[Person]:
    """People of the basic unions who have no household on file."""
    unions = Organisation.objects.filter(
        path__startswith=root.path, level=OrganisationLevel.BASIC
    ).order_by("path")[: len(STEPS)]
    numbers = Identifiers(seeded(0, "dossier-intakes", root.code))
    found = []
    for place, (union, name) in enumerate(zip(unions, NAMES, strict=False)):
        number = numbers.id_number(
            county_code="350102",
            county_name="",
            born=date(1980, 4, 1 + place),
            is_female=place % 2 == 1,
        )
        entry = PersonEntry(name=name, id_number=number, organisation_id=union.pk)
        found.append(register_person(entry=entry, on=on, by=SYSTEM).person)
    return found


def _window(root: Organisation, *, on: date, by: Actor) -> AidWindow:
    version = load_shipped_intakes(on=on, by=SYSTEM)
    period, _ = Period.objects.get_or_create(
        code=f"{on.year}-dossier",
        defaults={
            "title": f"{on.year}年度",
            "year": on.year,
            "starts_on": date(on.year, 1, 1),
            "ends_on": date(on.year, 12, 31),
        },
    )
    return open_aid_window(
        version_id=version.pk,
        organisation_id=root.pk,
        period_id=period.pk,
        phone="0591-87654321",
        hours="工作日 9:00–17:00",
        on=on,
        by=by,
    )


def _filled(window: AidWindow, applicant: Person, *, on: date) -> AidApplication:
    by = _worker(applicant)
    draft = start_aid_application(
        window_id=window.pk, applicant_id=applicant.pk, on=on, by=by
    )
    said = Statement(answers=ANSWERS)
    save_aid_answers(application_id=draft.pk, statement=said, on=on, by=by)
    for row in _household(applicant, on=on):
        put_household_member(application_id=draft.pk, row=row, on=on, by=by)
    for item in ("household_book", "hardship"):
        add_aid_evidence(
            application_id=draft.pk,
            item=item,
            papers=read_evidence([(f"{item}.png", shop_photo())]),
            on=on,
            by=by,
        )
    return draft


def _household(applicant: Person, *, on: date) -> list[HouseholdRow]:
    """A grown-up out of work and a pupil, of numbers that nobody else has."""
    numbers = Identifiers(seeded(applicant.pk, "dossier-households", str(on.year)))

    def number(born: date, *, is_female: bool) -> str:
        return numbers.id_number(
            county_code="350102", county_name="", born=born, is_female=is_female
        )

    he_asks = applicant.sex == "male"
    return [
        HouseholdRow(
            name=f"{applicant.name[0]}家和",
            relation=Relation.SPOUSE,
            id_number=number(date(1982, 6, 9), is_female=he_asks),
            phone=f"1380000{applicant.pk % 10000:04d}",
            identity="失业、无业",
            health=Health.SERIOUS,
            yearly_income=Decimal(0),
        ),
        HouseholdRow(
            name=f"{applicant.name[0]}小满",
            relation=Relation.CHILD,
            id_number=number(date(on.year - 9, 5, 20), is_female=True),
            identity="中小学生",
            place="东街小学",
            yearly_income=Decimal(0),
        ),
    ]


def _worker(person: Person) -> Actor:
    return Actor(kind="worker", name=person.name, person_id=person.pk)


class _Play:
    """What the two sides do with one application."""

    def __init__(self, pk: int, applicant: Actor, clerk: Actor, on: date) -> None:
        """Keep who acts on what, and when."""
        self.on = on
        self.by_applicant: dict[str, Any] = {
            "application_id": pk,
            "on": on,
            "by": applicant,
        }
        self.by_clerk: dict[str, Any] = {"application_id": pk, "on": on, "by": clerk}

    def submit(self) -> None:
        submit_aid_application(agreed=True, **self.by_applicant)

    def accept(self) -> None:
        accept_aid_application(**self.by_clerk)

    def visit(self) -> None:
        named = HouseholdMember.objects.filter(
            application=self.by_clerk["application_id"]
        )
        file_member_authority(
            member_id=named.get(relation=Relation.SPOUSE).pk,
            papers=read_evidence([("授权书.png", shop_photo())]),
            is_guardian=False,
            **self.by_clerk,
        )
        record_intake_visit(
            visited_on=self.on,
            visitors="陈国强、林秀英",
            papers=read_evidence([("入户调查表.png", shop_photo())]),
            **self.by_clerk,
        )

    def announce(self) -> None:
        announce_dossier(
            hardship_class=HardshipClass.DEEP,
            class_reason="入户核查后核定",
            **self.by_clerk,
        )

    def decline(self) -> None:
        decline_dossier(answer="入户时看到名下另有一套出租住房。", **self.by_clerk)
