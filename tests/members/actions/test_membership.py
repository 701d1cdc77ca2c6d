"""Membership as a history: each act a standing, the last one held by the database."""

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from members.actions.membership import admit_member, change_standing, renew_card
from members.actions.membership_succession import carry_memberships
from members.enums import CardState, MembershipState, Role
from members.models import MemberCard, Membership, Standing
from members.queries.membership import check_card, standings_of
from tests.members.builders import COUNTY, NEXT_COUNTY, ON, person, staff, union, worker
from tests.members.joining import basic_union, member
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.audit import history_of
from unionportal.core.errors import Refusal
from unionportal.core.figures import figure

pytestmark = pytest.mark.django_db
LATER = date(2026, 3, 2)
FORGED = """
    INSERT INTO members_membership (person_id, organisation_id, state, joined_on, since,
        standing_number)
    SELECT person_id, organisation_id, 'kept', joined_on, since, 1
    FROM members_membership
"""
UNWRITTEN = """
    UPDATE members_membership SET state = 'left', standing_number = 2;
    SET CONSTRAINTS ALL IMMEDIATE
"""


def moved(held: Membership, act: str, *, on: date = LATER, by: Actor = SYSTEM) -> None:
    change_standing(membership_id=held.pk, act=act, reason="本人要求", on=on, by=by)


def test_a_life_in_the_union_is_a_row_of_standings() -> None:
    held = member()
    for act in ("keep", "resume", "retire", "leave"):
        moved(held, act)
    admit_member(
        person_id=held.person_id,
        organisation_id=basic_union().pk,
        document="入会申请书",
        on=LATER,
        by=SYSTEM,
    )
    held.refresh_from_db()

    assert (held.state, held.standing_number, held.joined_on, held.since) == (
        MembershipState.MEMBER,
        6,
        ON,
        LATER,
    )
    assert [(one.number, one.act, one.state) for one in standings_of(held)] == [
        (6, "rejoin", "member"),
        (5, "leave", "left"),
        (4, "retire", "retired"),
        (3, "resume", "member"),
        (2, "keep", "kept"),
        (1, "join", "member"),
    ]
    assert held.organisation.code == held.person.organisation.code == "B1"
    assert [entry.verb for entry in history_of(held)] == [
        "rejoin",
        "leave",
        "retire",
        "resume",
        "keep",
        "join",
    ]
    assert len(held.number) == 10


def test_what_the_table_of_states_does_not_name_is_refused() -> None:
    held = member()
    moved(held, "expel")
    for act in ("keep", "resume", "retire", "leave", "lapse", "expel"):
        with pytest.raises(Refusal, match="会籍现在是“已开除会籍”"):
            moved(held, act)
    with pytest.raises(Refusal, match="请填写原因"):
        change_standing(membership_id=held.pk, act="keep", reason=" ", on=ON, by=SYSTEM)
    with pytest.raises(Refusal, match="不能早于上一次变动"):
        admit_member(
            person_id=held.person_id,
            organisation_id=union().pk,
            document="",
            on=ON,
            by=SYSTEM,
        )
    assert Standing.objects.filter(membership=held).count() == 2


def test_a_member_does_not_join_twice() -> None:
    held = member()
    with pytest.raises(Refusal, match="已是会员"):
        admit_member(
            person_id=held.person_id,
            organisation_id=basic_union().pk,
            document="",
            on=LATER,
            by=SYSTEM,
        )
    assert Membership.objects.count() == Standing.objects.count() == 1


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE members_membership SET state = 'left'", "逐次登记"),
        (
            "UPDATE members_membership SET state = 'left', standing_number = 3",
            "逐次登记",
        ),
        ("UPDATE members_membership SET joined_on = '2001-01-01'", "不能修改"),
        ("DELETE FROM members_membership", "不能删除"),
        ("UPDATE members_membercard SET token = 'x'", "不能修改"),
        (
            FORGED,
            "第一步",
        ),
    ],
)
def test_the_database_refuses_a_forged_standing(statement: str, sentence: str) -> None:
    member()
    with pytest.raises(DatabaseError, match=sentence), transaction.atomic():
        connection.cursor().execute(statement)


