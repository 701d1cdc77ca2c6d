"""R12: files made to harm, and files of every encoding: rows or a sentence, nobody dies."""

import time
from collections.abc import Callable

from assistance.models import Entry
from members.models import Person
from tests.core.uploads.test_reading import BOOKS, ENCODED, SMALL, TEXTS
from tests.faults.ground import Ground
from tests.faults.table import Chance, fault
from tests.members.builders import ON
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal
from unionportal.core.uploads.steps import check_upload, receive_upload

LIMIT_SECONDS = 30.0


def turned(place: int) -> Callable[[], bytes]:
    """The small workbook with one byte turned over."""

    def make() -> bytes:
        content = bytearray(SMALL)
        content[place % len(content)] ^= 0xFF
        return bytes(content)

    return make


CORPUS: tuple[tuple[str, Callable[[], bytes]], ...] = (
    *((case, lambda content=content: content) for case, (content, _) in TEXTS.items()),
    *((case, make) for case, (make, _part) in BOOKS.items()),
    *((codec, lambda codec=codec: ENCODED.encode(codec)) for codec in ("utf-8", "gbk")),
    *((f"byte {at}", turned(at)) for at in range(0, 7000, 250)),
)


@fault(
    row="R12",
    title="恶意或损坏的上传文件：炸弹、远角单元格、宏、DTD、错编码、改扩展名",
    in_ci=len(CORPUS),
    tries=len(CORPUS) * 3,
)
def file_ends_in_rows_or_a_sentence(ground: Ground, chance: Chance) -> None:
    """Handed in and checked like any other; the register and this process are unharmed."""
    if ground.stage != "ready":
        ground.at("ready")
    case, make = CORPUS[chance.turn % len(CORPUS)]
    content = make()
    people, entries = Person.objects.count(), Entry.objects.count()
    began = time.monotonic()
    assert _sentence(f"{case}.{'xlsx' if content[:2] == b'PK' else 'csv'}", content)
    ground.recovered(time.monotonic() - began, within=LIMIT_SECONDS)
    assert (Person.objects.count(), Entry.objects.count()) == (people, entries)


def _sentence(name: str, content: bytes) -> str:
    """What is told about a file that cannot be taken; none of these can."""
    try:
        upload = receive_upload(
            kind="people", name=name, content=content, on=ON, by=SYSTEM
        )
    except Refusal as refusal:
        return str(refusal)
    return check_upload(upload_id=upload.pk, on=ON, by=SYSTEM).problem
