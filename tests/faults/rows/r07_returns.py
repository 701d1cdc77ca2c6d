"""R7: what comes back from the bank damaged, twice, cut or for somebody else."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assistance.actions.returns import ReturnOutcome, import_return
from assistance.models import Batch, Entry, Payment
from tests.assistance.paying import AFTER_NOTICE
from tests.faults.ground import Ground
from tests.faults.table import Chance, fault
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal

TITLE = "银行回盘被截断、改动、重复、错编码或属于别的批次"
Damage = Callable[[bytes, Chance, bytes], bytes]


def _lines(content: bytes) -> list[bytes]:
    return content.splitlines(keepends=True)


def _body(content: bytes, chance: Chance) -> tuple[list[bytes], int]:
    """The lines, and which of those with a payment is meant."""
    lines = _lines(content)
    return lines, chance.randrange(1, len(lines) - 1)


def cut(content: bytes, chance: Chance, other: bytes) -> bytes:
    return content[: chance.randrange(1, len(content) - 1)]


def line_lost(content: bytes, chance: Chance, other: bytes) -> bytes:
    lines, at = _body(content, chance)
    return b"".join(lines[:at] + lines[at + 1 :])


def line_twice(content: bytes, chance: Chance, other: bytes) -> bytes:
    lines, at = _body(content, chance)
    return b"".join([*lines[:at], lines[at], *lines[at:]])


def line_of_another_batch(content: bytes, chance: Chance, other: bytes) -> bytes:
    lines, at = _body(content, chance)
    lines[at] = _lines(other)[1]
    return b"".join(lines)


def another_amount(content: bytes, chance: Chance, other: bytes) -> bytes:
    lines, at = _body(content, chance)
    lines[at] = lines[at].replace(b"600.00", b"601.00")
    return b"".join(lines)


def another_total(content: bytes, chance: Chance, other: bytes) -> bytes:
    lines = _lines(content)
    lines[0] = lines[0].replace(b"00.00", b"01.00", 1)
    return b"".join(lines)


def unknown_reference(content: bytes, chance: Chance, other: bytes) -> bytes:
    reference = Payment.objects.order_by("id")[0].reference.encode()
    return content.replace(reference, b"9" * len(reference))


def unknown_result(content: bytes, chance: Chance, other: bytes) -> bytes:
    return content.replace(b"|00|", b"|77|")


def another_encoding(content: bytes, chance: Chance, other: bytes) -> bytes:
    return content.decode("gbk").encode("utf-16")


def a_byte_turned(content: bytes, chance: Chance, other: bytes) -> bytes:
    at = chance.randrange(len(content))
    return (
        content[:at]
        + bytes([content[at] ^ (1 << chance.randrange(8))])
        + content[at + 1 :]
    )


def empty(content: bytes, chance: Chance, other: bytes) -> bytes:
    return b""


def no_head(content: bytes, chance: Chance, other: bytes) -> bytes:
    return b"".join(_lines(content)[1:])


def two_files_in_one(content: bytes, chance: Chance, other: bytes) -> bytes:
    return content + other


DAMAGES: tuple[Damage, ...] = (
    cut,
    line_lost,
    line_twice,
    line_of_another_batch,
    another_amount,
    another_total,
    unknown_reference,
    unknown_result,
    another_encoding,
    a_byte_turned,
    empty,
    no_head,
    two_files_in_one,
)


@dataclass(frozen=True)
class Stored:
    """What a file may change."""

    payments: list[tuple[str, str, object]]
    batches: list[tuple[str, int]]
    entries: int


def stored() -> Stored:
    payments = Payment.objects.order_by("id")
    return Stored(
        list(payments.values_list("state", "reason_code", "settled_on")),
        list(Batch.objects.order_by("id").values_list("state", "paid_count")),
        Entry.objects.count(),
    )


def came_in(content: bytes, name: str) -> ReturnOutcome | Refusal:
    try:
        return import_return(content=content, name=name, by=SYSTEM, on=AFTER_NOTICE)
    except Refusal as refusal:
        return refusal


@fault(row="R7", title=TITLE, in_ci=4 * len(DAMAGES), tries=100 * len(DAMAGES))
def damaged_file_is_refused_whole(ground: Ground, chance: Chance) -> None:
    """A damaged answer changes nothing; then the right one is applied, and once.

    A turned byte may fall where it harms nothing, in a name: then the file is applied.
    """
    ground.at("answered")
    files = sorted(ground.bank_folder.glob("inbox/*"), key=lambda path: path.name)
    answers = {path: path.read_bytes() for path in files if path.is_file()}
    path = _longest(answers)
    other = next(content for one, content in answers.items() if one != path)
    damage = DAMAGES[chance.turn % len(DAMAGES)]
    damaged = damage(answers[path], chance, other)
    assert damaged != answers[path], damage.__name__
    before = stored()

    first = came_in(damaged, path.name)

    if isinstance(first, Refusal):
        assert stored() == before, damage.__name__
    else:
        assert damage is a_byte_turned, first.sentence
    for one, content in answers.items():
        came_in(content, one.name)
    after = stored()
    assert {state for state, *_rest in after.payments} == {"paid", "returned"}
    for one, content in answers.items():
        again = came_in(content, one.name)
        assert isinstance(again, ReturnOutcome)
        assert again.is_repeated
    assert stored() == after
    ground.check_invariants()


def _longest(answers: dict[Path, bytes]) -> Path:
    return max(answers, key=lambda path: len(answers[path]))
