"""Where a person works, as verbs of his record."""

from functools import partial
from typing import Any

from members.actions.employment import end_employment, start_employment
from members.admin.base import Step
from members.admin.union_forms import EmploymentForm, LeavingEmployerForm
from members.models import Person
from members.permissions.people import can_register_person
from members.queries.employment import employments_of
from unionportal.core.actor import Actor


def employment_steps(
    actor: Actor, person: Person, common: dict[str, Any]
) -> list[Step]:
    """To take up work, and to leave where he works."""
    may = can_register_person(actor, person.organisation)
    going_on = [
        (one.pk, one.employer.name)
        for one in employments_of(person)
        if one.ends_on is None
    ]
    steps = [
        Step(
            name="employ",
            label="登记就业",
            verdict=may,
            form=EmploymentForm,
            act=lambda entered: start_employment(**entered, **common),
            done="就业已登记，工作单位随之更新。",
        )
    ]
    if going_on:
        shared = {key: value for key, value in common.items() if key != "person_id"}
        leave = Step(
            name="leave-employer",
            label="登记离职",
            verdict=may,
            form=partial(LeavingEmployerForm, employments=going_on),
            act=lambda entered: end_employment(**entered, **shared),
            done="离职已登记。",
        )
        steps.append(leave)
    return steps
