"""Bank card numbers: 16 to 19 digits with a Luhn check digit (ISO/IEC 7812-1)."""

import re

from stdnum import luhn

from unionportal.core.errors import Refusal

_BLANKS = re.compile(r"[\s\-]+")
SHORTEST, LONGEST = 16, 19


def read_card_number(text: str) -> str:
    """Return the bare digits. Refuses what is no card number, naming what is wrong."""
    number = _BLANKS.sub("", text)
    if not (number.isascii() and number.isdigit()):
        raise Refusal("银行卡号只能是数字，请核对。", code="card", field="number")
    if not SHORTEST <= len(number) <= LONGEST:
        raise Refusal("银行卡号应为 16 至 19 位，请核对。", code="card", field="number")
    if not luhn.is_valid(number):
        raise Refusal(
            "银行卡号校验位不符，请对照卡面逐位核对。", code="card", field="number"
        )
    return number
