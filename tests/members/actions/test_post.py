"""Posts and users: appointing, standing in, ending."""

from datetime import date, timedelta

import pytest

from members.actions.post import appoint, deputise, end_post
from members.actions.user import (
    create_staff_user,
    deactivate_user,
    reset_password,
    sign_in_worker,
)
from members.models import Post, User
from members.queries.organisation import organisations_visible_to
from members.queries.person import persons_visible_to
from members.queries.post import actor_of, holders_of
from tests.members.builders import (
    CITY,
    COUNTY,
    NEXT_COUNTY,
    ON,
    PASSWORD,
    PROVINCE,
    person,
    staff,
    staff_user,
    union,
)
from unionportal.core.actor import SYSTEM, Actor, Seat
from unionportal.core.errors import Refusal

pytestmark = pytest.mark.django_db


def post_of(actor: Actor) -> Post:
    return Post.objects.get(user_id__in=[actor.user_id])


def test_post_makes_the_actor_only_while_it_is_held() -> None:
    user = staff_user()
    appoint(
        user_id=user.pk,
        organisation_id=union().pk,
        role="maker",
        on=date(2025, 1, 1),
        ends_on=date(2025, 6, 30),
        by=SYSTEM,
    )
    seat = Seat("maker", union().pk, union().path)
    assert actor_of(user, on=date(2025, 1, 1)).seats == (seat,)
    assert actor_of(user, on=date(2025, 6, 30)).seats == (seat,)
    assert actor_of(user, on=date(2025, 7, 1)).seats == ()
    assert actor_of(user, on=date(2024, 12, 31)).seats == ()


def test_actor_sees_his_subtree_and_nothing_else() -> None:
    here, there = person("张三"), person("李四", at=NEXT_COUNTY)
    county, city = staff("maker"), staff("maker", at=CITY)
    assert set(persons_visible_to(county)) == {here}
    assert set(persons_visible_to(city)) == {here, there}
    codes = set(organisations_visible_to(county).values_list("code", flat=True))
    assert {code[:6] for code in codes} == {COUNTY}
    assert not persons_visible_to(actor_of(staff_user(), on=ON)).exists()


def test_appointment_needs_an_administrator_above() -> None:
    user = staff_user()
    for by in (staff("maker"), staff("administrator", at=NEXT_COUNTY)):
        with pytest.raises(Refusal):
            appoint(
                user_id=user.pk,
                organisation_id=union().pk,
                role="maker",
                on=ON,
                by=by,
            )
    assert not user.posts.exists()


def test_same_appointment_twice_is_refused() -> None:
    user = staff_user()
    given = {"user_id": user.pk, "organisation_id": union().pk, "role": "maker"}
    appoint(**given, on=ON, by=staff("administrator", at=PROVINCE))
    with pytest.raises(Refusal, match="无需重复"):
        appoint(**given, on=ON + timedelta(days=1), by=SYSTEM)
    assert user.posts.count() == 1


def test_deputy_holds_the_seat_for_the_principal() -> None:
    principal, user = staff("payer"), staff_user("代理人")
    post = post_of(principal)
    until = ON + timedelta(days=7)
    deputise(post_id=post.pk, user_id=user.pk, on=ON, ends_on=until, by=SYSTEM)
    seat = actor_of(user, on=until).seat_for("payer", union().path)
    assert seat == Seat("payer", union().pk, union().path, principal.user_id)
    assert actor_of(user, on=until + timedelta(days=1)).seats == ()


def test_ended_post_ends_its_deputies() -> None:
    principal, user = staff("payer"), staff_user("代理人")
    post = post_of(principal)
    until = ON + timedelta(days=7)
    deputise(post_id=post.pk, user_id=user.pk, on=ON, ends_on=until, by=SYSTEM)
    end_post(post_id=post.pk, on=ON, by=SYSTEM)
    assert actor_of(user, on=ON).seats != ()
    assert actor_of(user, on=ON + timedelta(days=1)).seats == ()
    with pytest.raises(Refusal, match="已于"):
        end_post(post_id=post.pk, on=ON, by=SYSTEM)


def test_nobody_deputises_for_himself_or_beyond_the_post() -> None:
    principal = staff("payer")
    post = post_of(principal)
    assert principal.user_id is not None
    with pytest.raises(Refusal, match="不能是本人"):
        deputise(
            post_id=post.pk, user_id=principal.user_id, on=ON, ends_on=ON, by=SYSTEM
        )
    assert Post.objects.filter(deputy_of=post).count() == 0


def test_holders_of_a_role_include_those_above() -> None:
    county, city = staff("approver"), staff("approver", at=CITY)
    staff("approver", at=NEXT_COUNTY)
    found = holders_of("approver", union(), on=ON)
    assert {user.pk for user in found} == {county.user_id, city.user_id}


def test_user_made_by_a_colleague_changes_the_password_first() -> None:
    administrator = staff("administrator")
    made = create_staff_user(
        username="xin", name="新人", password=PASSWORD, on=ON, by=administrator
    )
    assert made.must_change_password
    made.set_password("another-long-password-8")
    assert not made.must_change_password


def test_weak_password_and_taken_name_are_refused() -> None:
    staff_user()
    taken = User.objects.get().username
    for username, password in (("xin", "12345678"), (taken, PASSWORD)):
        with pytest.raises(Refusal):
            create_staff_user(
                username=username, name="新人", password=password, on=ON, by=SYSTEM
            )
    assert User.objects.count() == 1


def test_administrator_closes_users_of_his_reach_only() -> None:
    here, there = staff("maker"), staff("maker", at=NEXT_COUNTY)
    administrator = staff("administrator")
    assert here.user_id is not None
    assert there.user_id is not None
    deactivate_user(user_id=here.user_id, reason="离职", on=ON, by=administrator)
    with pytest.raises(Refusal, match="建宁县总工会或其上级工会的“管理员”岗位"):
        reset_password(
            user_id=there.user_id, password=PASSWORD, on=ON, by=administrator
        )
    assert not User.objects.get(pk=here.user_id).is_active
    assert User.objects.get(pk=there.user_id).check_password(PASSWORD)


def test_worker_s_user_is_made_once() -> None:
    someone = person("张三")
    first = sign_in_worker(person_id=someone.pk, on=ON)
    second = sign_in_worker(person_id=someone.pk, on=ON)
    assert first == second
    assert (first.name, first.is_staff, first.has_usable_password()) == (
        "张三",
        False,
        False,
    )
    actor = actor_of(first, on=ON)
    assert (actor.kind, actor.person_id, actor.seats) == ("worker", someone.pk, ())
