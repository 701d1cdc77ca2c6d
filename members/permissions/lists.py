"""Who may take lists of the register out of the portal."""

from members.enums import Role
from members.permissions.seats import lacking
from unionportal.core.actor import Actor
from unionportal.core.verdict import ALLOWED, Verdict

READING_ROLES = (
    Role.MAKER,
    Role.CHECKER,
    Role.APPROVER,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
)


def can_export_list(actor: Actor) -> Verdict:
    """Whoever works with the register; a payer's work needs no list of it."""
    roles = set(READING_ROLES)
    if actor.is_system or any(seat.role in roles for seat in actor.seats):
        return ALLOWED
    return lacking("导出名册", READING_ROLES)
