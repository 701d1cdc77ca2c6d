"""Applications for the tests: a window, workers who apply, students they apply for."""

from collections.abc import Mapping
from datetime import date

from assistance.actions.schemes import publish_scheme_version, save_scheme_version
from assistance.models import Period, SchemeVersion
from assistance.queries.schemes import SHIPPED
from tests.assistance.builders import fund_sources
from unionportal.core.actor import SYSTEM

APPLYING = date(2026, 8, 1)
DECIDED = date(2026, 9, 20)
ANSWERS = {
    "stage": "college",
    "admission_kind": "ordinary",
    "school": "福州大学",
    "has_other_aid": False,
}


def autumn_version(changes: Mapping[str, str] | None = None) -> SchemeVersion:
    """Autumn school aid, saved and published."""
    text = (SHIPPED / "autumn_school_aid.yaml").read_text(encoding="utf-8")
    for old, new in (changes or {}).items():
        if old not in text:
            raise ValueError(f"not in the text: {old}")
        text = text.replace(old, new)
    fund_sources()
    draft = save_scheme_version(source=text, on=APPLYING, by=SYSTEM)
    return publish_scheme_version(version_id=draft.pk, on=APPLYING, by=SYSTEM)


def autumn() -> Period:
    return Period.objects.get_or_create(
        code="2026-autumn",
        defaults={
            "title": "2026年秋季学期",
            "year": 2026,
            "starts_on": date(2026, 7, 1),
            "ends_on": date(2026, 12, 31),
        },
    )[0]
