"""Officers at the staff site, and the workbooks they take away."""

import re
import zipfile
from io import BytesIO

from django.test import Client

from tests.assistance.paying import user_of
from unionportal.core.actor import Actor

BACKEND = "members.auth.backends.StaffBackend"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WHY = {"reason": "核对名单"}
_ROW = re.compile(r"<row [^>]*>(.*?)</row>", re.DOTALL)
_CELL = re.compile(
    r'<c r="([A-Z]+)\d+"[^>]*>(?:<is><t[^>]*>(.*?)</t></is>|<v>(.*?)</v>)</c>',
    re.DOTALL,
)
_SHARED = re.compile(r"<t[^>]*>(.*?)</t>")


def browser_of(officer: Actor) -> Client:
    client = Client()
    client.force_login(user_of(officer), backend=BACKEND)
    return client


def taken(client: Client, url: str) -> tuple[int, str, bytes]:
    """Ask for a list: the status, the kind of file, and the file to its last byte."""
    answer = client.post(url, WHY)
    return answer.status_code, answer["Content-Type"], b"".join(answer)


def table_of(client: Client, url: str) -> list[dict[str, str]]:
    """The rows of a workbook by the titles in its head; a cell left empty is missing."""
    status, kind, content = taken(client, url)
    assert (status, kind) == (200, XLSX)
    with zipfile.ZipFile(BytesIO(content)) as book:
        titles = _SHARED.findall(book.read("xl/sharedStrings.xml").decode())
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    _head, *rows = _ROW.findall(sheet)
    return [
        {
            titles[ord(letter) - ord("A")]: text or number
            for letter, text, number in _CELL.findall(row)
        }
        for row in rows
    ]
