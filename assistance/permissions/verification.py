"""Who draws a sample, who calls the people drawn, who ends what they found."""

from assistance.models import Round, SampleItem, SignaturePerson, VerificationFinding
from assistance.permissions.roles import holds_role
from members.enums import Role
from members.models import Organisation
from unionportal.core.actor import Actor, Seat
from unionportal.core.verdict import ALLOWED, Verdict, denied

VERIFYING = (Role.AUDITOR, Role.CHECKER, Role.MAKER)


def can_draw_sample(actor: Actor, round_: Round) -> Verdict:
    """The maker or the auditor of the organising union; the seed is nobody's choice."""
    verdict = holds_role(actor, Role.MAKER, round_.organisation, "抽取核查样本")
    return verdict or holds_role(
        actor, Role.AUDITOR, round_.organisation, "抽取核查样本"
    )


def can_waive_verification(actor: Actor, round_: Round) -> Verdict:
    """An approver of a union above the organising one, as a person with a name."""
    if actor.user_id is not None and waiving_seat(actor, round_) is not None:
        return ALLOWED
    return denied(
        f"免予核查需要{round_.organisation.name}的上级工会的“审批”岗位，您没有；"
        "请由上级工会的管理员在“岗位”中授予，或请该岗位的同事批准；"
        "没有上级工会的，请抽样核查。"
    )


def waiving_seat(actor: Actor, round_: Round) -> Seat | None:
    """The approver's seat above the organising union, if the actor holds one."""
    above = round_.organisation.path[: -Organisation.steplen]
    return actor.seat_for(Role.APPROVER, above) if above else None


def can_take_sample_items(actor: Actor, round_: Round) -> Verdict:
    """A maker, checker or auditor whose reach meets the round's."""
    path = round_.organisation.path
    meets = any(
        seat.role in VERIFYING and (seat.reaches(path) or seat.path.startswith(path))
        for seat in actor.seats
    )
    if meets and actor.user_id is not None:
        return ALLOWED
    return denied(
        "领取核查需要“审计”、“复核”或“经办”岗位，您没有；"
        "请由本工会的管理员在“岗位”中授予，或请该岗位的同事办理。"
    )


def can_verify_item(actor: Actor, item: SampleItem) -> Verdict:
    """Within reach, by a verifying role, and without a hand in the batch's signatures."""
    path = item.stratum.organisation.path
    seats = [s for s in actor.seats if s.role in VERIFYING and s.reaches(path)]
    if not seats or actor.user_id is None:
        return denied(
            f"核查需要{item.stratum.organisation.name}或其上级工会的"
            "“审计”、“复核”或“经办”岗位，您没有；请由该工会的管理员授予，"
            "或请该岗位的同事办理。"
        )
    signed = set(
        SignaturePerson.objects.filter(batch=item.batch_id).values_list(
            "user_id", flat=True
        )
    )
    own = {actor.user_id, *(s.principal_id for s in seats if s.principal_id)}
    if own & signed:
        return denied("您或您所代理的人在这个批次上签过字，不能核查它；请由他人领取。")
    return ALLOWED


def can_end_finding(actor: Actor, finding: VerificationFinding) -> Verdict:
    """The approver of the paying union or of one above; not whoever verified."""
    union = finding.item.stratum.organisation
    verdict = holds_role(actor, Role.APPROVER, union, "了结核查问题")
    if verdict and finding.call.verifier_id == actor.user_id:
        return denied("核查人不能了结自己发现的问题；请由另一位审批岗位的同事办理。")
    return verdict
