"""What may be done with a union, and the action behind each verb."""

from collections.abc import Callable, Sequence
from typing import Any

from members.actions.office import (
    Certificate,
    Taking,
    certify_organisation,
    delay_election,
    elect_committee,
    leave_office,
    take_office,
)
from members.actions.organisation import approve_organisation, decline_organisation
from members.actions.organisation_changes import (
    dissolve_organisation,
    lead_dues,
    lock_organisation,
    merge_organisation,
    move_organisation,
    rename_organisation,
    succeed_division,
    unlock_organisation,
)
from members.actions.yearly_return import ReturnEntry, file_return
from members.admin.base import Step
from members.admin.forms import ReasonForm
from members.admin.union_forms import (
    CertificateForm,
    DelayForm,
    DocumentForm,
    DuesForm,
    EffectiveForm,
    ElectionForm,
    LeavingForm,
    MergeForm,
    MoveForm,
    NameForm,
    ReturnForm,
    TakingForm,
    required_union,
)
from members.auth.actor import business_date
from members.enums import OrganisationState
from members.models import Organisation
from members.permissions.organisations import (
    can_approve_organisation,
    can_change_organisation,
    can_keep_organisation,
)
from members.queries.person import person_by_id_number
from unionportal.core.actor import Actor
from unionportal.core.errors import Refusal

Entered = dict[str, Any]
MOVES = "自生效日期起按新的隶属关系统计；以前的报表仍按当时的隶属关系。"
ENDS = "所属人员和覆盖的单位转到承接的工会，其岗位和干部任职同时结束；不能撤回。"

BALANCES = (
    "账面余额和在途的发放不随之转移：请先办结在途发放，并另行把资金划转到承接的工会。"
)


def steps_of(
    union: Organisation, actor: Actor, officers: list[tuple[int, str]]
) -> Sequence[Step]:
    """The verbs that a union's state leaves open."""
    if union.state == OrganisationState.FORMING:
        return founding_steps(union, actor)
    if union.state == OrganisationState.DISSOLVED:
        return ()
    return (*change_steps(union, actor), *keeping_steps(union, actor, officers))


def founding_steps(union: Organisation, actor: Actor) -> Sequence[Step]:
    """Approve or decline what is forming."""
    may = can_approve_organisation(actor, union)
    call = _caller(union, actor)
    return (
        Step(
            name="approve",
            label="批准成立",
            verdict=may,
            form=DocumentForm,
            act=call(approve_organisation),
            done="已批准成立。",
            tone="next",
        ),
        Step(
            name="decline",
            label="不予批准",
            verdict=may,
            form=ReasonForm,
            act=call(decline_organisation),
            done="已登记不予批准。",
            tone="danger",
            effect="申请就此结束，需要时重新申请。",
        ),
    )


def change_steps(union: Organisation, actor: Actor) -> Sequence[Step]:
    """Acts of the union above."""
    may = can_change_organisation(actor, union)
    call = _caller(union, actor)
    is_locked = union.state == OrganisationState.LOCKED
    switch = unlock_organisation if is_locked else lock_organisation
    rows: tuple[tuple[str, str, Any, Any, str, str], ...] = (
        ("rename", "更名", NameForm, call(rename_organisation), "plain", ""),
        ("move", "变更隶属", MoveForm, _moving(union, actor), "plain", MOVES),
        ("dues", "经费隶属", DuesForm, _dues(union, actor), "plain", ""),
        (
            "unlock" if is_locked else "lock",
            "解除锁定" if is_locked else "锁定",
            ReasonForm,
            call(switch),
            "plain",
            "",
        ),
        ("succeed", "随区划调整", EffectiveForm, call(succeed_division), "plain", ""),
        ("merge", "并入", MergeForm, _merging(union, actor), "danger", ENDS + BALANCES),
        (
            "dissolve",
            "注销",
            EffectiveForm,
            call(dissolve_organisation),
            "danger",
            ENDS,
        ),
    )
    return [
        Step(
            name=name,
            label=label,
            verdict=may,
            form=form,
            act=act,
            done=f"已登记{label}。",
            tone=tone,
            effect=effect,
        )
        for name, label, form, act, tone, effect in rows
        if name != "succeed" or _has_followed(union)
    ]


