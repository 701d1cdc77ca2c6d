"""Moving, merging, renaming, dissolving: the tree of a day stays the tree of that day."""

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest

from members.actions.division import end_division
from members.actions.organisation_changes import (
    dissolve_organisation,
    lead_dues,
    lock_organisation,
    merge_organisation,
    move_organisation,
    rename_organisation,
    succeed_division,
    unlock_organisation,
)
from members.actions.post import appoint
from members.enums import DivisionLevel, OrganisationState, Role
from members.models import Division, FormerOrganisation, Organisation, Person, Post
from members.queries.organisation_tree import organisation_tree
from tests.members.actions.test_divisions import problems
from tests.members.builders import (
    CITY,
    NEXT_COUNTY,
    ON,
    person,
    staff,
    staff_user,
)
from tests.members.builders import union as union_of
from tests.members.unions import basic_union
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal

pytestmark = pytest.mark.django_db

# --- the property: the tree of any day equals a replay of the acts up to that day


@dataclass(frozen=True)
class Known:
    """What the replay holds of a union that stands."""

    parent: int
    name: str
    state: str = "normal"


class Replay:
    """The acts played on a dictionary, beside the real ones; one state for each day."""

    def __init__(self, root: Organisation, rng: random.Random) -> None:
        self.root, self.rng = root, rng
        self.now: dict[int, Known] = {}
        self.days: dict[date, dict[int, Known]] = {}
        self.serial = 0

    def close(self, day: date) -> None:
        self.days[day] = dict(self.now)

    def one_of(self, *but: int) -> Organisation | None:
        choice = sorted(set(self.now) - set(but))
        return Organisation.objects.get(pk=self.rng.choice(choice)) if choice else None

    def below(self, key: int) -> set[int]:
        found = {key}
        while more := {k for k, v in self.now.items() if v.parent in found} - found:
            found |= more
        return found

    def act(self, day: date) -> None:
        union = self.one_of()
        verbs = (
            self.found,
            self.rename,
            self.move,
            self.merge,
            self.dissolve,
            self.lock,
        )
        if union is None:
            self.found(self.root, day)
        else:
            self.rng.choice(verbs)(union, day)

    def found(self, union: Organisation, day: date) -> None:
        self.serial += 1
        made = basic_union(f"厂{self.serial}", under=union, on=day)
        self.now[made.pk] = Known(union.pk, made.name)

    def rename(self, union: Organisation, day: date) -> None:
        self.serial += 1
        name = f"新{self.serial}工会"
        rename_organisation(
            organisation_id=union.pk, name=name, short_name="新", on=day, by=SYSTEM
        )
        self.now[union.pk] = replace(self.now[union.pk], name=name)

    def move(self, union: Organisation, day: date) -> None:
        under = self.one_of(*self.below(union.pk), self.now[union.pk].parent)
        if under is None:
            return
        move_organisation(
            organisation_id=union.pk,
            under_id=under.pk,
            document="文",
            on=day,
            by=SYSTEM,
        )
        self.now[union.pk] = replace(self.now[union.pk], parent=under.pk)

    def merge(self, union: Organisation, day: date) -> None:
        into = self.one_of(*self.below(union.pk))
        if into is None:
            return
        merge_organisation(
            organisation_id=union.pk, into_id=into.pk, document="文", on=day, by=SYSTEM
        )
        del self.now[union.pk]
        for key, known in self.now.items():
            if known.parent == union.pk:
                self.now[key] = replace(known, parent=into.pk)

    def dissolve(self, union: Organisation, day: date) -> None:
        if len(self.below(union.pk)) > 1:
            with pytest.raises(Refusal, match="下级还有"):
                dissolve_organisation(
                    organisation_id=union.pk, document="文", on=day, by=SYSTEM
                )
            return
        dissolve_organisation(
            organisation_id=union.pk, document="文", on=day, by=SYSTEM
        )
        del self.now[union.pk]

    def lock(self, union: Organisation, day: date) -> None:
        known = self.now[union.pk]
        change, state = (
            (lock_organisation, "locked")
            if known.state == "normal"
            else (unlock_organisation, "normal")
        )
        change(organisation_id=union.pk, reason="核查", on=day, by=SYSTEM)
        self.now[union.pk] = replace(known, state=state)


def tree_on(day: date, root: Organisation) -> dict[int, Known]:
    return {
        place.id: Known(place.parent_id or 0, place.name, place.state)
        for place in organisation_tree(on=day, root_id=root.pk)
        if place.id != root.pk and place.level == "basic"
    }


