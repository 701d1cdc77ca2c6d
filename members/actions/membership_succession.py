"""What becomes of the members of a union that is merged or dissolved."""

from datetime import date

from django.db import connection

from unionportal.core.successions import Succession

# 工会法第十三条: the union ends with its unit, its members' standing does not.
_CARRY = """
    WITH carried AS (
        UPDATE members_membership
        SET organisation_id = %s, standing_number = standing_number + 1,
            since = greatest(since, %s)
        WHERE organisation_id = %s AND state IN ('member', 'kept', 'retired')
        RETURNING id, standing_number, organisation_id, state, since
    )
    INSERT INTO members_standing (membership_id, number, act, organisation_id, state,
        since, document, reason, by_name)
    SELECT id, standing_number, 'transfer', organisation_id, state, since, '',
        '工会合并或注销，会籍由承继工会接续', '系统'
    FROM carried
"""


def carry_memberships(from_id: int, to_id: int, on: date) -> int:
    """Every membership in force moves on to the other union, as a standing of its own."""
    with connection.cursor() as cursor:
        cursor.execute(_CARRY, [to_id, on, from_id])
        return int(cursor.rowcount)


MEMBERSHIP_SUCCESSION = Succession("members.memberships", "会籍", carry_memberships)
