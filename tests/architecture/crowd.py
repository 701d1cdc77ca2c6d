"""A county that fills up: so many more of everything that any page lists."""

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

from allauth.idp.oidc.models import Client as OidcClient
from django.db.models import Model
from django.db.models.functions import Now

from assistance.actions.computations import compute_round
from assistance.actions.inquiries import ask_about_determination
from assistance.actions.notices import publish_round_notice
from assistance.actions.releases import release_round
from assistance.actions.rounds import open_round
from assistance.enums import BankFileState, BatchState, FileDirection, Relation
from assistance.models import (
    BankFile,
    Batch,
    Entry,
    HouseholdDossier,
    HouseholdMember,
    Inquiry,
    Payment,
    Period,
    Posting,
    Round,
)
from members.enums import AccountState, TransferState
from members.models import (
    ApiClient,
    BankAccount,
    Membership,
    MembershipApplication,
    MembershipTransfer,
    Notice,
    NoticeLine,
    Objection,
    Person,
    PersonMerge,
    Post,
    Standard,
    User,
)
from tests.architecture.house import House
from tests.assistance import builders as make
from tests.assistance.paying import AFTER_NOTICE, NOTICED_ON
from unionportal.core.actor import SYSTEM
from unionportal.core.audit import record

M = TypeVar("M", bound=Model)
Varied = Callable[[int], object]


def copies(one: M, numbers: range, **varied: Varied) -> list[M]:
    """As many of a record, each with columns of its own; written at once."""
    made = []
    for number in numbers:
        twin = copy(one)
        twin.pk = None
        twin._state = copy(one._state)
        twin._state.adding = True
        twin._state.fields_cache = {}
        for name, value in varied.items():
            setattr(twin, name, value(number))
        made.append(twin)
    return type(one)._default_manager.bulk_create(made)


def crowded(house: House, numbers: range) -> House:
    """Add one of everything for each number; the round shown is one that holds all."""
    households(house, numbers)
    rounds(house, numbers)
    fuller = answered(house, numbers)
    letters(fuller, numbers)
    people_in_office(numbers)
    books(numbers)
    for kind in ("person", "dossier", "batch", "payment"):
        noted(fuller, kind, numbers)
    return fuller


def households(house: House, numbers: range) -> None:
    """Dossiers with a verified card, and a large family in the first of them."""
    first = HouseholdDossier.objects.get(pk=house.keys["dossier"])
    people = copies(
        first.principal,
        numbers,
        id_number_index=lambda n: f"crowd{n:027d}",
        phone=lambda _n: None,
        phone_index=lambda _n: "",
    )
    principal = dict(zip(numbers, people, strict=True))
    copies(
        first,
        numbers,
        number=lambda n: f"35CROWD{n:06d}",
        principal=lambda n: principal[n],
    )
    card = BankAccount.objects.get(pk=house.keys["members_bankaccount"])
    made = copies(
        card,
        numbers,
        person=lambda n: principal[n],
        number_index=lambda n: f"card{n:028d}",
        state=lambda _n: AccountState.PENDING,
        verified_at=lambda _n: None,
        verified_by=lambda _n: None,
    )
    BankAccount.objects.filter(pk__in=[each.pk for each in made]).update(
        state=AccountState.VERIFIED, verified_at=Now(), verified_by=card.verified_by
    )
    members(house, people, numbers)
    HouseholdMember.objects.bulk_create(
        HouseholdMember(
            dossier=first,
            name=f"家人{n}",
            relation=Relation.CHILD,
            id_number="350102197602031234",
        )
        for n in numbers
    )


def members(house: House, people: list[Person], numbers: range) -> None:
    """Memberships of them all, each on its way; and as many strangers who apply."""
    held = Membership.objects.get(pk=house.keys["members_membership"])
    principal = dict(zip(numbers, people, strict=True))
    made = copies(
        held,
        numbers,
        person=lambda n: principal[n],
        number=lambda n: f"C{n:09d}",
    )
    by_number = dict(zip(numbers, made, strict=True))
    copies(held.standings.get(), numbers, membership=lambda n: by_number[n])
    copies(
        held.cards.get(),
        numbers,
        membership=lambda n: by_number[n],
        token=lambda n: f"crowd{n}",
    )
    transfer = MembershipTransfer.objects.get(
        pk=house.keys["members_membershiptransfer"]
    )
    transfer.state, transfer.released_on = TransferState.ASKED, None
    transfer.released_by_name = ""
    copies(transfer, numbers, membership=lambda n: by_number[n])
    merge = PersonMerge.objects.get(pk=house.keys["members_personmerge"])
    copies(merge, numbers, duplicate=lambda n: principal[n])
    application = MembershipApplication.objects.get(
        pk=house.keys["members_membershipapplication"]
    )
    copies(application, numbers, id_number_index=lambda n: f"apply{n:027d}")


