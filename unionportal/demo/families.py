"""Who lives in an invented household: ages, relations and names that fit together."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from unionportal.demo.chance import Weighted, weighted, whole
from unionportal.demo.identity import Identifiers
from unionportal.demo.names import given_name
from unionportal.demo.places import County

DAYS_OF_YEAR = 365.25
AGES = weighted([(age, 1 + max(0, age - 26) * 0.35) for age in range(23, 59)])
CHILDREN = weighted([(0, 18.0), (1, 46.0), (2, 30.0), (3, 6.0)])
SCHOOL = ((6, "学龄前儿童"), (12, "小学生"), (15, "初中生"), (18, "高中生"))
SPOUSE_WORK = weighted(
    [("在岗", 30.0), ("灵活就业", 30.0), ("无业", 32.0), ("病休", 8.0)]
)
PARENT_WORK = weighted([("退休", 35.0), ("务农", 40.0), ("无业", 25.0)])
STUDENTS = {"高中生", "大学生"}
RETIRED = {"退休"}
WORKING = {"在岗", "灵活就业", "务工"}


@dataclass(frozen=True, slots=True)
class Being:
    """A person with what an ID card tells."""

    name: str
    id_number: str
    born: date
    is_female: bool


@dataclass(frozen=True, slots=True)
class Member:
    """A further person of the household; `relation` is to the principal."""

    being: Being
    relation: str
    identity: str


@dataclass(slots=True)
class Registry:
    """Brings people of one county into being."""

    county: County
    rng: Random
    surnames: Weighted[str]
    identifiers: Identifiers
    as_of: date

    def being(self, *, age: int, is_female: bool, surname: str = "") -> Being:
        days = int(age * DAYS_OF_YEAR) + whole(self.rng, 1, 364)
        born = self.as_of - timedelta(days=days)
        number = self.identifiers.id_number(
            county_code=self.county.code,
            county_name=self.county.name,
            born=born,
            is_female=is_female,
        )
        surname = surname or self.surnames.draw(self.rng)
        given = given_name(self.rng, is_female=is_female, birth_year=born.year)
        return Being(surname + given, number, born, is_female)

    def principal(self) -> Being:
        age = AGES.draw(self.rng)
        is_female = self.rng.random() < (0.46 if age < 54 else 0.2)
        return self.being(age=age, is_female=is_female)

    def family_of(self, principal: Being) -> tuple[Member, ...]:
        """Spouse, children, and a parent in some households."""
        age = (self.as_of - principal.born).days / DAYS_OF_YEAR
        members: list[Member] = []
        is_married = self.rng.random() < min(0.78, max(0.0, (age - 23) * 0.11))
        if is_married:
            members.append(self._spouse(principal, int(age)))
        if age > 25 and (is_married or self.rng.random() < 0.35):
            members.extend(self._children(principal, members, int(age)))
        if self.rng.random() < 0.24:
            members.append(self._parent(principal, int(age)))
        return tuple(members)

    def _spouse(self, principal: Being, age: int) -> Member:
        older = whole(self.rng, 0, 5) - (1 if principal.is_female else 4)
        being = self.being(age=max(22, age + older), is_female=not principal.is_female)
        return Member(being, "spouse", SPOUSE_WORK.draw(self.rng))

    def _children(
        self, principal: Being, members: list[Member], age: int
    ) -> list[Member]:
        """Children bear the father's name; those who have left home are not counted."""
        father = members[0].being if principal.is_female and members else principal
        mother_age = age if principal.is_female else age - 2
        found = []
        for _turn in range(CHILDREN.draw(self.rng)):
            oldest = min(24, mother_age - 21)
            if oldest >= 0:
                found.append(self._child(whole(self.rng, 0, oldest), father.name[:1]))
        return found

    def _child(self, age: int, surname: str) -> Member:
        being = self.being(age=age, is_female=self.rng.random() < 0.48, surname=surname)
        for below, word in SCHOOL:
            if age < below:
                return Member(being, "child", word)
        studies = age < 23 and self.rng.random() < 0.75
        return Member(being, "child", "大学生" if studies else "务工")

    def _parent(self, principal: Being, age: int) -> Member:
        is_father = self.rng.random() < 0.4
        being = self.being(
            age=min(93, age + whole(self.rng, 22, 36)),
            is_female=not is_father,
            surname=principal.name[:1] if is_father else "",
        )
        return Member(being, "parent", PARENT_WORK.draw(self.rng))
