"""ID numbers: what is an error, what is a warning, what is read."""

from datetime import date

import pytest

from members.rules.id_number import read_id_number
from unionportal.core.errors import Refusal

ON = date(2025, 12, 1)


def test_id_number_gives_birth_date_and_sex() -> None:
    read = read_id_number("11010519491231002x", on=ON)
    assert (read.number, read.birth_date, read.sex, read.warnings) == (
        "11010519491231002X",
        date(1949, 12, 31),
        "female",
        (),
    )


def test_id_number_with_odd_seventeenth_digit_is_male() -> None:
    assert read_id_number("440524188001010014", on=ON).sex == "male"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("110105194912310021", "校验位不符"),
        ("1101051949123100", "应为 18 位"),
        ("11010519491231A02X", "前 17 位应为数字"),
        ("110105194913310023", "校验位不符"),
        ("110105202612310021", "校验位不符"),
    ],
)
def test_id_number_refusal_names_what_is_wrong(text: str, part: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_id_number(text, on=ON)
    assert part in str(refused.value)
    assert refused.value.field == "id_number"


def test_id_number_with_impossible_date_is_refused() -> None:
    with pytest.raises(Refusal, match="不是有效日期"):
        read_id_number(checked("35042619810230001"), on=ON)


def test_id_number_born_after_the_day_is_refused() -> None:
    with pytest.raises(Refusal, match="晚于办理日期"):
        read_id_number(checked("35042620251202001"), on=ON)


def test_id_number_of_unknown_county_is_a_warning() -> None:
    read = read_id_number(checked("39042619800304001"), on=ON)
    assert read.warnings == (
        "前 6 位 390426 不在出生当年的区划代码表中，请再核对一次证件。",
    )


def test_residence_permit_of_hong_kong_warns_not() -> None:
    assert read_id_number(checked("81000019800304001"), on=ON).warnings == ()


def checked(body: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(d) * w for d, w in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("11010519800304001", "resident"),
        ("81000019800304001", "hmt_permit"),
        ("83000019800304001", "hmt_permit"),
        ("91156019800304001", "foreigner"),
    ],
)
def test_the_number_tells_on_which_document_it_stands(body: str, kind: str) -> None:
    read = read_id_number(checked(body), on=ON)
    assert (read.kind, read.warnings) == (kind, ())
