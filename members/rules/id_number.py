"""Citizen ID numbers (公民身份号码, GB 11643-1999): checked, birth date and sex read.

Numbers of the same form stand on the residence permits of Hong Kong, Macau and Taiwan
(81, 82, 83) and, since 2023, on the permanent residence card of foreigners (9).

A wrong length, sign, date or check digit is an error. A county code that the table
does not know for the year of birth is a warning only: codes are younger and older than
any table, and residence permits of Hong Kong, Macau and Taiwan use 81, 82 and 83.
"""

import re
from dataclasses import dataclass
from datetime import date

from stdnum.cn import ric
from stdnum.exceptions import InvalidComponent
from stdnum.util import isdigits

from unionportal.core.errors import Refusal

LENGTH = 18
_PLAIN = re.compile(r"[0-9]{17}[0-9X]\Z")
PERMIT_PREFIXES = ("81", "82", "83")
FOREIGNER_PREFIX = "9"


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A number that passed, with what is read from it; `sex` is male or female."""

    number: str
    birth_date: date
    sex: str

    @property
    def kind(self) -> str:
        """Which document bears such a number: resident, hmt_permit or foreigner."""
        if self.number.startswith(PERMIT_PREFIXES):
            return "hmt_permit"
        return "foreigner" if self.number.startswith(FOREIGNER_PREFIX) else "resident"

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences that ask to look again at a number that passed."""
        return _warnings(self.number)


def read_id_number(text: str, *, on: date) -> IdNumber:
    """Read a number as of a day. Refuses, naming what is wrong with it."""
    number = text if _PLAIN.match(text) else ric.compact(text)
    if len(number) != LENGTH:
        raise _refusal("应为 18 位，请核对是否漏输或多输。")
    if not isdigits(number[:-1]) or number[-1] not in "0123456789X":
        raise _refusal("前 17 位应为数字，末位为数字或 X，请核对。")
    if number[-1] != ric.calc_check_digit(number):
        raise _refusal("校验位不符，请对照证件逐位核对。")
    return IdNumber(
        number=number,
        birth_date=_birth_date(number, on),
        sex="male" if int(number[16]) % 2 else "female",
    )


def _birth_date(number: str, on: date) -> date:
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise _refusal("第 7 至 14 位不是有效日期，请核对。") from None
    if born > on:
        raise _refusal("出生日期晚于办理日期，请核对。")
    return born


def _warnings(number: str) -> tuple[str, ...]:
    if number.startswith((*PERMIT_PREFIXES, FOREIGNER_PREFIX)):
        return ()
    try:
        ric.get_birth_place(number)
    except InvalidComponent:
        return (f"前 6 位 {number[:6]} 不在出生当年的区划代码表中，请再核对一次证件。",)
    return ()


def _refusal(sentence: str) -> Refusal:
    return Refusal(f"身份证号{sentence}", code="id_number", field="id_number")
