"""Who speaks for a person of a household: himself, the applicant, or a guardian on paper."""

from datetime import date
from enum import Enum

from assistance.enums import Relation
from members.rules.consent_text import is_child

ADULT = (
    18  # 民法典 art. 17; from 14 on one may consent oneself (个人信息保护法 art. 31)
)


class Speaker(Enum):
    """Whose word is needed."""

    HIMSELF = "himself"
    APPLICANT = "applicant"
    GUARDIAN = "guardian"


def speaker_for(relation: str, birth_date: date | None, *, on: date) -> Speaker:
    """Whose word is needed for a person on a day.

    A grown-up speaks for himself. For his child below eighteen the applicant speaks as
    guardian; for another child below fourteen its own guardian signs on paper.
    """
    if relation == Relation.CHILD and not is_adult(birth_date, on=on):
        return Speaker.APPLICANT
    return Speaker.GUARDIAN if is_child(birth_date, on=on) else Speaker.HIMSELF


def is_adult(birth_date: date | None, *, on: date) -> bool:
    """Eighteen full years on a day; unknown is taken for grown."""
    if birth_date is None:
        return True
    had_birthday = (on.month, on.day) >= (birth_date.month, birth_date.day)
    return on.year - birth_date.year - (0 if had_birthday else 1) >= ADULT
