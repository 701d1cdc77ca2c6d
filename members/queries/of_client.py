"""Reads of one client: records with the ids it gave them, and their way on."""

from typing import Any, TypeVar, cast

from django.db.models import CharField, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Left, Length

from members.enums import RecordKind
from members.models import Employer, ExternalId, Membership, Organisation, Person
from members.queries.employer import employers_visible_to
from members.queries.membership import memberships_visible_to
from members.queries.organisation import organisations_visible_to
from members.queries.person import persons_visible_to
from unionportal.core.actor import Actor

_M = TypeVar("_M", bound=Model)


def _named(rows: QuerySet[_M], actor: Actor, kind: RecordKind) -> QuerySet[_M]:
    """Each row with the id that the client gave it."""
    own = ExternalId.objects.filter(
        client__client_id=actor.client_id, kind=kind, record_id=OuterRef("pk")
    )
    named: Any = rows.annotate(external_id=Subquery(own.values("external_id")[:1]))
    return cast("QuerySet[_M]", named)


def organisations_of_client(actor: Actor) -> QuerySet[Organisation]:
    """The client's unions, each with the code of the union above it."""
    above = Organisation.objects.filter(
        path=Left(
            OuterRef("path"),
            Length(OuterRef("path")) - Organisation.steplen,
        )
    )
    rows = organisations_visible_to(actor).annotate(
        parent_code=Subquery(above.values("code")[:1], output_field=CharField())
    )
    return _named(rows, actor, RecordKind.ORGANISATION)


def employers_of_client(actor: Actor) -> QuerySet[Employer]:
    """The employers for whom the client's unions answer."""
    return _named(employers_visible_to(actor), actor, RecordKind.EMPLOYER)


def people_of_client(actor: Actor) -> QuerySet[Person]:
    """The people of the client's unions."""
    rows = persons_visible_to(actor).select_related("organisation")
    return _named(rows, actor, RecordKind.PERSON)


def memberships_of_client(actor: Actor) -> QuerySet[Membership]:
    """The memberships of the client's unions."""
    return memberships_visible_to(actor).select_related("organisation", "person")
