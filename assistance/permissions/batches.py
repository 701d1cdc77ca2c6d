"""Who may release a round, sign a batch, send it to the bank and read its answer.

A step belongs to the paying union. Where that union has nobody left for it, who has
not signed this list already, the step passes to the nearest union above that has (代审).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from assistance.enums import BatchState, SignatureStep
from assistance.models import Batch, Round, SignaturePerson
from assistance.permissions.roles import holds_role
from assistance.workflow import BATCH, ROUND
from members.enums import Role
from members.models import Organisation
from members.queries.post import posts_in_force
from unionportal.core.actor import Actor, Seat
from unionportal.core.verdict import ALLOWED, Verdict, denied

_STEP_OF_TREE = Organisation.steplen


@dataclass(frozen=True, slots=True)
class Step:
    """One signature: the action of the workflow, the role, and whether from above."""

    step: SignatureStep
    action: str
    role: Role
    from_above: bool = False


SUBMIT = Step(SignatureStep.SUBMIT, "submit", Role.MAKER)
CHECK = Step(SignatureStep.CHECK, "check", Role.CHECKER)
APPROVE = Step(SignatureStep.APPROVE, "approve", Role.APPROVER)
ENDORSE = Step(SignatureStep.ENDORSE, "endorse", Role.APPROVER, from_above=True)
PAY = Step(SignatureStep.PAY, "instruct", Role.PAYER)

NEXT_STEP: dict[str, Step] = {
    BatchState.DRAFTED: SUBMIT,
    BatchState.SUBMITTED: CHECK,
    BatchState.CHECKED: APPROVE,
    BatchState.ENDORSING: ENDORSE,
    BatchState.APPROVED: PAY,
}


def can_release_round(actor: Actor, round_: Round, *, on: date) -> Verdict:
    """The maker (经办) of the round's union, or of one above, or the portal itself."""
    del on
    verdict = holds_role(actor, Role.MAKER, round_.organisation, "生成批次")
    if verdict and round_.state not in ROUND.sources_of("release"):
        return denied(
            f"轮次现在是“{round_.get_state_display()}”，不能生成批次；请刷新页面。"
        )
    return verdict


def can_submit_batch(actor: Actor, batch: Batch, *, on: date) -> Verdict:
    """The maker of the paying union."""
    return _verdict(seat_to_sign(actor, batch, SUBMIT, on=on))


def can_check_batch(actor: Actor, batch: Batch, *, on: date) -> Verdict:
    """A checker who has not signed this list."""
    return _verdict(seat_to_sign(actor, batch, CHECK, on=on))


def can_approve_batch(actor: Actor, batch: Batch, *, on: date) -> Verdict:
    """An approver who has not signed this list."""
    return _verdict(seat_to_sign(actor, batch, APPROVE, on=on))


def can_endorse_batch(actor: Actor, batch: Batch, *, on: date) -> Verdict:
    """An approver of a union above, who has not signed this list."""
    return _verdict(seat_to_sign(actor, batch, ENDORSE, on=on))


def can_instruct_batch(actor: Actor, batch: Batch, *, on: date) -> Verdict:
    """A payer who has not signed this list."""
    return _verdict(seat_to_sign(actor, batch, PAY, on=on))


def can_send_back_batch(actor: Actor, batch: Batch, *, on: date) -> Verdict:
    """Whoever may take the next step may refuse it instead."""
    if batch.state not in BATCH.sources_of("send_back"):
        return _wrong_state(batch, "send_back")
    return _verdict(seat_to_sign(actor, batch, NEXT_STEP[batch.state], on=on))


def can_draft_follow_up_batch(
    actor: Actor, organisation: Organisation, *, on: date
) -> Verdict:
    """The maker of the paying union, or of one above, or the portal itself."""
    del on
    return holds_role(actor, Role.MAKER, organisation, "生成重发批次")


def can_import_return(actor: Actor) -> Verdict:
    """Any payer, for the batches he reaches; the portal itself for all."""
    if actor.is_system or any(seat.role == Role.PAYER for seat in actor.seats):
        return ALLOWED
    return denied(
        f"导入银行回盘文件需要“{Role.PAYER.label}”岗位，您没有；"
        "请联系本级工会的管理员设置岗位。"
    )


