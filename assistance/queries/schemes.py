"""Schemes: the shipped files, the versions in force, and a version's checked rules."""

from datetime import date
from functools import lru_cache
from pathlib import Path

from django.db.models import Q, QuerySet

from assistance.enums import SchemeState
from assistance.models import SchemeVersion
from assistance.queries.populations import vocabularies
from assistance.rules.scheme import Scheme, SchemeReading, read_scheme
from unionportal.core.actor import Actor
from unionportal.core.errors import Refusal

SHIPPED = Path(__file__).resolve().parent.parent / "schemes"
INTAKES = SHIPPED.with_name("intakes")


def scheme_versions_visible_to(actor: Actor) -> QuerySet[SchemeVersion]:
    """Published rules are for everybody; drafts for the staff who write them."""
    versions = SchemeVersion.objects.select_related("scheme").order_by(
        "scheme__code", "-number"
    )
    if actor.kind in {"staff", "system"}:
        return versions
    return versions.exclude(state=SchemeState.DRAFT)


def in_force(on: date) -> Q:
    """The condition of a version in force on a day; `valid_to` is its last day."""
    return Q(state=SchemeState.PUBLISHED, valid_from__lte=on) & (
        Q(valid_to=None) | Q(valid_to__gte=on)
    )


def scheme_version_in_force(code: str, on: date) -> SchemeVersion:
    """The latest published version of a scheme on a day; refuses when there is none."""
    found = (
        SchemeVersion.objects.select_related("scheme")
        .filter(in_force(on), scheme__code=code)
        .order_by("-valid_from", "-number")
        .first()
    )
    if found is None:
        raise Refusal(
            f"方案“{code}”在 {on} 没有已发布的版本；请先由省级总工会发布方案。",
            code="scheme",
        )
    return found


def reading_of(source: str) -> SchemeReading:
    """Read a scheme's text against the populations that are registered."""
    return read_scheme(source, vocabularies())


def scheme_of(version: SchemeVersion) -> Scheme:
    """The checked rules of a stored version."""
    return _stored_scheme(version.digest, version.source)


def scheme_of_text(*, digest: str, source: str) -> Scheme:
    """The checked rules of a text that was kept apart from its version."""
    return _stored_scheme(digest, source)


@lru_cache(maxsize=64)
def _stored_scheme(_digest: str, source: str) -> Scheme:
    return reading_of(source).scheme


def shipped_sources() -> tuple[str, ...]:
    """The texts of the schemes that come with the portal, by file name."""
    files = sorted(SHIPPED.glob("*.yaml"))
    return tuple(file.read_text(encoding="utf-8") for file in files)


def intake_source() -> str:
    """The text of the shipped scheme whose applications end in a dossier."""
    return (INTAKES / "hardship_dossier.yaml").read_text(encoding="utf-8")
