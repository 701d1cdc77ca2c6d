"""Reads of officers, terms and certificates, and what of them is due."""

from datetime import date, timedelta
from typing import Any

from django.db.models import (
    CharField,
    DateField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce, Left, Length
from django.urls import reverse
from django.utils.translation import gettext as _

from members.enums import Office, OrganisationState, Role
from members.models import LegalCertificate, Officer, OfficeTerm, Organisation, Post
from members.queries.organisation import organisations_visible_to
from members.queries.post import posts_in_force
from unionportal.core.actor import Actor
from unionportal.core.queues import QueueItem, WorkQueue
from unionportal.core.scope import within

SHOWN = 50
# So long before its day an election or a renewal is put before the staff.
AHEAD = timedelta(days=90)
ALIVE = (OrganisationState.NORMAL, OrganisationState.LOCKED)


def with_offices(unions: QuerySet[Organisation], *, on: date) -> QuerySet[Organisation]:
    """Each union with its chair in office, the next election and the certificate's end."""
    chair = Officer.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=on),
        organisation=OuterRef("pk"),
        office=Office.CHAIR,
        starts_on__lte=on,
    ).order_by("-starts_on")
    term = OfficeTerm.objects.filter(organisation=OuterRef("pk")).order_by("-number")
    paper = LegalCertificate.objects.filter(organisation=OuterRef("pk"))
    known: QuerySet[Organisation] = unions.annotate(
        chair=Subquery(chair.values("name")[:1]),
        election_due=Subquery(
            term.values(due=Coalesce("delayed_to", "due_on"))[:1],
            output_field=DateField(),
        ),
        certified_to=Subquery(
            paper.order_by("-issued_on").values("expires_on")[:1],
            output_field=DateField(),
        ),
    )
    return known


def elections_due(actor: Actor, on: date) -> list[QueueItem]:
    """Terms that end within ninety days or have ended, for makers."""
    later = OfficeTerm.objects.filter(
        organisation=OuterRef("organisation"), number__gt=OuterRef("number")
    )
    ending = OfficeTerm.objects.annotate(ends=Coalesce("delayed_to", "due_on"))
    return _due(actor, ending.filter(~Exists(later)), _("筹备换届"), on)


def certificates_ending(actor: Actor, on: date) -> list[QueueItem]:
    """Certificates that end within ninety days or have ended, for makers."""
    later = LegalCertificate.objects.filter(
        organisation=OuterRef("organisation"), issued_on__gt=OuterRef("issued_on")
    )
    ending = LegalCertificate.objects.annotate(ends=F("expires_on"))
    return _due(actor, ending.filter(~Exists(later)), _("换发法人资格证书"), on)


def unions_to_approve(actor: Actor, on: date) -> list[QueueItem]:
    """Unions applied for directly below an approver's union, or where nobody approves."""
    paths = [seat.path for seat in actor.seats if seat.role == Role.APPROVER]
    if not paths:
        return []
    nearest = Post.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=on),
        role=Role.APPROVER,
        organisation__path=OuterRef("above"),
    )
    forming = organisations_visible_to(actor).filter(state=OrganisationState.FORMING)
    waiting = (
        forming.annotate(above=Left("path", Length("path") - Organisation.steplen))
        .filter(Q(above__in=paths) | ~Exists(nearest))
        .exclude(applied_by_id=actor.user_id, applied_by__isnull=False)
    )
    return [
        QueueItem(
            title=_("审批建会申请"),
            detail=union.name,
            url=reverse("staff_members:union", args=[union.pk]),
            organisation_name=union.short_name,
            waiting_since=union.since or on,
            due_on=None,
            role=Role.APPROVER,
        )
        for union in waiting[:SHOWN]
    ]


def _due(actor: Actor, ending: QuerySet[Any], title: str, on: date) -> list[QueueItem]:
    """Papers that end soon, for the makers who can see to them.

    Those of a maker's own union and of the unions directly below it; of a union where
    nobody up to here is a maker also the nearest maker above, however far.
    """
    seats = [seat for seat in actor.seats if seat.role == Role.MAKER]
    if not seats:
        return []
    paths = [seat.path for seat in seats]
    nearest = (
        posts_in_force(on)
        .filter(role=Role.MAKER)
        .alias(there=ExpressionWrapper(OuterRef("organisation__path"), CharField()))
        .filter(there__startswith=F("organisation__path"))
        .order_by(Length("organisation__path").desc())
        .values("organisation_id")[:1]
    )
    path = F("organisation__path")
    due = ending.filter(
        within(actor, "organisation__path"),
        ends__lte=on + AHEAD,
        organisation__state__in=ALIVE,
    ).annotate(
        above=Left(path, Length(path) - Organisation.steplen), keeper=Subquery(nearest)
    )
    near = Q(organisation__path__in=paths) | Q(above__in=paths)
    near |= Q(keeper__in=[seat.organisation_id for seat in seats])
    papers = due.filter(near).select_related("organisation").order_by("ends", "pk")
    return [_item(paper.organisation, title, paper.ends) for paper in papers[:SHOWN]]


def _item(union: Organisation, title: str, due_on: date) -> QueueItem:
    return QueueItem(
        title=title,
        detail=union.name,
        url=reverse("staff_members:union", args=[union.pk]),
        organisation_name=union.short_name,
        waiting_since=due_on - AHEAD,
        due_on=due_on,
        role=Role.MAKER,
    )


QUEUES = (
    WorkQueue("members.foundings", "待审批建会", unions_to_approve),
    WorkQueue("members.elections", "即将到期的任期", elections_due),
    WorkQueue("members.certificates", "即将到期的法人证书", certificates_ending),
)
