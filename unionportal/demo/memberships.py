"""Members of the demonstration: everybody a member by one statement, a few on the way."""

from datetime import date

from django.db import connection, transaction

from members.actions.application import (
    ApplicationEntry,
    ask_applicant,
    submit_application,
)
from members.actions.transfer import TransferEntry, ask_transfer
from members.enums import TransferSide
from members.models import Membership, MembershipApplication, Organisation
from unionportal.core.actor import SYSTEM, Actor
from unionportal.demo.chance import seeded
from unionportal.demo.identity import Identifiers

APPLICANTS = ("林新芽", "吴海燕", "郑志强")
COUNTY = "350426"
TRADES = ("挡车工", "网约车司机", "焊工")

# Of thirty people one is no member, three have retired.
_JOIN = """
    WITH joined AS (
        INSERT INTO members_membership
            (person_id, organisation_id, state, joined_on, since, standing_number)
        SELECT person.id, person.organisation_id, 'member', joined.on_, joined.on_, 1
        FROM members_person AS person
        JOIN members_organisation AS union_ ON union_.id = person.organisation_id
        CROSS JOIN LATERAL (SELECT greatest(person.birth_date + 365 * 20,
            %s::date - 400 - (person.id %% 4000)::integer) AS on_) AS joined
        WHERE starts_with(union_.path, %s) AND person.id %% 30 <> 0
          AND joined.on_ < %s::date
        RETURNING id, organisation_id, since
    ), written AS (
        INSERT INTO members_standing (membership_id, number, act, organisation_id,
            state, since, document, reason, by_name)
        SELECT id, 1, 'join', organisation_id, 'member', since, '入会申请书', '', '系统'
        FROM joined
    )
    INSERT INTO members_membercard
        (membership_id, token, state, issued_on, expires_on, revoke_reason)
    SELECT id, replace(gen_random_uuid()::text, '-', ''), 'valid', %s::date - 30,
        %s::date + 1795, ''
    FROM joined
"""
_RETIRE = """
    WITH retired AS (
        UPDATE members_membership AS held
        SET state = 'retired', since = %s::date - 60, standing_number = 2
        FROM members_organisation AS union_
        WHERE union_.id = held.organisation_id AND starts_with(union_.path, %s)
          AND held.person_id %% 10 = 3
        RETURNING held.id, held.organisation_id, held.since
    )
    INSERT INTO members_standing (membership_id, number, act, organisation_id, state,
        since, document, reason, by_name)
    SELECT id, 2, 'retire', organisation_id, 'retired', since, '', '达到退休年龄', '系统'
    FROM retired
"""


def load_memberships(root: Organisation, *, on: date) -> None:
    """Make the province's people members, but one of thirty; some have retired."""
    with connection.cursor() as cursor:
        cursor.execute(_JOIN, [on, root.path, on, on, on])
        cursor.execute(_RETIRE, [on, root.path])


def load_matters(root: Organisation, *, on: date, seed: int) -> None:
    """Two applications that wait, one sent back, and a transfer that both must answer.

    All of it or nothing: a story that was broken off is taken up where it stood.
    """
    if MembershipApplication.objects.exists():
        return
    with transaction.atomic():
        _load_matters(root, on=on, seed=seed)


def _load_matters(root: Organisation, *, on: date, seed: int) -> None:
    members = Membership.objects.filter(
        organisation__path__startswith=root.path, state="member"
    )
    first = members.select_related("organisation", "person").order_by("id").first()
    if first is None:
        return
    applications = [
        _apply(first.organisation, place, on=on, seed=seed)
        for place in range(len(APPLICANTS))
    ]
    ask_applicant(
        application_id=applications[-1].pk,
        answer="请写明所在班组和入职时间",
        on=on,
        by=SYSTEM,
    )
    other = (
        Organisation.objects.filter(
            path__startswith=root.path, level=first.organisation.level
        )
        .exclude(pk=first.organisation_id)
        .order_by("path")[0]
    )
    person = first.person
    ask_transfer(
        membership_id=first.pk,
        entry=TransferEntry(new_union_id=other.pk, moves_on=on, reason="换了工作单位"),
        side=TransferSide.WORKER,
        on=on,
        by=Actor(kind="worker", name=person.name, person_id=person.pk),
    )


def _apply(
    union: Organisation, place: int, *, on: date, seed: int
) -> MembershipApplication:
    identifiers = Identifiers(seeded(seed, "applicant", place))
    entry = ApplicationEntry(
        name=APPLICANTS[place],
        id_number=identifiers.id_number(
            county_code=COUNTY,
            county_name="",
            born=date(1990 + place, 5, 17),
            is_female=place < 2,
        ),
        phone=identifiers.phone(),
        organisation_id=union.pk,
        particulars={"trade": TRADES[place], "target_groups": ["migrant"]},
    )
    applicant = Actor(kind="worker", name=APPLICANTS[place])
    return submit_application(entry=entry, on=on, by=applicant)
