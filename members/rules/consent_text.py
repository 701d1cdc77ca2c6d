"""What people are asked to consent to (个人信息保护法 art. 14-17): purposes and texts.

Each purpose is asked apart. A text is a version with the day it begins; its digest goes
into every consent, so that a word changed later shows.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

CHILD_UNTIL = 14  # art. 31: below, a guardian consents


@dataclass(frozen=True, slots=True)
class ConsentText:
    """One version of what a purpose says."""

    version: int
    valid_from: date
    text: str
    digest: str


@dataclass(frozen=True, slots=True)
class Purpose:
    """A purpose of processing: what it asks, what ends when consent is withdrawn.

    `stops` says what is no longer done, `keeps` what the law keeps all the same.
    """

    code: str
    title: str
    is_sensitive: bool
    asks_family: bool
    stops: str
    keeps: str
    texts: tuple[ConsentText, ...]

    def text_on(self, on: date) -> ConsentText:
        """The text in force on a day; the first one before any is."""
        begun = [text for text in self.texts if text.valid_from <= on]
        return begun[-1] if begun else self.texts[0]


def read_purposes(source: str) -> dict[str, Purpose]:
    """Read the shipped file; versions must count up from 1, each with a later day."""
    purposes = {}
    for one in yaml.safe_load(source):
        texts = tuple(_read_text(one, version) for version in one["versions"])
        numbers = [text.version for text in texts]
        days = [text.valid_from for text in texts]
        if numbers != list(range(1, len(texts) + 1)) or days != sorted(set(days)):
            raise ValueError(f"versions of {one['code']} are out of order")
        purposes[one["code"]] = Purpose(
            code=one["code"],
            title=one["title"],
            is_sensitive=one["is_sensitive"],
            asks_family=one["asks_family"],
            stops=one["stops"],
            keeps=one["keeps"],
            texts=texts,
        )
    return purposes


def _read_text(purpose: dict[str, Any], version: dict[str, Any]) -> ConsentText:
    said = "\n".join((purpose["code"], str(version["version"]), version["text"]))
    return ConsentText(
        version=version["version"],
        valid_from=version["from"],
        text=version["text"],
        digest=hashlib.sha256(said.encode()).hexdigest(),
    )


def is_child(birth_date: date | None, *, on: date) -> bool:
    """Below fourteen full years on a day; unknown is taken for grown."""
    if birth_date is None:
        return False
    years = on.year - birth_date.year
    had_birthday = (on.month, on.day) >= (birth_date.month, birth_date.day)
    return years - (not had_birthday) < CHILD_UNTIL
