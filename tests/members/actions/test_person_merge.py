"""Two registrations of one human: merged by two people, both histories kept, undone."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from members.actions.person import change_phone
from members.actions.person_merge import (
    merge_people,
    propose_merge,
    refuse_merge,
    undo_merge,
)
from members.actions.user import sign_in_worker
from members.auth.backends import PhoneCodeBackend
from members.enums import MergeState, Role
from members.models import MemberCard, Person, PersonMerge, User
from members.queries.membership import check_card, histories_of
from members.queries.membership_waiting import merges_to_decide
from members.queries.person import person_by_id_number, persons_by_phone
from members.queries.post import actor_of
from tests.members.builders import NEXT_COUNTY, ON, person, staff, union
from tests.members.joining import basic_union, member
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.audit import history_of
from unionportal.core.errors import Refusal
from unionportal.core.figures import figure

pytestmark = pytest.mark.django_db
PHONE = "13812349999"


def proposed(kept: Person, duplicate: Person, by: Actor) -> PersonMerge:
    return propose_merge(
        kept_id=kept.pk,
        duplicate_id=duplicate.pk,
        reason="旧身份证号录错一位，本人到场核对",
        on=ON,
        by=by,
    )


def merged(kept: Person, duplicate: Person) -> PersonMerge:
    merge = proposed(kept, duplicate, staff(Role.MAKER))
    return merge_people(merge_id=merge.pk, on=ON, by=staff(Role.CHECKER))


def test_an_old_registration_leads_to_the_kept_one_until_it_is_undone() -> None:
    first, second = member("陈阿秀", at=basic_union()), member("陈阿秀")
    kept, duplicate = first.person, second.person
    change_phone(person_id=duplicate.pk, phone=PHONE, on=ON, by=SYSTEM)
    user = sign_in_worker(person_id=duplicate.pk, on=ON)
    card = MemberCard.objects.get(membership=second)
    counted = figure("members.at_end").compute
    assert int(counted(union().path, "2025")) == 2

    merge = merged(kept, duplicate)
    seen = PhoneCodeBackend().get_user(user.pk)
    assert seen is not None
    checked = check_card(card.token, on=ON)
    assert checked is not None
    assert (
        actor_of(seen, on=ON).person_id,
        [one.pk for one in persons_by_phone(PHONE)],
        person_by_id_number(duplicate.id_number),
        checked.verdict,
        int(counted(union().path, "2025")),
        len(histories_of(kept)),
    ) == (kept.pk, [kept.pk], kept, "revoked", 1, 2)
    assert [entry.verb for entry in history_of(merge)] == ["merge", "propose"]

    undo_merge(
        merge_id=merge.pk, reason="实为姐妹二人", on=ON, by=staff(Role.ADMINISTRATOR)
    )
    duplicate.refresh_from_db()
    assert (duplicate.merged_into, persons_by_phone(PHONE).get()) == (None, duplicate)
    assert int(counted(union().path, "2025")) == 2
    merge.refresh_from_db()
    assert (merge.state, merge.answer) == (MergeState.UNDONE, "实为姐妹二人")


def test_the_old_page_leads_to_the_new_one(client: Client) -> None:
    kept, duplicate = person("陈阿秀"), person("陈阿秀")
    merged(kept, duplicate)
    officer = staff(Role.MAKER)
    user = User.objects.get(pk=officer.user_id or 0)
    client.force_login(user, backend="members.auth.backends.StaffBackend")
    answer = client.get(f"/staff/members/person/{duplicate.pk}/change/")
    assert answer["Location"] == f"/staff/members/person/{kept.pk}/change/"
    assert client.get("/staff/members/personmerge/").status_code == 200


def test_it_takes_two_people_who_reach_both() -> None:
    kept, duplicate = person("甲"), person("甲")
    alone = person("经办员")
    both = staff(Role.MAKER, Role.CHECKER, of=alone)
    for actor in (staff(Role.CHECKER), staff(Role.MAKER, at=NEXT_COUNTY), SYSTEM):
        with pytest.raises(Refusal):
            proposed(kept, duplicate, actor)
    merge = proposed(kept, duplicate, both)
    assert merges_to_decide(both, ON) == []
    for actor in (both, staff(Role.MAKER), staff(Role.CHECKER, at=NEXT_COUNTY)):
        with pytest.raises(Refusal):
            merge_people(merge_id=merge.pk, on=ON, by=actor)
    checker = staff(Role.CHECKER)
    assert [item.detail for item in merges_to_decide(checker, ON)] == ["甲"]
    with pytest.raises(IntegrityError, match="merge_by_two"), transaction.atomic():
        connection.cursor().execute(
            "UPDATE members_personmerge SET state = 'merged', decided_on = proposed_on,"
            " decided_by_id = proposed_by_id"
        )
    with pytest.raises(Refusal, match="请填写原因"):
        refuse_merge(merge_id=merge.pk, reason="", on=ON, by=checker)
    refuse_merge(merge_id=merge.pk, reason="不是同一人", on=ON, by=checker)
    duplicate.refresh_from_db()
    assert duplicate.merged_into is None


def test_what_stands_against_a_merge() -> None:
    maker = staff(Role.MAKER)
    held, other, third = member("甲").person, person("甲"), person("甲")
    with pytest.raises(Refusal, match="请以有会籍的登记"):
        proposed(other, held, maker)
    with pytest.raises(Refusal, match="同一份"):
        proposed(other, other, maker)
    merged(held, other)
    with pytest.raises(Refusal, match="已合并"):
        proposed(held, other, maker)
    with pytest.raises(Refusal, match="已有登记合并到"):
        proposed(third, held, maker)
    proposed(held, third, maker)
    with pytest.raises(Refusal, match="已提出合并"):
        proposed(held, third, maker)
    assert PersonMerge.objects.count() == 2
