"""P18: a printed list and a letter by typst, against a PDF written by hand.

The floor draws the same lines of text at fixed places, with a font that it names and
does not embed; ours sets a table, embeds the font and is readable by screen readers.
"""

import zlib
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from assistance.models import Batch
from assistance.queries.batch_lists import batch_list_values
from bench.province import PAID_ON, populate, released
from bench.rows import Measured, Options, Row
from bench.scratch import scratch_database
from bench.turns import seconds_of, take_turns
from unionportal.core.documents import render_pdf

LINES = 1000
A_PAGE = 34  # lines
HOUSEHOLDS = 2400  # enough for so many lines in one county
FEW = 20


def run(options: Options) -> Sequence[Measured]:
    """A list of a thousand lines, and one short enough for a page or two."""
    with scratch_database():
        round_ = released(populate(HOUSEHOLDS, counties=1))
        batch = Batch.objects.get(round=round_)
        values = batch_list_values(batch, on=PAID_ON, printed_by="基准")
    made = []
    for count, title, goal in (
        (LINES, "PDF 发放清单", 10.0),
        (FEW, "PDF 一页文书", 3.0),
    ):
        lines: Any = values["lines"]
        shorter = values | {"lines": lines[:count]}
        turns = take_turns(
            options, ours=partial(_ours, shorter), floor=partial(_floor, shorter)
        )
        note = "底线手写 PDF，不嵌字体、不排表"
        made.append(replace(turns.line("P18", title, goal, note), rows=count))
    return made


def _ours(values: dict[str, object]) -> tuple[float, Any]:
    made: list[bytes] = []
    seconds = seconds_of(lambda: made.append(render_pdf("batch_list", values)))
    lines: Any = values["lines"]
    return seconds, (made[0][:5], len(lines))


def _floor(values: dict[str, object]) -> tuple[float, Any]:
    made: list[tuple[bytes, int]] = []
    seconds = seconds_of(lambda: made.append(_pdf(values)))
    content, drawn = made[0]
    return seconds, (content[:5], drawn)


def _pdf(values: dict[str, object]) -> tuple[bytes, int]:
    """Each cell as text at its place, a page after every so many lines."""
    lines: Any = values["lines"]
    pages = [lines[at : at + A_PAGE] for at in range(0, len(lines), A_PAGE)]
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>"
        % (len(pages), b" ".join(b"%d 0 R" % (5 + 2 * at) for at in range(len(pages)))),
        (
            b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H"
            b"/DescendantFonts[4 0 R]>>"
        ),
        (
            b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light"
            b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>>>"
        ),
    ]
    drawn = 0
    for at, page in enumerate(pages):
        content = zlib.compress(b"\n".join(_drawn(page)))
        drawn += len(page)
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R"
            b"/Resources<</Font<</F 3 0 R>>>>>>" % (6 + 2 * at)
        )
        objects.append(
            b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream"
            % (len(content), content)
        )
    return _bound(objects), drawn


def _drawn(page: list[dict[str, str]]) -> list[bytes]:
    return [
        b"BT /F 9 Tf %d %d Td <%s> Tj ET"
        % (30 + 90 * column, 800 - 22 * row, cell.encode("utf-16-be").hex().encode())
        for row, line in enumerate(page)
        for column, cell in enumerate(line.values())
    ]


def _bound(objects: list[bytes]) -> bytes:
    parts, places, size = [b"%PDF-1.7\n"], [], 9
    for number, each in enumerate(objects, 1):
        places.append(size)
        parts.append(b"%d 0 obj%s\nendobj\n" % (number, each))
        size += len(parts[-1])
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    parts.append(
        b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\n"
        b"startxref\n%d\n%%%%EOF" % (len(objects) + 1, table, len(objects) + 1, size)
    )
    return b"".join(parts)


PRINT = Row("P18", "pdf", run, grows=False)
