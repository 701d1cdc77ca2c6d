"""Applications in the demonstration: autumn school aid, one at every step."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from assistance.actions.application_drafts import (
    Statement,
    add_aid_evidence,
    save_aid_answers,
    start_aid_application,
)
from assistance.actions.applications import (
    object_to_refusal,
    submit_aid_application,
    withdraw_aid_application,
)
from assistance.actions.intake import (
    accept_aid_application,
    ask_for_more,
    refuse_aid_application,
)
from assistance.actions.windows import extend_aid_window, open_aid_window
from assistance.enums import DossierState
from assistance.models import AidApplication, AidWindow, Period
from assistance.queries.schemes import scheme_version_in_force
from members.enums import AccountState, MembershipState, Role
from members.models import Organisation, Person
from unionportal.core.actor import Actor
from unionportal.core.uploads.evidence import read_evidence
from unionportal.demo.cast import Cast
from unionportal.demo.chance import seeded
from unionportal.demo.identity import Identifiers
from unionportal.demo.messages import shop_photo
from unionportal.demo.school_pair import play_school_pair

SCHEME = "autumn_school_aid"
SCHOOL_BEGINS = 9
STUDENTS = ("晓明", "雨桐", "子涵", "佳怡", "浩然", "思源", "欣妍", "志远")
STEPS: tuple[tuple[str, ...], ...] = (
    ("submit",),
    ("submit", "ask"),
    ("submit", "accept"),
    ("submit", "refuse"),
    ("submit", "refuse", "object"),
    ("submit", "withdraw"),
    ("submit", "accept"),
    (),
)
SCHOOLS = ("福州大学", "福建师范大学", "集美大学", "福州第一中学")


def load_applications(root: Organisation, *, on: date, seed: int) -> None:
    """The province's window, still open, and applications that stand at every step.

    All of it or nothing, and once.
    """
    if AidWindow.objects.exists():
        return
    cast = Cast(on)
    with transaction.atomic():
        window = _window(root, on=on, by=cast.holder(Role.MAKER, root))
        numbers = Identifiers(seeded(seed, "students", root.code))
        for place, (parent, verbs) in enumerate(
            zip(_parents(root), STEPS, strict=False)
        ):
            draft = _filled(window, parent, place, numbers, on=on)
            clerk = cast.holder(Role.MAKER, draft.organisation)
            play = _Play(draft.pk, _worker(parent), clerk, on)
            for verb in verbs:
                getattr(play, verb)()
        play_school_pair(root, window, on=on)


def _parents(root: Organisation) -> QuerySet[Person]:
    """Members with a household on file and a phone, of few counties."""
    return (
        Person.objects.filter(
            householddossier__state=DossierState.ON_FILE,
            householddossier__organisation__path__startswith=root.path,
            membership__state=MembershipState.MEMBER,
            accounts__state=AccountState.VERIFIED,
            phone__isnull=False,
        )
        .select_related("organisation")
        .order_by("householddossier__organisation__path", "id")[: len(STEPS)]
    )


def _window(root: Organisation, *, on: date, by: Actor) -> AidWindow:
    # Before September it is last year's window that stands open, put off until now.
    year = on.year if on.month >= SCHOOL_BEGINS else on.year - 1
    period, _ = Period.objects.get_or_create(
        code=f"{year}-autumn",
        defaults={
            "title": f"{year}年秋季学期",
            "year": year,
            "starts_on": date(year, 7, 1),
            "ends_on": date(year, 12, 31),
        },
    )
    window = open_aid_window(
        version_id=scheme_version_in_force(SCHEME, on).pk,
        organisation_id=root.pk,
        period_id=period.pk,
        phone="0591-87654321",
        hours="工作日 9:00–17:00",
        on=on,
        by=by,
    )
    later = max(date(year + 1, 1, 31), on + timedelta(days=60))
    return extend_aid_window(
        window_id=window.pk, closes_on=later, reason="补录转学的新生", on=on, by=by
    )


def _filled(
    window: AidWindow, parent: Person, place: int, numbers: Identifiers, *, on: date
) -> AidApplication:
    by = _worker(parent)
    draft = start_aid_application(
        window_id=window.pk, applicant_id=parent.pk, on=window.opens_on, by=by
    )
    statement = Statement(
        subject_name=f"{parent.name[:1]}{STUDENTS[place]}",
        id_number=numbers.id_number(
            county_code="350102",
            county_name="",
            born=date(on.year - 18, 3, 1 + place),
            is_female=place % 2 == 1,
        ),
        answers={
            "stage": "high_school" if place % 4 == 3 else "college",
            "admission_kind": "ordinary",
            "school": SCHOOLS[place % len(SCHOOLS)],
            "has_other_aid": "false",
        },
    )
    save_aid_answers(application_id=draft.pk, statement=statement, on=on, by=by)
    add_aid_evidence(
        application_id=draft.pk,
        item="admission_letter",
        papers=read_evidence([("录取通知书.png", shop_photo())]),
        on=on,
        by=by,
    )
    return draft


def _worker(person: Person) -> Actor:
    return Actor(kind="worker", name=person.name, person_id=person.pk)


class _Play:
    """What the two sides do with one application."""

    def __init__(self, pk: int, applicant: Actor, clerk: Actor, on: date) -> None:
        """Keep who acts on what, and when."""
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

    def ask(self) -> None:
        ask_for_more(answer="通知书照片看不清学校名称，请重拍一张。", **self.by_clerk)

    def refuse(self) -> None:
        answer = "所附是在读证明，不是本学年的录取通知书。"
        refuse_aid_application(answer=answer, **self.by_clerk)

    def object(self) -> None:
        text = "孩子今年九月转入本校，学校说明已寄出。"
        object_to_refusal(text=text, **self.by_applicant)

    def withdraw(self) -> None:
        withdraw_aid_application(**self.by_applicant)
