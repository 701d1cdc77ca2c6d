"""Who takes a census, answers for a flag, and accepts an explanation."""

from members.enums import Role
from members.models import Organisation, UnionFlag
from members.permissions.organisations import can_change_organisation
from members.permissions.seats import other_person, with_seat
from unionportal.core.actor import Actor
from unionportal.core.verdict import Verdict

_KEEPERS = (Role.MAKER, Role.ADMINISTRATOR)


def can_run_census(actor: Actor, organisation: Organisation) -> Verdict:
    return with_seat(actor, organisation.path, _KEEPERS, "普查")


def can_answer_flag(actor: Actor, flag: UnionFlag) -> Verdict:
    """The union itself or one above it."""
    return with_seat(actor, flag.organisation.path, _KEEPERS, "办理普查问题")


def can_judge_explanation(actor: Actor, flag: UnionFlag) -> Verdict:
    """The union above, by somebody else than wrote it."""
    seated = can_change_organisation(actor, flag.organisation)
    return other_person(actor, flag.answered_by) if seated else seated
