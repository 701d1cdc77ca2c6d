"""Keeping checked photos and papers sealed, and opening them again.

Whoever opens one asks the permission and writes the look down first.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps

from unionportal.core.models import SealedPaper
from unionportal.core.secrets import seal_bytes, unseal_bytes
from unionportal.core.uploads.evidence import Evidence


def keep_papers(
    model: type[SealedPaper],
    papers: Sequence[Evidence],
    *,
    after: int = 0,
    **owner: Any,
) -> None:
    """Write each file of a matter, numbered on from `after`."""
    for number, paper in enumerate(papers, start=after + 1):
        made = model(
            number=number,
            name=paper.name,
            kind=paper.kind,
            size=len(paper.content),
            sha256=paper.sha256,
            content=seal_bytes(paper.content, context=model.SEALED_FOR),
            **owner,
        )
        made.save(force_insert=True)


def content_of(paper: SealedPaper) -> bytes:
    """The file as it was kept."""
    return unseal_bytes(bytes(paper.content), context=paper.SEALED_FOR)


def paper_models() -> Iterator[type[SealedPaper]]:
    """Every table that keeps papers, for those who walk sealed columns."""
    for model in apps.get_models():
        if issubclass(model, SealedPaper):
            yield model
