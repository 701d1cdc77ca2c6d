"""Whether somebody may do something anywhere: for buttons that stand above a list."""

from collections.abc import Callable

from members.models import Organisation
from members.queries.organisation import organisations_visible_to
from unionportal.core.actor import Actor
from unionportal.core.verdict import Verdict, denied


def anywhere(actor: Actor, may: Callable[[Actor, Organisation], Verdict]) -> Verdict:
    """The verdict at the one of the actor's own unions that allows most."""
    held = {seat.organisation_id for seat in actor.seats}
    unions = organisations_visible_to(actor).filter(pk__in=held)
    verdicts = [may(actor, union) for union in unions]
    refused = verdicts[0] if verdicts else denied("您现在没有岗位，请联系管理员设置。")
    return next((verdict for verdict in verdicts if verdict), refused)