def keeping_steps(
    union: Organisation, actor: Actor, officers: list[tuple[int, str]]
) -> Sequence[Step]:
    """What the union keeps of itself; each button stands in its section."""
    may = can_keep_organisation(actor, union)
    call = _caller(union, actor)

    def leaving(*args: Any, **kwargs: Any) -> LeavingForm:
        return LeavingForm(*args, officers=officers, **kwargs)

    rows: tuple[tuple[str, str, Any, Any], ...] = (
        ("certify", "登记证书", CertificateForm, _certifying(union, actor)),
        ("elect", "登记换届", ElectionForm, call(elect_committee)),
        ("take-office", "登记任职", TakingForm, _taking(union, actor)),
        ("leave-office", "登记卸任", leaving, _leaving(union, actor, officers)),
        ("file-return", "填报年度报表", ReturnForm, _filing(union, actor)),
    )
    kept = [
        Step(
            name=name, label=label, verdict=may, form=form, act=act, done=f"已{label}。"
        )
        for name, label, form, act in rows
        if name != "leave-office" or officers
    ]
    return [
        *kept,
        Step(
            name="delay",
            label="同意延期换届",
            verdict=can_change_organisation(actor, union),
            form=DelayForm,
            act=call(delay_election),
            done="已登记同意延期。",
        ),
    ]


# --- how


def _has_followed(union: Organisation) -> bool:
    division = union.division
    return bool(
        division
        and division.code == union.code
        and division.successor_id
        and division.valid_to
    )


Call = Callable[..., Callable[[Entered], object]]


def _caller(union: Organisation, actor: Actor) -> Call:
    """Call an action on this union with what was entered; today, unless a day is."""

    def call(action: Callable[..., object]) -> Callable[[Entered], object]:
        def act(entered: Entered) -> object:
            said = {"on": business_date()} | entered
            return action(organisation_id=union.pk, by=actor, **said)

        return act

    return call


def _moving(union: Organisation, actor: Actor) -> Callable[[Entered], object]:
    def act(entered: Entered) -> object:
        under = required_union(actor, entered.pop("code"), "code")
        return move_organisation(
            organisation_id=union.pk, under_id=under, by=actor, **entered
        )

    return act


def _merging(union: Organisation, actor: Actor) -> Callable[[Entered], object]:
    def act(entered: Entered) -> object:
        into = required_union(actor, entered.pop("code"), "code")
        return merge_organisation(
            organisation_id=union.pk, into_id=into, by=actor, **entered
        )

    return act


def _dues(union: Organisation, actor: Actor) -> Callable[[Entered], object]:
    def act(entered: Entered) -> object:
        code = entered.pop("code")
        to = required_union(actor, code, "code") if code.strip() else None
        return lead_dues(organisation_id=union.pk, to_id=to, by=actor, **entered)

    return act


def _certifying(union: Organisation, actor: Actor) -> Callable[[Entered], object]:
    def act(entered: Entered) -> object:
        entry = Certificate(organisation_id=union.pk, **entered)
        return certify_organisation(entry=entry, on=business_date(), by=actor)

    return act


def _taking(union: Organisation, actor: Actor) -> Callable[[Entered], object]:
    def act(entered: Entered) -> object:
        starts_on = entered.pop("starts_on")
        person = person_by_id_number(entered.pop("id_number"))
        entry = Taking(
            organisation_id=union.pk,
            person_id=person.pk if person else None,
            **entered,
        )
        return take_office(
            entry=entry, starts_on=starts_on, on=business_date(), by=actor
        )

    return act


def _leaving(
    union: Organisation, actor: Actor, officers: list[tuple[int, str]]
) -> Callable[[Entered], object]:
    del union
    known = {pk for pk, _name in officers}

    def act(entered: Entered) -> object:
        if entered["officer"] not in known:
            raise Refusal("该人不在任，请刷新页面后再试。", field="officer")
        return leave_office(
            officer_id=entered["officer"],
            ends_on=entered["ends_on"],
            on=business_date(),
            by=actor,
        )

    return act


def _filing(union: Organisation, actor: Actor) -> Callable[[Entered], object]:
    def act(entered: Entered) -> object:
        entry = ReturnEntry(**entered)
        return file_return(
            organisation_id=union.pk, entry=entry, on=business_date(), by=actor
        )

    return act
