"""Reads of uploads: whose they are, and what is wrong in them."""

from dataclasses import dataclass

from django.db.models import QuerySet

from unionportal.core.actor import Actor
from unionportal.core.models.upload import RowVerdict, Upload, UploadRow
from unionportal.core.uploads.columns import ImportKind

PROBLEMS_SHOWN = 50


def uploads_visible_to(actor: Actor) -> QuerySet[Upload]:
    """What this person handed in; nobody else's, since a file may hold anything."""
    if actor.user_id is None:
        return Upload.objects.none()
    return Upload.objects.filter(user_id=actor.user_id).order_by("-id")


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing wrong: in which row of the sheet, in which column, and what to do."""

    number: int
    column: str
    sentence: str


def problems_of(upload: Upload, kind: ImportKind) -> list[RowProblem]:
    """The first things wrong with an upload, in the order of its rows."""
    titles = {column.key: column.title for column in kind.columns}
    rows = UploadRow.objects.filter(upload_id=upload.pk, verdict=RowVerdict.WRONG)
    found = [
        RowProblem(number, titles.get(key, key), sentence)
        for number, errors in rows.order_by("number").values_list("number", "errors")[
            :PROBLEMS_SHOWN
        ]
        for key, sentence in errors
    ]
    return found[:PROBLEMS_SHOWN]
