"""Return files damaged in every way: refused by line, applied whole, never in part."""

import re
from collections.abc import Callable
from contextlib import suppress
from random import Random

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from assistance.actions.returns import import_return
from assistance.models import BankFile, Batch
from assistance.queries.ledger import ledger_proof
from assistance.rules.banks.layout import layouts
from tests.assistance.paying import (
    AFTER_NOTICE,
    answer_to,
    fund,
    instructed_batch,
    officers,
    payments_of,
    released_round,
)
from tests.fuzz import tries
from tests.fuzz.digests import changed, digest
from tests.fuzz.junk import wires
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal

pytestmark = pytest.mark.django_db
CHINESE = re.compile("[一-鿿]")
PROBLEM = re.compile("第 [0-9]+ 行：.*[一-鿿].*", re.DOTALL)
# A refused file is kept by name with its problems, in words and in the audit trail.
NUMBERS = (b"0", b"-1", b"9" * 30, b"1e5", b"NaN", b"600.005", b"", b"6,00")
KEPT = {"assistance_bankfile", "core_auditentry"}


@pytest.fixture(params=sorted(layouts()))
def valid(request: pytest.FixtureRequest) -> tuple[Batch, bytes]:
    """A batch at the bank and a right answer to it: two paid, one sent back."""
    round_ = released_round(3)
    fund("6000.00")
    batch = instructed_batch(round_, officers(), layout=request.param)
    back = {payments_of(batch)[1].reference: "closed"}
    return batch, answer_to(batch, returned=back)


# --- what happens to files


def flip_bytes(content: bytes, chance: Random) -> bytes:
    damaged = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def cut(content: bytes, chance: Random) -> bytes:
    return content[: chance.randrange(len(content))]


def insert(content: bytes, chance: Random) -> bytes:
    place = chance.randrange(len(content))
    piece = chance.choice([b"\0", b"|", b"\n", b"\r", b"\xff", b'"', b"9", b" ", b"-"])
    return content[:place] + piece * chance.randint(1, 40) + content[place:]


def shuffle_lines(content: bytes, chance: Random) -> bytes:
    lines = content.splitlines(keepends=True)
    one, other = (chance.randrange(len(lines)) for _ in range(2))
    match chance.randrange(4):
        case 0:
            del lines[one]
        case 1:
            lines.insert(other, lines[one])
        case 2:
            lines[one], lines[other] = lines[other], lines[one]
        case _:
            lines[one] = lines[one][: chance.randrange(len(lines[one]) + 1)]
    return b"".join(lines)


def change_number(content: bytes, chance: Random) -> bytes:
    """Amounts, totals, counts, references: a number becomes another one."""
    found = list(re.finditer(rb"[0-9]+(\.[0-9]+)?", content))
    match = chance.choice(found)
    new = chance.choice([*NUMBERS, found[chance.randrange(len(found))].group()])
    return content[: match.start()] + new + content[match.end() :]


def change_encoding(content: bytes, chance: Random) -> bytes:
    text = content.decode("gbk", "replace")
    codec = chance.choice(["utf-8", "utf-8-sig", "utf-16", "gb18030", "utf-32", "big5"])
    return text.encode(codec, "replace")


DAMAGES: tuple[Callable[[bytes, Random], bytes], ...] = (
    flip_bytes,
    cut,
    insert,
    shuffle_lines,
    change_number,
    change_encoding,
)
damages = st.lists(st.sampled_from(DAMAGES), min_size=1, max_size=3)


# --- what becomes of them


def check_refused(refusal: Refusal, touched: set[str], file: BankFile | None) -> None:
    """Nothing applied, and every problem is said in Chinese, by its line."""
    assert touched <= KEPT, touched
    assert CHINESE.search(str(refusal))
    if file is not None:
        assert file.state == "refused"
        assert file.problems
        for problem in file.problems:
            assert PROBLEM.fullmatch(problem), problem


def bring_in(
    batch: Batch, content: bytes, name: str, before: dict[str, str | None]
) -> None:
    """Applied whole or refused whole; then as if it had never come."""
    with transaction.atomic():
        try:
            import_return(content=content, name=name, by=SYSTEM, on=AFTER_NOTICE)
        except Refusal as refusal:
            file = BankFile.objects.filter(direction="in").order_by("-id").first()
            check_refused(refusal, changed(before), file)
        else:
            assert ledger_proof(batch.round).problems == ()
            batch.refresh_from_db()
            answered = [
                p for p in payments_of(batch) if p.state in {"paid", "returned"}
            ]
            assert batch.paid_count + batch.returned_count == len(answered)
        transaction.set_rollback(True)


def test_damaged_return_files_are_refused_by_line_or_applied_whole(
    valid: tuple[Batch, bytes],
) -> None:
    batch, content = valid
    before = digest()

    @tries(80)
    @given(how=damages, seed=st.integers(0, 2**32))
    def damage(how: list[Callable[[bytes, Random], bytes]], seed: int) -> None:
        chance, damaged = Random(seed), content  # noqa: S311
        for one in how:
            with suppress(IndexError, ValueError):  # nothing left to damage
                damaged = one(damaged, chance)
        bring_in(batch, damaged, "HP_1.txt", before)

    damage()


def test_what_is_no_return_file_at_all_is_refused(valid: tuple[Batch, bytes]) -> None:
    batch, _content = valid
    before = digest()

    @tries(40)
    @given(
        content=st.one_of(wires, st.binary(max_size=2000)), name=st.text(max_size=300)
    )
    def refuse(content: bytes, name: str) -> None:
        bring_in(batch, content, name.replace("/", ""), before)

    refuse()
