"""统一社会信用代码 (GB 32100-2015): 18 signs with two check signs.

Digits 9 to 17 are the body code of GB 11714 with a check sign of its own; the last sign
checks the whole. A union's code begins with 81 (basic), 89 or 13 (local general union);
an employer's with 1, 2, 3, 5, 6, 7, 9, A, N or Y. One is never the other.
"""

import re

from stdnum.cn import uscc

from unionportal.core.errors import Refusal

_BLANKS = re.compile(r"[\s\-]+")
_SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
UNION_BEGINNINGS = ("81", "89", "13")
LENGTH = 18


def read_employer_code(text: str) -> str:
    """An employer's code. Refuses a wrong check sign, and a union's code."""
    code = read_code(text)
    if code.startswith(UNION_BEGINNINGS[:2]):
        raise _refusal("这是工会的代码（81、89 开头），请填写用人单位自己的代码。")
    return code


def read_union_code(text: str) -> str:
    """A union's own code. Refuses a wrong check sign, and an employer's code."""
    code = read_code(text)
    if not code.startswith(UNION_BEGINNINGS):
        raise _refusal("工会的代码以 81、89 或 13 开头，这是单位的代码，请核对。")
    return code


def read_code(text: str) -> str:
    """The bare code in capitals. Refuses what is no such code, naming what is wrong."""
    code = _BLANKS.sub("", text).upper()
    if len(code) != LENGTH:
        raise _refusal("统一社会信用代码应为 18 位，请核对是否漏输或多输。")
    if not set(code) <= set(_SIGNS) - set("IOZSV"):
        raise _refusal("统一社会信用代码只用数字和大写字母，不用 I、O、Z、S、V。")
    if not uscc.is_valid(code):
        raise _refusal("统一社会信用代码的校验位不符，请逐位核对。")
    if _body_check(code[8:16]) != code[16]:
        raise _refusal("统一社会信用代码第 9 至 17 位（主体标识码）校验不符，请核对。")
    return code


def whole_code(beginning: str, body: str) -> str:
    """The code of a beginning (8 signs) and a body (8 signs), with both check signs."""
    start = f"{beginning}{body}{_body_check(body)}"
    return start + str(uscc.calc_check_digit(start))


def _body_check(body: str) -> str:
    """GB 11714: 11 minus the weighted sum mod 11; 10 is written X, 11 is 0."""
    total = sum(
        weight * _SIGNS.index(sign) for weight, sign in zip(_WEIGHTS, body, strict=True)
    )
    return "0123456789X0"[11 - total % 11]


def _refusal(sentence: str) -> Refusal:
    return Refusal(sentence, code="uscc", field="code")
