"""Verbs of disclosures: an unmasking, a list that leaves, a record that was opened."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from members.enums import DisclosureKind
from members.models import Disclosure, Person, User
from members.queries.disclosure import FULL_NUMBERS, people_unmasked_on
from unionportal.core.actor import Actor
from unionportal.core.errors import Refusal

LONGEST_REASON = 200

_EXPORTED = """
    INSERT INTO members_disclosure
        (kind, person_id, user_id, by_name, organisation_id, what, reason, "on")
    SELECT DISTINCT 'export', taken.person_id, %s::bigint, %s, %s::bigint, %s, %s,
        %s::date
    FROM ({people}) AS taken (person_id) WHERE taken.person_id IS NOT NULL
"""


def write_unmasking(
    person: Person, *, reason: str, on: date, by: Actor, what: str = FULL_NUMBERS
) -> Disclosure:
    """Write an unmasking inside the caller's transaction; it lasts half an hour.

    Refused: no reason, more people a day than the setting allows.
    """
    if by.user_id is None:
        raise Refusal("完整号码须由工会工作人员登录后查看。", code="user")
    if not reason.strip():
        raise Refusal("请填写查看理由，本人也看得到。", field="reason")
    # One at a time: two browsers of one user do not both take the last place.
    User.objects.select_for_update(no_key=True).filter(pk=by.user_id).first()
    limit: int = settings.UNMASK_DAILY_LIMIT
    seen = people_unmasked_on(by.user_id, on)
    if person.pk not in seen and len(seen) >= limit:
        raise Refusal(
            f"您今天已查看 {limit} 人的完整号码，达到每日上限；确需更多请联系管理员。",
            code="limit",
        )
    return Disclosure.objects.create(
        kind=DisclosureKind.UNMASK,
        person=person,
        user_id=by.user_id,
        by_name=by.name,
        organisation_id=_union_of(by, person.organisation.path),
        what=what,
        reason=reason.strip()[:LONGEST_REASON],
        on=on,
        until=Now() + timedelta(minutes=settings.UNMASK_MINUTES),
    )


@transaction.atomic
def disclose_export(
    *, title: str, people: QuerySet[Any], reason: str, on: date, by: Actor
) -> int:
    """Write down, person by person, that a list leaves; `people` yields their keys.

    One statement, however long the list; the trail holds the list itself. Refused: no
    reason.
    """
    if not reason.strip():
        raise Refusal(
            "请填写导出理由，理由会印在文件里，本人也看得到。", field="reason"
        )
    told = reason.strip()[:LONGEST_REASON]
    try:
        inner, params = people.order_by().query.sql_with_params()
    except EmptyResultSet:  # known to be empty without asking
        return 0
    union = _union_of(by, "")
    with connection.cursor() as cursor:
        cursor.execute(
            _EXPORTED.format(people=inner),
            [by.user_id, by.name, union, title, told, on, *params],
        )
        return int(cursor.rowcount)


@transaction.atomic
def note_views(*, what: str, person_ids: list[int], on: date, by: Actor) -> None:
    """Write down whose record a member of staff opened; once a day for each."""
    people = Person.objects.filter(pk__in=person_ids).select_related("organisation")
    Disclosure.objects.bulk_create(
        [
            Disclosure(
                kind=DisclosureKind.VIEW,
                person_id=person_id,
                user_id=by.user_id,
                by_name=by.name,
                organisation_id=_union_of(by, path),
                what=what,
                on=on,
            )
            for person_id, path in people.values_list("pk", F("organisation__path"))
            if by.user_id is not None and person_id != by.person_id
        ],
        ignore_conflicts=True,
    )


def _union_of(by: Actor, path: str) -> int:
    """The union through which somebody looks: the nearest of his above the person."""
    seats = [seat for seat in by.seats if not path or seat.reaches(path)] or by.seats
    return max(seats, key=lambda seat: len(seat.path) if path else 0).organisation_id
