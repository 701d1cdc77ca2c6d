"""The workbooks of an import: the empty one to fill in, and the marked one that comes back."""

from collections.abc import Iterator, Mapping
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, Any

import xlsxwriter

from unionportal.core.models.upload import Upload, UploadRow
from unionportal.core.uploads.columns import ImportKind, import_kind, read_head
from unionportal.core.uploads.reading import read_table
from unionportal.core.uploads.steps import content_of

IN_MEMORY = 4 * 1024 * 1024
FILLED_BY_HAND = 5_000  # rows of the template that carry the drop-downs
ERRORS = "错误信息"
_RED = {"bg_color": "#fbdada", "font_color": "#8f1d1d", "num_format": "@"}
_HEAD = {"bold": True, "bg_color": "#f7f8fa", "border": 1, "num_format": "@"}


def template_of(kind: ImportKind) -> IO[bytes]:
    """An empty sheet with the columns, drop-downs and all cells as text; then the rules."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        text, head = book.add_format({"num_format": "@"}), book.add_format(_HEAD)
        sheet = book.add_worksheet(kind.label)
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(kind.columns):
            sheet.set_column(place, place, column.width, text)
            star = "*" if column.is_required else ""
            sheet.write_string(0, place, f"{column.title}{star}", head)
            if column.choices:
                sheet.data_validation(
                    1,
                    place,
                    FILLED_BY_HAND,
                    place,
                    {"validate": "list", "source": list(column.choices)},
                )
        _explain(book, kind, head)
    target.seek(0)
    return target


def _explain(book: Any, kind: ImportKind, head: object) -> None:  # noqa: ANN401
    sheet = book.add_worksheet("填写说明")
    sheet.set_column(0, 3, 24)
    for place, title in enumerate(("列名", "是否必填", "说明", "示例")):
        sheet.write_string(0, place, title, head)
    for line, column in enumerate(kind.columns, start=1):
        hint = column.hint or "、".join(column.choices)
        required = "必填" if column.is_required else "可不填"
        example = kind.example.get(column.key, "")
        for place, text in enumerate((column.title, required, hint, example)):
            sheet.write_string(line, place, text)


def marked_workbook(upload: Upload) -> IO[bytes]:
    """The uploader's own rows, wrong cells red, and a last column that says what to do.

    All rows stand where they stood, so that the file can be mended and handed in again;
    the last column is passed over then. Every cell is text, whatever it begins with.
    """
    kind = import_kind(upload.kind)
    errors = _errors_of(upload)
    target: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the reader closes it
    with (
        read_table(upload.name, content_of(upload)) as table,
        xlsxwriter.Workbook(target, {"constant_memory": True}) as book,
    ):
        sheet = book.add_worksheet(kind.label)
        sheet.freeze_panes(1, 0)
        red, plain = book.add_format(_RED), book.add_format({"num_format": "@"})
        first, head = next(table.rows)
        places = {c.key: place for place, c in read_head(head, kind.columns).places}
        _write(sheet, 0, [*head, ERRORS], book.add_format(_HEAD), {})
        for number, cells in table.rows:
            found = errors.get(number, {})
            words = "".join(found.values())
            marks = {places[key]: red for key in found if key in places}
            padded = [*cells, *[""] * (len(head) - len(cells)), words]
            if words:
                marks[len(padded) - 1] = red
            _write(sheet, number - first, padded, plain, marks)
    target.seek(0)
    return target


def _write(
    sheet: Any,  # noqa: ANN401
    line: int,
    cells: list[str],
    plain: object,
    marks: Mapping[int, object],
) -> None:
    for place, text in enumerate(cells):
        style = marks.get(place, plain)
        if not text:
            sheet.write_blank(line, place, None, style)
        else:
            # What stands between these signs the library would take for its own markup.
            safe = f" {text}" if text.startswith("<r>") else text
            sheet.write_string(line, place, safe, style)


def _errors_of(upload: Upload) -> dict[int, dict[str, str]]:
    rows = UploadRow.objects.filter(upload_id=upload.pk, verdict="wrong")
    return {number: dict(_joined(errors)) for number, errors in _listed(rows)}


def _listed(rows: Any) -> Iterator[tuple[int, list[list[str]]]]:  # noqa: ANN401
    yield from rows.values_list("number", "errors").iterator()


def _joined(errors: list[list[str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for column, sentence in errors:
        found[column] = found.get(column, "") + sentence
    return found
