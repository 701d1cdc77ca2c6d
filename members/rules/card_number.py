"""Bank card numbers: 16 to 19 digits with a Luhn check digit (ISO/IEC 7812-1)."""

import re

from unionportal.core.errors import Refusal

_BLANKS = re.compile(r"[\s\-]+")
SHORTEST, LONGEST = 16, 19
_DOUBLED = str.maketrans("0123456789", "0246813579")  # the digits of the double added


def read_card_number(text: str) -> str:
    """Return the bare digits. Refuses what is no card number, naming what is wrong."""
    number = _BLANKS.sub("", text)
    if not (number.isascii() and number.isdigit()):
        raise Refusal("银行卡号只能是数字，请核对。", code="card", field="number")
    if not SHORTEST <= len(number) <= LONGEST:
        raise Refusal("银行卡号应为 16 至 19 位，请核对。", code="card", field="number")
    if not _ends_in_its_check_digit(number):
        raise Refusal(
            "银行卡号校验位不符，请对照卡面逐位核对。", code="card", field="number"
        )
    return number


def _ends_in_its_check_digit(number: str) -> bool:
    """Luhn: every second digit from the right doubled, the sum ends in nought.

    By tables: a roster brings a hundred thousand cards.
    """
    digits = number[::-2] + number[-2::-2].translate(_DOUBLED)
    return (sum(digits.encode()) - len(digits) * ord("0")) % 10 == 0
