"""Numbers as people read them: thousands by comma, yuan with two decimals."""

from decimal import Decimal

from django import template

from unionportal.core.money import show_yuan

register = template.Library()


@register.filter
def yuan(value: Decimal | None) -> str:
    """Write a sum of yuan as 1,029,600.00; nothing for none."""
    return "" if value is None else show_yuan(value)


@register.filter
def grouped(value: int | Decimal | None) -> str:
    """Write a count as 2,000, a sum with its decimals; nothing for none."""
    return "" if value is None else f"{value:,}"
