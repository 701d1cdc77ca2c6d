"""Guidance towards a union (建会指导): begun, noted, handed over, ended."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from members.enums import OrganisingState
from members.models import Employer, OrganisingCase, OrganisingStep
from members.models.employer import MUST_HAVE_A_UNION
from members.permissions.organisations import can_keep_employer
from members.queries.organising import who_may_answer
from members.workflow import ORGANISING
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal


@transaction.atomic
def start_organising(
    *, employer_id: int, responsible_id: int, due_on: date, on: date, by: Actor
) -> OrganisingCase:
    """Begin to follow an employer up; one effort at a time.

    Refused: an employer that is closed, has a union, or is known to have fewer than 25
    staff; a due day that is past; somebody who holds no post at the union that answers
    for the employer nor at one above it.
    """
    employers = Employer.objects.select_for_update(of=("self",))
    employer = employers.select_related("keeper").get(pk=employer_id)
    can_keep_employer(by, employer.keeper).require()
    if employer.closed_on is not None or employer.organisation_id is not None:
        raise Refusal("该单位已停业或已有工会覆盖，不需要指导建会。", code="state")
    if (employer.headcount or 0) < MUST_HAVE_A_UNION:
        raise Refusal(
            f"该单位登记的职工不满 {MUST_HAVE_A_UNION} 人；人数有误的请先变更。"
        )
    if employer.organising.filter(state=OrganisingState.GUIDING).exists():
        raise Refusal("该单位已有进行中的建会指导，请在其中办理。", code="state")
    _check_charge(employer, responsible_id, due_on, on)
    case = OrganisingCase.objects.create(
        employer=employer,
        responsible_id=responsible_id,
        started_on=on,
        due_on=due_on,
    )
    changes = {"responsible": responsible_id, "due_on": due_on}
    _record(case, "start", on=on, by=by, changes=changes)
    return case


@transaction.atomic
def note_organising(
    *, case_id: int, happened_on: date, said: str, on: date, by: Actor
) -> OrganisingStep:
    """Note what was done on a day; refused for a day to come, and once it has ended."""
    case = _locked(case_id, by)
    if case.state != OrganisingState.GUIDING:
        raise Refusal("这次建会指导已经结束，不能再记。", code="state")
    if happened_on > on:
        raise Refusal("日期不能晚于今天。", field="happened_on")
    if not said.strip():
        raise Refusal("请写明做了什么。", field="said")
    step = OrganisingStep.objects.create(
        case=case, happened_on=happened_on, said=said.strip(), noted_by_name=by.name
    )
    _record(case, "note", on=on, by=by, changes={"happened_on": happened_on})
    return step


@transaction.atomic
def hand_over_organising(
    *, case_id: int, responsible_id: int, due_on: date, on: date, by: Actor
) -> OrganisingCase:
    """Put somebody else in charge, or set another day."""
    case = _locked(case_id, by)
    if case.state != OrganisingState.GUIDING:
        raise Refusal("这次建会指导已经结束。", code="state")
    _check_charge(case.employer, responsible_id, due_on, on)
    changes = {
        "responsible": [case.responsible_id, responsible_id],
        "due_on": [case.due_on, due_on],
    }
    case.responsible_id, case.due_on = responsible_id, due_on
    case.save(update_fields=["responsible", "due_on"])
    _record(case, "hand_over", on=on, by=by, changes=changes)
    return case


@transaction.atomic
def found_organising(*, case_id: int, on: date, by: Actor) -> OrganisingCase:
    """End it with the union that covers the employer now; refused while none does."""
    case = _locked(case_id, by)
    union_id = case.employer.organisation_id
    if union_id is None:
        raise Refusal("该单位还没有工会覆盖，请先在单位页面登记建会。")
    case.organisation_id = union_id
    return _ended(case, "found", on=on, by=by)


@transaction.atomic
def end_organising(*, case_id: int, reason: str, on: date, by: Actor) -> OrganisingCase:
    """End it without a union, saying why; the employer stays on the list if it belongs."""
    case = _locked(case_id, by)
    if not reason.strip():
        raise Refusal("请写明没有建会的原因。", field="reason")
    case.end_reason = reason.strip()
    return _ended(case, "end", on=on, by=by)


def _locked(case_id: int, by: Actor) -> OrganisingCase:
    cases = OrganisingCase.objects.select_for_update(of=("self",))
    case = cases.select_related("employer__keeper").get(pk=case_id)
    can_keep_employer(by, case.employer.keeper).require()
    return case


def _check_charge(
    employer: Employer, responsible_id: int, due_on: date, on: date
) -> None:
    if due_on < on:
        raise Refusal("期限不能早于今天。", field="due_on")
    if not who_may_answer(employer, on=on).filter(pk=responsible_id).exists():
        raise Refusal("负责人须在责任工会或其上级工会任职。", field="responsible_id")


def _ended(case: OrganisingCase, action: str, *, on: date, by: Actor) -> OrganisingCase:
    before, case.state = case.state, ORGANISING.target_of(action, case.state)
    case.ended_on = on
    case.save()
    changes: dict[str, object] = {"state": [before, case.state]}
    if case.organisation_id:
        changes["organisation"] = case.organisation_id
    _record(case, action, on=on, by=by, changes=changes, reason=case.end_reason)
    return case


def _record(
    case: OrganisingCase,
    verb: str,
    *,
    on: date,
    by: Actor,
    changes: Mapping[str, object],
    reason: str = "",
) -> None:
    record(
        by=by,
        verb=verb,
        subject=case,
        on=on,
        organisation_id=case.employer.keeper_id,
        changes=dict(changes),
        reason=reason,
    )