def seat_to_sign(actor: Actor, batch: Batch, step: Step, *, on: date) -> Seat | Verdict:
    """Return the seat in which the actor may sign now, or the denial with its reason."""
    if not actor.reaches(batch.organisation.path) or actor.user_id is None:
        return denied(
            "这个批次不属于您的工会范围，或您不是在岗人员；办理"
            f"“{step.step.label}”需要批次所属工会的“{step.role.label}”岗位，"
            "请由该工会的管理员在“岗位”中授予，或请该岗位的同事办理。"
        )
    if batch.state not in BATCH.sources_of(step.action):
        return _wrong_state(batch, step.action)
    signed = signers_of(batch)
    if actor.user_id in signed:
        return denied(
            f"您已在这份名单上签过“{signed[actor.user_id]}”；经办、复核、审批、出纳"
            "必须是不同的人，请由其他在岗人员办理。"
        )
    nearest = union_to_sign(batch, step, signed=set(signed), on=on)
    if nearest is None:
        return denied(
            f"{batch.organisation.short_name}及其上级工会都没有可以办理"
            f"“{step.step.label}”的人；请联系管理员设置“{step.role.label}”岗位。"
        )
    return _own_seat(actor, step, nearest, set(signed)) or _lacking(
        f"办理“{step.step.label}”", step.role, nearest
    )


def signers_of(batch: Batch) -> dict[int, str]:
    """Return who stands behind a signature of the current cycle, and which step it was."""
    rows = SignaturePerson.objects.filter(batch=batch, cycle=batch.cycle)
    return {
        user_id: str(SignatureStep(step).label)
        for user_id, step in rows.values_list("user_id", "signature__step")
    }


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a role at a place; a deputy's principal counts as well."""

    path: str
    user_id: int
    principal_id: int | None


Holders = Mapping[str, Sequence[Holder]]


def holders_on(on: date, *, paths: Iterable[str] | None = None) -> Holders:
    """Who holds each role on a day, everywhere or at some places."""
    posts = posts_in_force(on)
    if paths is not None:
        posts = posts.filter(organisation__path__in=paths)
    found: dict[str, list[Holder]] = {}
    for role, path, user_id, principal_id in posts.values_list(
        "role", "organisation__path", "user_id", "deputy_of__user_id"
    ):
        found.setdefault(role, []).append(Holder(path, user_id, principal_id))
    return found


def place_to_sign(batch: Batch, step: Step, holders: Holders, signed: set[int]) -> str:
    """The nearest place, the paying union first, with somebody free for the step.

    Empty where there is none. Free is who has not signed this list, nor stands in for
    somebody who has.
    """
    places = set(_places_of(batch, step))
    free = (
        holder.path
        for holder in holders.get(step.role, ())
        if holder.path in places and not {holder.user_id, holder.principal_id} & signed
    )
    return max(free, key=len, default="")


def union_to_sign(
    batch: Batch, step: Step, *, signed: set[int], on: date
) -> Organisation | None:
    """Return the nearest union, the paying one first, with somebody free for the step."""
    holders = holders_on(on, paths=_places_of(batch, step))
    place = place_to_sign(batch, step, holders, signed)
    if place == batch.organisation.path:
        return batch.organisation
    return Organisation.objects.filter(path=place).first() if place else None


def _places_of(batch: Batch, step: Step) -> list[str]:
    path = batch.organisation.path
    last = len(path) - _STEP_OF_TREE if step.from_above else len(path)
    return [path[:end] for end in range(_STEP_OF_TREE, last + 1, _STEP_OF_TREE)]


def has_union_above(batch: Batch) -> bool:
    """Tell whether anybody stands above the paying union."""
    return len(batch.organisation.path) > _STEP_OF_TREE


def _own_seat(
    actor: Actor, step: Step, union: Organisation, signed: set[int]
) -> Seat | None:
    seats = [
        seat
        for seat in actor.seats
        if seat.role == step.role
        and seat.organisation_id == union.pk
        and seat.principal_id not in signed
    ]
    seats.sort(key=lambda seat: seat.principal_id is not None)
    return seats[0] if seats else None


def _verdict(found: Seat | Verdict) -> Verdict:
    return found if isinstance(found, Verdict) else ALLOWED


def _wrong_state(batch: Batch, action: str) -> Verdict:
    return denied(
        f"批次现在是“{batch.get_state_display()}”，不能“{BATCH.action_label(action)}”；"
        "请刷新页面查看最新进展。"
    )


def _lacking(verb: str, role: Role, organisation: Organisation) -> Verdict:
    return denied(
        f"{verb}需要{organisation.short_name}的“{role.label}”岗位，您没有这个岗位；"
        "请由该岗位人员办理，或联系管理员设置岗位。"
    )


def can_read_names(actor: Actor, batch: Batch) -> Verdict:
    """Names in full on a list to sign: who signs or pays it, and who audits it."""
    roles = (Role.MAKER, Role.CHECKER, Role.APPROVER, Role.PAYER, Role.AUDITOR)
    if any(actor.seat_for(role, batch.organisation.path) for role in roles):
        return ALLOWED
    return denied(
        "名单上的完整姓名只能由办理或审计这一批的岗位（"
        f"{batch.organisation.short_name}的{'、'.join(f'“{one.label}”' for one in roles)}）"
        "查看，您没有这样的岗位；请联系管理员设置岗位。"
    )