def test_the_database_refuses_a_step_without_its_standing() -> None:
    held = member()
    with pytest.raises(IntegrityError, match="latest_standing"), transaction.atomic():
        connection.cursor().execute(UNWRITTEN)
    with pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute("UPDATE members_standing SET state = 'left'")
    held.refresh_from_db()
    assert held.state == MembershipState.MEMBER


def test_a_standing_is_entered_by_the_unions_own_staff() -> None:
    held, maker = member(), staff(Role.MAKER)
    other, neighbour = worker(person("别人")), staff(Role.MAKER, at=NEXT_COUNTY)
    for stranger in (other, neighbour, staff(Role.CHECKER)):
        with pytest.raises(Refusal):
            moved(held, "keep", by=stranger)
    with pytest.raises(Refusal, match="审批"):
        moved(held, "expel", by=maker)
    with pytest.raises(Refusal, match="请由所在工会办理"):
        moved(held, "keep", by=worker(held.person))
    moved(held, "keep", by=maker)
    moved(held, "leave", by=worker(held.person))
    assert [one.by_name for one in standings_of(held)] == ["陈阿秀", "李工", "系统"]


def test_the_check_page_tells_validity_and_nothing_that_names_the_member() -> None:
    held = member("陈阿秀", at=basic_union())
    first = MemberCard.objects.get(membership=held)
    assert check_card("x", on=ON) is None
    shown = check_card(first.token, on=ON)
    assert shown is not None
    assert (shown.name, shown.union, shown.verdict, shown.expires_on) == (
        "陈*",
        "B1纺织有限公司工会委员会",
        "valid",
        date(2030, 12, 1),
    )
    expired = check_card(first.token, on=date(2030, 12, 2))
    assert expired is not None
    assert expired.verdict == "expired"

    second = renew_card(membership_id=held.pk, reason="遗失", on=LATER, by=SYSTEM)
    old, new = check_card(first.token, on=LATER), check_card(second.token, on=LATER)
    assert old is not None
    assert new is not None
    assert (old.verdict, old.expires_on, new.verdict) == ("revoked", None, "valid")
    assert len({first.token, second.token}) == 2
    assert len(first.token) == 22

    moved(held, "leave")
    left = check_card(second.token, on=LATER)
    assert left is not None
    assert left.verdict == "revoked"
    second.refresh_from_db()
    assert (second.state, second.revoke_reason) == (CardState.REVOKED, "退会")
    with pytest.raises(Refusal, match="不能换发"):
        renew_card(membership_id=held.pk, reason="补", on=LATER, by=SYSTEM)


def test_the_county_of_the_union_may_act_for_it() -> None:
    held = member(at=basic_union())
    moved(held, "retire", by=staff(Role.MAKER, at=COUNTY))
    held.refresh_from_db()
    assert held.state == MembershipState.RETIRED


def test_the_members_of_a_union_that_ends_go_to_its_successor() -> None:
    first, second = basic_union("B1"), basic_union("B2")
    held, gone = member(at=first), member("退会者", at=first)
    moved(gone, "leave")
    assert carry_memberships(first.pk, second.pk, LATER) == 1
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    held.refresh_from_db()
    gone.refresh_from_db()
    assert (held.organisation, held.since, gone.organisation) == (second, LATER, first)
    assert [one.act for one in standings_of(held)] == ["transfer", "join"]


def test_members_are_counted_as_of_any_day() -> None:
    first, second = basic_union("B1"), basic_union("B2")
    member(at=first)
    held = member("二", at=first)
    moved(held, "leave", on=date(2026, 2, 1))
    member("三", at=second, on=LATER)

    def told(code: str, place: str, period: str) -> int:
        return int(figure(code).compute(place, period))

    county = union().path
    assert told("members.at_end", county, "2025-11") == 0
    assert told("members.at_end", county, "2025") == 2
    assert told("members.at_end", county, "2026-02") == 1
    assert told("members.at_end", county, "2026") == 2
    assert told("members.at_end", second.path, "2026") == 1
    assert told("members.joined", county, "2025") == 2
    assert told("members.joined", county, "2026-03") == 1
    assert told("members.moved_in", county, "2026") == 0
    assert told("members.migrants_at_end", county, "2026") == 0
