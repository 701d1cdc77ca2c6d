"""Who sees to the people whom no message reached, and who words the messages."""

from members.enums import Role
from members.models import Organisation
from members.permissions.seats import with_seat
from unionportal.core.actor import Actor
from unionportal.core.verdict import Verdict, denied

CALLERS = (Role.MAKER, Role.CHECKER, Role.ADMINISTRATOR)


def can_call_person(actor: Actor, union: Organisation | None) -> Verdict:
    """Whoever works with the people of the union the message is of."""
    if union is None:
        return denied("这条短信没有所属工会，请联系管理员。")
    return with_seat(actor, union.path, CALLERS, "电话告知")


def can_resend_message(actor: Actor, union: Organisation | None) -> Verdict:
    """Whoever answers for a second text message to the same person."""
    if union is None:
        return denied("这条短信没有所属工会，请联系管理员。")
    return with_seat(
        actor, union.path, (Role.MAKER, Role.ADMINISTRATOR), "重新发送短信"
    )


def can_word_messages(actor: Actor, union: Organisation) -> Verdict:
    """The administrator of the union, for it and those below it."""
    return with_seat(actor, union.path, (Role.ADMINISTRATOR,), "修改短信模板")
