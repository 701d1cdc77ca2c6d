"""Working through flags: each ends repaired, explained, or with its union dissolved."""

from datetime import date, timedelta

from django.db import transaction

from members.enums import FlagState, OrganisationState
from members.models import UnionFlag
from members.permissions.census import can_answer_flag, can_judge_explanation
from members.workflow import FLAG
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal

LONGEST_EXPLANATION = timedelta(days=366)


@transaction.atomic
def repair_flag(*, flag_id: int, answer: str, on: date, by: Actor) -> UnionFlag:
    """Say what was done about it; the next census opens it again if it still shows."""
    flag = _locked(flag_id)
    can_answer_flag(by, flag).require()
    return _moved(flag, "repair", on=on, by=by, answer=answer)


@transaction.atomic
def explain_flag(*, flag_id: int, answer: str, on: date, by: Actor) -> UnionFlag:
    """Say why it is in order as it stands; the union above judges that."""
    flag = _locked(flag_id)
    can_answer_flag(by, flag).require()
    return _moved(flag, "explain", on=on, by=by, answer=answer)


@transaction.atomic
def accept_explanation(*, flag_id: int, until: date, on: date, by: Actor) -> UnionFlag:
    """Let the explanation stand until a day, a year ahead at most."""
    flag = _locked(flag_id)
    can_judge_explanation(by, flag).require()
    if not on < until <= on + LONGEST_EXPLANATION:
        raise Refusal("说明的有效期应在明天之后、一年之内，请核对。", field="until")
    flag.due_on = until
    flag.accepted_by_id = by.user_id
    return _moved(flag, "accept", on=on, by=by)


@transaction.atomic
def return_explanation(*, flag_id: int, reason: str, on: date, by: Actor) -> UnionFlag:
    """Send the explanation back; the flag is open again, its due day as before."""
    flag = _locked(flag_id)
    can_judge_explanation(by, flag).require()
    return _moved(flag, "return", on=on, by=by, reason=reason)


@transaction.atomic
def close_with_union(*, flag_id: int, on: date, by: Actor) -> UnionFlag:
    """End the flag of a union that has been dissolved; refused while it stands."""
    flag = _locked(flag_id)
    can_answer_flag(by, flag).require()
    if flag.organisation.state != OrganisationState.DISSOLVED:
        raise Refusal("该工会还在册，请先在工会页面办理注销或并入。")
    return _moved(flag, "dissolve", on=on, by=by)


def _locked(flag_id: int) -> UnionFlag:
    flags = UnionFlag.objects.select_for_update(of=("self",))
    return flags.select_related("organisation", "answered_by").get(pk=flag_id)


def _moved(
    flag: UnionFlag,
    action: str,
    *,
    on: date,
    by: Actor,
    answer: str = "",
    reason: str = "",
) -> UnionFlag:
    before, flag.state = flag.state, FLAG.target_of(action, flag.state)
    if flag.state in (FlagState.REPAIRED, FlagState.EXPLAINING):
        if not answer.strip():
            raise Refusal("请写明做了什么或为什么，不能留空。", field="answer")
        flag.answer, flag.answered_on = answer.strip(), on
        flag.answered_by_id, flag.accepted_by = by.user_id, None
    flag.save()
    record(
        by=by,
        verb=action,
        subject=flag,
        on=on,
        organisation_id=flag.organisation_id,
        changes={"state": [before, flag.state]},
        reason=reason or answer,
    )
    return flag
