"""Reads of notices, their lines and objections."""

from datetime import date
from typing import TypedDict

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Length, Substr

from members.enums import NoticeState, ObjectionState
from members.models import (
    Notice,
    NoticeLine,
    Objection,
    ObjectionEvidence,
    Organisation,
    Person,
)
from members.queries.organisation import ancestors_of
from unionportal.core.actor import Actor
from unionportal.core.documents import render_pdf
from unionportal.core.notice_kinds import notice_kind
from unionportal.core.qr import qr_svg
from unionportal.core.scope import within

About = tuple[str, int]
NAMED_AT_MOST = 50


class AboutId(TypedDict):
    """One column, as a subquery holds it."""

    about_id: int


def notices_visible_to(actor: Actor) -> QuerySet[Notice]:
    """The notices of the actor's unions."""
    return (
        Notice.objects.filter(within(actor, "organisation__path"))
        .select_related("organisation")
        .order_by("-starts_on", "-id")
    )


def notices_public(on: date) -> QuerySet[Notice]:
    """The notices the public may read on a day, the latest first."""
    return (
        Notice.objects.filter(
            state=NoticeState.OPEN, starts_on__lte=on, ends_on__gte=on
        )
        .select_related("organisation")
        .order_by("-starts_on", "-id")
    )


def notices_known(on: date) -> QuerySet[Notice]:
    """Every notice that was ever public: an address on an old sheet tells what became."""
    begun = Notice.objects.exclude(state=NoticeState.PLANNED).filter(starts_on__lte=on)
    return begun.select_related("organisation", "replaces").order_by("id")


def successor_of(notice: Notice, on: date) -> Notice | None:
    """The public notice that repeats this one."""
    return notices_public(on).filter(replaces=notice).first()


def is_public(notice: Notice, on: date) -> bool:
    """Whether its names may be shown on a day."""
    is_open = notice.state == NoticeState.OPEN
    return is_open and notice.starts_on <= on <= notice.ends_on


def notices_near(person_id: int, on: date) -> QuerySet[Notice]:
    """The public notices that may concern a worker.

    Of his own union and those above it, and of the general union of the place he is
    registered in; never those of other places, however high his union stands.
    """
    found = Person.objects.filter(pk=person_id).values_list(
        "organisation__path", "division_id"
    )
    path, division = found.first() or ("", None)
    if not path:
        return Notice.objects.none()
    concerned = Q(organisation__in=ancestors_of(path).values("pk"))
    if division:
        concerned |= Q(organisation__code=division)
    return notices_public(on).filter(concerned)


def notices_matching(text: str, on: date) -> QuerySet[Notice]:
    """The public notices of the unions so named, and of the unions below them."""
    named = Organisation.objects.filter(name__contains=text).order_by("depth", "path")
    below = Q(pk__in=[])
    for path in named.values_list("path", flat=True)[:NAMED_AT_MOST]:
        below |= Q(organisation__path__startswith=path)
    return notices_public(on).filter(below)


def with_union_above(notices: QuerySet[Notice]) -> QuerySet[Notice]:
    """With the name of the union above as `union_above`: counties share names."""
    path = OuterRef("organisation__path")
    parent = Substr(path, 1, Length(path) - Organisation.steplen)
    above = Organisation.objects.filter(path=parent).values("short_name")[:1]
    return notices.annotate(union_above=Subquery(above))


def notice_sheet_pdf(notice: Notice, *, address: str) -> bytes:
    """The whole list for the board (templates/documents/notice_sheet.typ).

    `address` is the public page of the notice, as the code on the sheet tells it.
    """
    lines = NoticeLine.objects.filter(notice=notice).order_by("pk")
    kind = notice_kind(notice.about_kind)
    heads = [head for head in kind.heads if head]
    rows = lines.values_list("name_masked", "unit_name", "note")
    return render_pdf(
        "notice_sheet",
        {
            "title": notice.title,
            "organisation": notice.organisation.name,
            "starts_on": notice.starts_on.isoformat(),
            "ends_on": notice.ends_on.isoformat(),
            "working_days": notice.working_days + notice.extended_days,
            "is_provisional": notice.is_provisional,
            "is_cancelled": notice.state == NoticeState.CANCELLED,
            "is_repeated": notice.replaces_id is not None,
            "opening": kind.opening,
            "is_masked": kind.masks_names,
            "basis": kind.basis,
            "counted_in": kind.counted_in,
            "heads": heads,
            "lines": [list(row[: len(heads)]) for row in rows],
            "qr": qr_svg(address),
            "address": address,
        },
    )


def objection_by_receipt(text: str) -> Objection | None:
    """The objection of a receipt as somebody typed it, blanks and dashes apart."""
    typed = "".join(sign for sign in text.upper() if sign.isalnum())
    if not typed:
        return None
    found = Objection.objects.filter(receipt=typed)
    return found.select_related("notice", "notice__organisation").first()


def shown_receipt(objection: Objection) -> str:
    """In groups of four, as it is read out and copied."""
    receipt = objection.receipt or ""
    return "-".join(receipt[at : at + 4] for at in range(0, len(receipt), 4))


def evidence_of(objection: Objection) -> QuerySet[ObjectionEvidence]:
    """What was handed in with it, without the contents."""
    found = ObjectionEvidence.objects.filter(objection=objection)
    return found.defer("content").order_by("number")


def lines_of(notice: Notice, *, after: int = 0, limit: int = 50) -> list[NoticeLine]:
    """A page of the list by key: the lines after one line."""
    lines = NoticeLine.objects.filter(notice=notice, pk__gt=after)
    return list(lines.order_by("pk")[:limit])


def line_of(notice: Notice, number: int) -> NoticeLine | None:
    """One line of a list, or nothing when the number belongs to another list."""
    return NoticeLine.objects.filter(notice=notice, pk=number).first()


def lines_matching(notice: Notice, text: str, *, limit: int = 50) -> list[NoticeLine]:
    """The lines of a surname or a unit, for who looks for himself in a long list."""
    lines = NoticeLine.objects.filter(notice=notice)
    found = Q(name_masked__startswith=text[:1]) if len(text) <= 3 else Q()
    found |= Q(unit_name__icontains=text)
    return list(lines.filter(found).order_by("pk")[:limit])


def objections_open(about: About) -> QuerySet[Objection]:
    """The undecided objections to a matter: to its list or to one line of it.

    `about` names what a notice is about, or what a line is about.
    """
    kind, number = about
    return Objection.objects.filter(
        Q(notice__about_kind=kind, notice__about_id=number)
        | Q(line__about_kind=kind, line__about_id=number),
        state=ObjectionState.OPEN,
    ).order_by("id")


def lines_held(about_kind: str) -> QuerySet[NoticeLine, AboutId]:
    """The subjects of one kind an undecided objection holds; for use as a subquery."""
    return (
        NoticeLine.objects.filter(
            about_kind=about_kind, objections__state=ObjectionState.OPEN
        )
        .order_by()
        .values("about_id")
    )


def objections_of(notice: Notice) -> QuerySet[Objection]:
    """Every objection to a notice, the undecided first."""
    found = Objection.objects.filter(notice=notice).select_related("line")
    return found.order_by(F("decided_at").asc(nulls_first=True), "id")


def objections_visible_to(actor: Actor) -> QuerySet[Objection]:
    """The objections to notices of the actor's unions."""
    return (
        Objection.objects.filter(within(actor, "notice__organisation__path"))
        .select_related("notice", "notice__organisation", "line")
        .order_by("state", "id")
    )