@pytest.mark.parametrize("seed", range(4))
def test_tree_of_any_day_equals_a_replay_of_the_acts(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - a test's dice
    replay = Replay(union_of(), rng)
    day = date(2014, 1, 1)
    for _act in range(45):
        replay.act(day)
        replay.close(day)
        day += timedelta(days=rng.choice((0, 0, 1, 30)))
    for known_on, known in replay.days.items():
        assert tree_on(known_on, replay.root) == known, known_on
        assert tree_on(known_on + timedelta(days=1), replay.root) == (
            replay.days.get(known_on + timedelta(days=1), known)
        )
    assert tree_on(date(2013, 12, 31), replay.root) == {}
    assert problems() == []


# --- each act


def test_report_of_2014_uses_the_tree_of_2014() -> None:
    factory = basic_union("钢厂")
    move_organisation(
        organisation_id=factory.pk,
        under_id=union_of(NEXT_COUNTY).pk,
        document="明工〔2016〕3号",
        on=date(2016, 5, 1),
        by=staff(Role.APPROVER, at=CITY),
    )
    rename_organisation(
        organisation_id=factory.pk,
        name="三钢工会委员会",
        short_name="三钢",
        on=date(2018, 1, 1),
        by=SYSTEM,
    )
    counties = (union_of(), union_of(NEXT_COUNTY))
    seen = {
        year: [
            [
                p.name
                for p in organisation_tree(on=date(year, 12, 31), root_id=c.pk)
                if p.id == factory.pk
            ]
            for c in counties
        ]
        for year in (2009, 2014, 2016, 2018)
    }
    assert seen == {
        2009: [[], []],
        2014: [["钢厂工会委员会"], []],
        2016: [[], ["钢厂工会委员会"]],
        2018: [[], ["三钢工会委员会"]],
    }


def test_acts_are_entered_in_the_order_of_their_days() -> None:
    union = basic_union(on=date(2020, 1, 1))
    with pytest.raises(Refusal, match="办理日期不能更早"):
        lock_organisation(
            organisation_id=union.pk, reason="查", on=date(2019, 12, 31), by=SYSTEM
        )
    union.refresh_from_db()
    assert (union.state, FormerOrganisation.objects.count()) == ("normal", 0)


def test_move_asks_for_authority_over_both_unions_above() -> None:
    union = basic_union()
    before = union.path
    for by, words in ((staff(Role.APPROVER), "转入"), (staff(Role.MAKER), "变更下级")):
        with pytest.raises(Refusal, match=words):
            move_organisation(
                organisation_id=union.pk,
                under_id=union_of(NEXT_COUNTY).pk,
                document="文",
                on=ON,
                by=by,
            )
    for under, words in ((union, "自己"), (union_of(), "已经隶属")):
        with pytest.raises(Refusal, match=words):
            move_organisation(
                organisation_id=union.pk,
                under_id=under.pk,
                document="文",
                on=ON,
                by=SYSTEM,
            )
    union.refresh_from_db()
    assert union.path == before


def test_merged_union_leaves_its_people_and_what_is_below_to_its_successor() -> None:
    union, into = basic_union("并出"), basic_union("并入")
    below = basic_union("分会", under=union)
    somebody = person("随行", at=union.code)
    officer = staff_user()
    appoint(
        user_id=officer.pk,
        organisation_id=union.pk,
        role=Role.MAKER,
        on=date(2020, 1, 1),
        by=SYSTEM,
    )
    merge_organisation(
        organisation_id=union.pk, into_id=into.pk, document="文", on=ON, by=SYSTEM
    )
    for row in (union, into, below):
        row.refresh_from_db()
    assert (union.state, union.dissolved_on, union.successor_id) == (
        OrganisationState.DISSOLVED,
        ON,
        into.pk,
    )
    # Its frozen records stay its own; whoever reaches the successor reaches them.
    assert union.path.startswith(into.path)
    assert below.path.startswith(into.path)
    assert Person.objects.get(pk=somebody.pk).organisation_id == into.pk
    assert Post.objects.get(user=officer).ends_on == ON
    assert problems() == []


def test_dues_line_may_part_from_the_tree_and_come_back() -> None:
    union, industrial = basic_union("铁路段"), basic_union("铁路系统")
    for to, kept in ((industrial.pk, industrial.pk), (None, None)):
        lead_dues(organisation_id=union.pk, to_id=to, document="文", on=ON, by=SYSTEM)
        union.refresh_from_db()
        assert union.dues_to_id == kept
    with pytest.raises(Refusal, match="没有变化"):
        lead_dues(organisation_id=union.pk, to_id=None, document="文", on=ON, by=SYSTEM)


def test_topmost_union_is_not_dissolved() -> None:
    province = union_of("350000")
    with pytest.raises(Refusal, match="最上级"):
        dissolve_organisation(
            organisation_id=province.pk, document="文", on=ON, by=SYSTEM
        )


def test_county_that_was_joined_to_its_neighbour_takes_its_unions_along() -> None:
    """Sanming had twelve counties when the seeds were written and has eleven now."""
    city = union_of(CITY)
    old = Division.objects.create(
        code="350402", name="梅列区", level=DivisionLevel.COUNTY, parent_id=CITY
    )
    town = Division.objects.create(
        code="350402101",
        name="列东街道",
        level=DivisionLevel.TOWNSHIP,
        parent_id="350402",
    )
    meilie = basic_union("梅列区总工会", under=city)
    street = basic_union("列东街道", under=meilie)
    Organisation.objects.filter(pk=meilie.pk).update(code="350402", division=old)
    Organisation.objects.filter(pk=street.pk).update(code="350402101", division=town)
    with pytest.raises(Refusal, match="没有停用"):
        succeed_division(organisation_id=meilie.pk, document="文", on=ON, by=SYSTEM)
    last_day = date(2021, 2, 28)
    new_town = Division.objects.filter(parent_id="350404").order_by("code")[0]
    for code, successor, days in (
        ("350402101", new_town.code, 1),
        ("350402", "350404", 0),
    ):
        end_division(
            code=code,
            last_day=last_day - timedelta(days=days),
            successor_code=successor,
            document="国函〔2021〕5号",
            on=last_day,
            by=SYSTEM,
        )
    succeed_division(
        organisation_id=meilie.pk,
        document="明工〔2021〕8号",
        on=date(2021, 3, 1),
        by=SYSTEM,
    )
    sanyuan = union_of("350404")
    street.refresh_from_db()
    assert (street.path[:-4], street.division_id) == (sanyuan.path, new_town.code)
    counties = [
        {
            p.name
            for p in organisation_tree(on=on, root_id=city.pk)
            if p.parent_id == city.pk
        }
        for on in (date(2014, 12, 31), date(2022, 1, 1))
    ]
    assert counties[0] - counties[1] == {"梅列区总工会工会委员会"}
    assert len(counties[0]) == 12
    assert len(counties[1]) == 11
