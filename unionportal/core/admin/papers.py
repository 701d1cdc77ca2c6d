"""Handing out a paper that was kept sealed: as a file, never inside a page of ours."""

from io import BytesIO

from django.http import FileResponse

from unionportal.core.models import SealedPaper
from unionportal.core.uploads.evidence import CONTENT_TYPES, EvidenceKind


def handed_out(paper: SealedPaper, content: bytes) -> FileResponse:
    """The file under its name; a browser neither guesses, runs nor keeps it."""
    return FileResponse(
        BytesIO(content),
        as_attachment=True,
        filename=paper.name,
        content_type=CONTENT_TYPES[EvidenceKind(paper.kind)],
        headers={
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )
