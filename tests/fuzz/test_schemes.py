"""Schemes damaged in every way: refused with line and column, or kept as a draft."""

import re
from random import Random

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from assistance.actions.schemes import save_scheme_version
from assistance.queries.schemes import SHIPPED
from members.enums import Role
from tests.assistance.builders import ON, PROVINCE, fund_sources, staff
from tests.fuzz import tries
from tests.fuzz.digests import changed, digest
from tests.fuzz.junk import TEXTS
from unionportal.core.errors import Refusal

pytestmark = pytest.mark.django_db
PLACE = re.compile("第 [0-9]+ 行第 [0-9]+ 列：.*[一-鿿]")
PIECES = (
    *(text[:200] for text in TEXTS),
    *(": ", "- ", "&a ", "*a", "!!python/object:os.system ", "? ", "| ", ">-\n", "%"),
    *("\t", "\n", "  ", "{", "}", "[", "]", '"', "'", "#", "@", "`", "<<: *a\n"),
    *(" and ", " or ", "not ", " if ", " else ", "((((((((", "**", "//", "lambda: 1"),
    *("低保标准", "min(", "round_yuan()", "1/0", "0.1", "years_between(", ".x", "[0]"),
)


def damaged(text: str, chance: Random) -> str:
    """Pieces put in, cut out, doubled, lines swapped; as by a tired hand or a bad tool."""
    for _ in range(chance.randint(1, 3)):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.randint(0, 30))
        lines = text.splitlines(keepends=True)
        match chance.randrange(6):
            case 0:
                text = text[:start] + text[end:]
            case 1:
                text = text[:start] + chance.choice(PIECES) + text[end:]
            case 2:
                text = text[:start] + text[start:end] * 2 + text[end:]
            case 3 if lines:
                lines.insert(chance.randrange(len(lines)), chance.choice(lines))
                text = "".join(lines)
            case 4 if lines:
                del lines[chance.randrange(len(lines))]
                text = "".join(lines)
            case _:
                text = re.sub(r"[0-9]+", chance.choice(PIECES[:40]), text, count=3)
    return text


def test_a_damaged_scheme_is_refused_by_line_and_column_or_kept_whole(db: None) -> None:
    maker = staff(Role.MAKER, at=PROVINCE)
    fund_sources()
    shipped = (SHIPPED / "winter_warmth.yaml").read_text(encoding="utf-8")
    before = digest()

    @tries(400)
    @given(seed=st.integers(0, 2**32))
    def damage(seed: int) -> None:
        source = damaged(shipped, Random(seed))  # noqa: S311
        with transaction.atomic():
            refused = ""
            try:
                save_scheme_version(source=source, on=ON, by=maker)
            except Refusal as refusal:
                refused = str(refusal)
            touched = changed(before)
            transaction.set_rollback(True)
        if refused:
            assert PLACE.search(refused), refused
            assert touched == set()
        else:
            assert "core_auditentry" in touched

    damage()


@pytest.mark.parametrize("text", ["", "\0", "a: &a [*a, *a]", "[" * 5000, "- " * 30000])
def test_what_is_no_scheme_is_refused(db: None, text: str) -> None:
    with pytest.raises(Refusal, match="[一-鿿]"):
        save_scheme_version(source=text, on=ON, by=staff(Role.MAKER, at=PROVINCE))
