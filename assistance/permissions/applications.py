"""Who may apply for aid, for whom, and who takes, asks and refuses."""

from assistance.models import AidApplication, DossierIntake
from assistance.permissions.roles import holds_role
from members.enums import Role
from members.models import Organisation, Person
from unionportal.core.actor import Actor
from unionportal.core.verdict import ALLOWED, Verdict, denied

_OWN = "只能办理自己的申请。"


def can_open_window(actor: Actor, organisation: Organisation) -> Verdict:
    """The maker of the union that calls for applications, or of one above."""
    return holds_role(actor, Role.MAKER, organisation, "开放申请")


def can_apply_for_aid(actor: Actor, applicant: Person) -> Verdict:
    """The worker himself; the maker of his union, or of one above, for him (代办)."""
    if actor.kind == "worker":
        return ALLOWED if actor.person_id == applicant.pk else denied(_OWN)
    return holds_role(actor, Role.MAKER, applicant.organisation, "代职工申请")


def can_change_application(actor: Actor, application: AidApplication) -> Verdict:
    """Whoever may apply for this applicant."""
    return can_apply_for_aid(actor, application.applicant)


def can_object_to_refusal(actor: Actor, application: AidApplication) -> Verdict:
    """The applicant himself, or his union for him."""
    return can_apply_for_aid(actor, application.applicant)


def can_decide_aid_application(actor: Actor, application: AidApplication) -> Verdict:
    """The maker of the union that takes it, but nobody his own; a review is another's."""
    if actor.person_id is not None and actor.person_id == application.applicant_id:
        return denied("不能受理自己的申请，请由其他在岗人员办理。")
    is_review = application.objected_on is not None
    if is_review and actor.user_id == application.refused_by_id is not None:
        return denied("复核不能由作出原决定的人办理，请由其他在岗人员办理。")
    return holds_role(actor, Role.MAKER, application.organisation, "受理帮扶申请")


def can_visit_applicant(actor: Actor, application: AidApplication) -> Verdict:
    """The maker of the applicant's union, or of one above; not for himself."""
    if actor.person_id is not None and actor.person_id == application.applicant_id:
        return denied("不能登记自己家的入户，请由其他在岗人员办理。")
    return holds_role(actor, Role.MAKER, application.union, "登记建档入户")


def can_announce_dossier(actor: Actor, application: AidApplication) -> Verdict:
    """The maker of the union that takes it, who decides the class; not his own."""
    if actor.person_id is not None and actor.person_id == application.applicant_id:
        return denied("不能公示自己的建档，请由其他在岗人员办理。")
    return holds_role(actor, Role.MAKER, application.organisation, "公示建档")


def can_file_dossier(actor: Actor, application: AidApplication) -> Verdict:
    """The checker of the county, neither the applicant nor who announced it."""
    if actor.person_id is not None and actor.person_id == application.applicant_id:
        return denied("不能批准自己的建档，请由其他在岗人员办理。")
    intake = DossierIntake.objects.filter(application=application).first()
    if intake is not None and actor.user_id == intake.announced_by_id is not None:
        return denied("建档不能由公示的人批准，请由其他在岗人员办理。")
    return holds_role(actor, Role.CHECKER, application.organisation, "批准建档")


def can_look_at_aid_evidence(actor: Actor, application: AidApplication) -> Verdict:
    """Those who take applications or check their union's lists."""
    roles = (Role.MAKER, Role.CHECKER, Role.APPROVER, Role.AUDITOR)
    place = application.organisation
    if any(actor.seat_for(role, place.path) for role in roles):
        return ALLOWED
    return holds_role(actor, Role.MAKER, application.union, "查看申请材料")
