"""Mobile numbers of mainland China: 11 digits beginning with 1."""

import re
import unicodedata

from unionportal.core.errors import Refusal

_BLANKS = re.compile(r"[\s\-]+")
_COUNTRY = re.compile(r"^(?:\+|00)?86(?=1\d{10}$)")
_MOBILE = re.compile(r"1[3-9][0-9]{9}\Z")


def read_phone_number(text: str) -> str:
    """Return the bare 11 digits, whatever blanks or +86 were typed."""
    if _MOBILE.match(text):
        return text
    number = _BLANKS.sub("", unicodedata.normalize("NFKC", text))
    number = _COUNTRY.sub("", number)
    if not _MOBILE.match(number):
        raise Refusal(
            "手机号应为 11 位数字，以 1 开头，请核对。", code="phone", field="phone"
        )
    return number
