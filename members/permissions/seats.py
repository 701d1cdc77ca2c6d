"""Whose seat answers for a place: what every verdict of members begins with."""

from members.enums import Role
from members.models import User
from unionportal.core.actor import Actor
from unionportal.core.verdict import ALLOWED, Verdict, denied

CLIENT = "client"


def with_seat(actor: Actor, path: str, roles: tuple[str, ...], what: str) -> Verdict:
    """Allowed with one of the roles at or above the path; the system always.

    The reason names the missing roles and who could give one.
    """
    if actor.is_system or any(actor.seat_for(role, path) for role in roles):
        return ALLOWED
    return lacking(what, roles, where="本工会或上级工会的")


def lacking(what: str, roles: tuple[str, ...], *, where: str = "") -> Verdict:
    """Refused for want of a post: which ones would do, and who appoints to them."""
    named = "、".join(f"“{Role(role).label}”" for role in roles if role in Role)
    return denied(
        f"{what}须有{where}{named}岗位，您没有；"
        "请由该工会的管理员在“岗位”中授予，或请该岗位的同事办理。"
    )


def other_person(actor: Actor, entered_by: User | None) -> Verdict:
    person_id = entered_by.person_id if entered_by else None
    if person_id is not None and person_id == actor.person_id:
        return denied("登记人与核验人不能是同一人，请由其他复核人员核验。")
    return ALLOWED