def rounds(house: House, numbers: range) -> None:
    """Rounds just opened, each with a drafted batch, a notice and a refused bank file."""
    shown = Round.objects.select_related("period").get(pk=house.keys["round"])
    periods = copies(shown.period, numbers, code=lambda n: f"crowd-{n}")
    by_number = dict(zip(numbers, periods, strict=True))
    empty = Round(
        year=shown.year,
        version=shown.version,
        organisation=shown.organisation,
        kind=shown.kind,
        as_of=shown.as_of,
        opened_on=shown.opened_on,
    )
    made = copies(
        empty,
        numbers,
        period=lambda n: by_number[n],
        occurrence=lambda n: f"crowd-{n}",
    )
    of_number = dict(zip(numbers, made, strict=True))
    batch = Batch.objects.get(pk=house.keys["batch"])
    copies(
        batch,
        numbers,
        round=lambda n: of_number[n],
        number=lambda n: f"CROWD-{n}",
        state=lambda _n: BatchState.DRAFTED,
    )
    copies(
        Notice.objects.get(pk=house.keys["members_notice"]),
        numbers,
        about_id=lambda n: of_number[n].pk,
    )
    file = BankFile(
        direction=FileDirection.IN,
        organisation=make.union(),
        layout="delimited_gbk",
        sha256="0" * 64,
        path="HP.txt",
        state=BankFileState.REFUSED,
        problems=["第 1 行：不对"],
        on=AFTER_NOTICE,
    )
    copies(file, numbers, name=lambda n: f"HP_{n}.txt")


def answered(house: House, numbers: range) -> House:
    """A round of its own over everybody there is, frozen: answers, lines, payments."""
    before = Round.objects.get(pk=house.keys["round"])
    code = f"full-{numbers.stop}"
    period = Period.objects.create(
        code=code,
        title="挤满的一轮",
        year=before.year,
        starts_on=before.period.starts_on,
        ends_on=before.period.ends_on,
    )
    round_ = open_round(
        version_id=before.version_id,
        organisation_id=before.organisation_id,
        period_id=period.pk,
        as_of=before.as_of,
        on=make.ON,
        by=SYSTEM,
    )
    compute_round(round_id=round_.pk, on=make.ON, by=SYSTEM)
    publish_round_notice(round_id=round_.pk, on=NOTICED_ON, by=SYSTEM)
    release_round(round_id=round_.pk, on=AFTER_NOTICE, by=SYSTEM)
    batch = Batch.objects.get(round=round_)
    payment = (
        Payment.objects.filter(batch=batch, claim__subject_id=house.keys["dossier"])
        .select_related("claim")
        .get()
    )
    notice = Notice.objects.get(about_kind="assistance.round", about_id=round_.pk)
    keys = {
        "round": round_.pk,
        "determination": payment.claim.determination_id,
        "batch": batch.pk,
        "payment": payment.pk,
        "members_notice": notice.pk,
    }
    return replace(house, keys=house.keys | keys)


def letters(house: House, numbers: range) -> None:
    """Questions and objections of as many people."""
    asked = Inquiry.objects.get(pk=house.keys["inquiry"])
    copies(asked, numbers)
    ask_about_determination(
        determination_id=house.keys["determination"],
        text="什么时候到账",
        on=NOTICED_ON,
        by=make.worker(Person.objects.get(pk=house.keys["members_person"])),
    )
    objection = Objection.objects.get(pk=house.keys["members_objection"])
    lines = list(NoticeLine.objects.filter(notice=house.keys["members_notice"]))
    copies(
        objection,
        numbers,
        notice_id=lambda _n: house.keys["members_notice"],
        line=lambda n: lines[n % len(lines)],
        receipt=lambda _n: None,
    )


def people_in_office(numbers: range) -> None:
    """Staff with a post each, systems, and the standards of earlier days."""
    post = Post.objects.filter(organisation=make.union())[0]
    users = copies(post.user, numbers, username=lambda n: f"crowd{n}")
    of_number: dict[int, User] = dict(zip(numbers, users, strict=True))
    copies(post, numbers, user=lambda n: of_number[n])
    system = ApiClient.objects.filter(organisation=make.union())[0]
    clients = [
        OidcClient.objects.create(id=f"crowd{n}", name=f"系统{n}") for n in numbers
    ]
    by_number = dict(zip(numbers, clients, strict=True))
    copies(system, numbers, client=lambda n: by_number[n])
    standard = Standard.objects.filter(division=make.COUNTY)[0]

    def day(number: int) -> date:
        return date(2001, 1, 1) + timedelta(days=number)

    copies(standard, numbers, valid_from=day, valid_to=day)


def books(numbers: range) -> None:
    """Entries of a fen each beside one that is there."""
    entry = Entry.objects.order_by("id")[0]
    sides = list(entry.postings.order_by("id"))
    made = copies(entry, numbers, key=lambda n: f"crowd-{n}")
    for side in sides:
        sign = Decimal("0.01").copy_sign(side.amount)
        Posting.objects.bulk_create(
            Posting(entry=each, account_id=side.account_id, amount=sign)
            for each in made
        )


def noted(house: House, kind: str, numbers: range) -> None:
    """As many entries in the trail of a record."""
    models: dict[str, tuple[type[Model], str]] = {
        "person": (Person, "members_person"),
        "dossier": (HouseholdDossier, "dossier"),
        "batch": (Batch, "batch"),
        "payment": (Payment, "payment"),
    }
    model, key = models[kind]
    subject = model._default_manager.get(pk=house.keys[key])
    for _number in numbers:
        record(
            by=SYSTEM,
            verb="note_something",
            subject=subject,
            on=AFTER_NOTICE,
            organisation_id=None,
            changes={},
        )
