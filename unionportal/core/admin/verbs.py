"""Verbs on staff pages: a button that acts, or the reason why it may not."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from django.contrib import messages
from django.db import DatabaseError
from django.forms import Form
from django.http import HttpRequest

from unionportal.core.errors import Refusal
from unionportal.core.guards import refusal_from
from unionportal.core.verdict import Verdict


@dataclass(frozen=True, kw_only=True)
class Verb:
    """One thing that may be done with a record.

    `tone` is "next" for the one expected step, "plain", or "danger" for what cannot be
    undone; a dangerous verb states its `effect` and wants `typed` to be typed.
    """

    label: str
    url: str
    verdict: Verdict
    tone: str = "plain"
    effect: str = ""
    typed: str = ""
    form: Form | None = None
    hidden: Mapping[str, str] = field(default_factory=dict)

    @property
    def typed_pattern(self) -> str:
        """What the browser lets pass as a confirmation: the commas may be left out."""
        return re.escape(self.typed).replace(",", ",?")

    def is_confirmed(self, typed: str) -> bool:
        """Whether what was typed is what the verb asks for, commas and blanks apart."""
        return _bare(typed) == _bare(self.typed)


def _bare(text: str) -> str:
    return text.replace(",", "").replace("，", "").strip()


def arranged(verbs: Iterable[Verb]) -> dict[str, list[Verb]]:
    """Part the verbs that may be done now from those that may not."""
    listed = list(verbs)
    return {
        "allowed": [verb for verb in listed if verb.verdict.allowed],
        "refused": [verb for verb in listed if not verb.verdict.allowed],
    }


def attempt(request: HttpRequest, action: Callable[[], object], *, done: str) -> bool:
    """Call one action and tell the person how it went; False when it was refused."""
    try:
        action()
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return False
    except DatabaseError as error:
        guarded = refusal_from(error)
        if guarded is None:
            raise
        messages.error(request, str(guarded))
        return False
    messages.success(request, done)
    return True
