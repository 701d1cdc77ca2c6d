"""Amounts in yuan: the one rounding, and how amounts are written."""

from decimal import ROUND_HALF_UP, Decimal

FEN = Decimal("0.01")
LARGEST = Decimal(10) ** 16

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万")


def yuan(value: Decimal | int | str) -> Decimal:
    """Round half up to the fen. A float is refused: it is not the number it shows."""
    if isinstance(value, (bool, float)):
        raise TypeError(f"金额不能用 {type(value).__name__} 表示：{value!r}")
    return exact_yuan(value).quantize(FEN, rounding=ROUND_HALF_UP)


def exact_yuan(value: Decimal | int | str) -> Decimal:
    """Return a finite amount within range, unrounded; ValueError otherwise."""
    amount = (
        Decimal(value.replace(",", "")) if isinstance(value, str) else Decimal(value)
    )
    if not amount.is_finite() or abs(amount) >= LARGEST:
        raise ValueError(f"不是金额：{value}")
    return amount


def fen_of(amount: Decimal) -> int:
    """Return whole fen; an amount with a fraction of a fen is refused."""
    fen = amount * 100
    if fen != fen.to_integral_value():
        raise ValueError(f"金额不到分：{amount}")
    return int(fen)


def from_fen(fen: int) -> Decimal:
    """Return yuan with two places."""
    return (Decimal(fen) * FEN).quantize(FEN)


def show_yuan(amount: Decimal | int) -> str:
    """Write an amount with thousands separators: 722,400.00."""
    return f"{yuan(amount):,.2f}"


def capital_yuan(amount: Decimal | int | str) -> str:
    """Write an amount in capital numerals, as on receipts (支付结算办法 附一).

    600 is 陆佰元整, 1,005.30 is 壹仟零伍元叁角整, 0.05 is 伍分.
    """
    fen = fen_of(yuan(amount))
    sign, fen = ("负", -fen) if fen < 0 else ("", fen)
    whole, cents = divmod(fen, 100)
    jiao, last = divmod(cents, 10)
    text = f"{_capital_integer(whole)}元" if whole else ""
    if jiao:
        text += f"{_DIGITS[jiao]}角"
    elif last and whole:
        text += "零"
    text += f"{_DIGITS[last]}分" if last else "整"
    return sign + (text if fen else "零元整")


def _capital_integer(number: int) -> str:
    """Write a positive integer; one 零 stands for any run of zeros inside it."""
    digits = str(number)
    text, gap = "", False
    for at, sign in enumerate(digits):
        place = len(digits) - 1 - at
        digit = int(sign)
        if digit:
            text += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place % 4]
        gap = not digit
        if place % 4 == 0 and _group_counts(number, place // 4):
            text += _GROUPS[place // 4]
    return text


def _group_counts(number: int, group: int) -> bool:
    """Tell whether a group of four is named: 万 if it has digits, 亿 if any above."""
    rest: int = number // 10_000**group
    return rest > 0 if group == 2 else rest % 10_000 > 0
