"""Which numbers go together: yuan, counts, plain numbers, and literals.

None is the unit of a bare literal: it takes whatever unit stands beside it. A literal
beside a count may be a rate (500 yuan a head), so their product takes any unit too.
"""

from unionportal.core.formula.declare import YUAN

Unit = str | None
PLAIN = ""


class UnitError(ValueError):
    """Two units that do not go together; the message is Chinese."""


def is_money(unit: Unit) -> bool:
    """Yuan, or a rate of yuan such as 元/月."""
    return unit is not None and (unit == YUAN or unit.startswith(f"{YUAN}/"))


def common(left: Unit, right: Unit) -> Unit:
    """The unit of a sum, and of two sides of a comparison."""
    if left is None or right is None or left == right:
        return right if left is None else left
    raise UnitError(f"单位不同，不能相加或比较：{_shown(left)}与{_shown(right)}")


def product(left: Unit, right: Unit) -> Unit:
    """Money times a count is money; 元/月 times 月 is 元; money never meets money."""
    if is_money(left) and is_money(right):
        raise UnitError("金额不能乘以金额")
    if is_money(right):
        left, right = right, left
    if left is not None and is_money(left):
        return YUAN if left == f"{YUAN}/{right}" else left
    if left == PLAIN or right == PLAIN:
        return right if left == PLAIN else left
    return None


def quotient(left: Unit, right: Unit) -> Unit:
    """Money by a count stays money; like by like is a plain number."""
    if left is not None and left == right:
        return PLAIN
    if is_money(right) and left is not None:
        raise UnitError(f"{_shown(left)}不能除以金额（{right}）")
    if is_money(left) or right is None or right == PLAIN:
        return left
    return None


def _shown(unit: Unit) -> str:
    return f"“{unit}”" if unit else "没有单位的数"
