"""Permissions on hardship dossiers."""

from assistance.models import HouseholdDossier, Leaving
from assistance.permissions.roles import holds_role
from members.enums import Role
from members.models import Organisation
from unionportal.core.actor import Actor
from unionportal.core.verdict import ALLOWED, Verdict, denied


def can_register_dossier(actor: Actor, organisation: Organisation) -> Verdict:
    return holds_role(actor, Role.MAKER, organisation, "建立困难职工档案")


def can_recheck_dossier(actor: Actor, dossier: HouseholdDossier) -> Verdict:
    return holds_role(actor, Role.MAKER, dossier.organisation, "复核档案")


def can_close_dossier(actor: Actor, dossier: HouseholdDossier) -> Verdict:
    """An exit ends aid: the checker's post, not the one that keeps the file."""
    return holds_role(actor, Role.CHECKER, dossier.organisation, "档案退出")


def can_reopen_dossier(actor: Actor, dossier: HouseholdDossier) -> Verdict:
    return holds_role(actor, Role.CHECKER, dossier.organisation, "返困重开")


def can_record_visit(actor: Actor, dossier: HouseholdDossier) -> Verdict:
    """The county's clerk, or the clerk of the union that keeps the file."""
    verb = "登记走访"
    at_county = holds_role(actor, Role.MAKER, dossier.organisation, verb)
    if at_county.allowed:
        return at_county
    return holds_role(actor, Role.MAKER, dossier.keeper, verb)


def can_look_at_visit(actor: Actor, dossier: HouseholdDossier) -> Verdict:
    """Whoever works on the file, and who audits the county."""
    verb = "查看走访材料"
    for role in (Role.CHECKER, Role.APPROVER, Role.AUDITOR):
        if holds_role(actor, role, dossier.organisation, verb).allowed:
            return ALLOWED
    at_county = holds_role(actor, Role.MAKER, dossier.organisation, verb)
    if at_county.allowed:
        return at_county
    return holds_role(actor, Role.MAKER, dossier.keeper, verb)


def can_tell_leaving(actor: Actor, dossier: HouseholdDossier) -> Verdict:
    """The clerk tells the household; another person decides."""
    return holds_role(actor, Role.MAKER, dossier.organisation, "告知拟退出")


def can_hear_leaving(actor: Actor, dossier: HouseholdDossier) -> Verdict:
    """The principal speaks for himself; what he says aloud, the clerk writes down."""
    if actor.kind == "worker":
        if actor.person_id == dossier.principal_id:
            return ALLOWED
        return denied("只能就自己的档案陈述意见。")
    return holds_role(actor, Role.MAKER, dossier.organisation, "登记陈述")


def can_decide_leaving(actor: Actor, leaving: Leaving) -> Verdict:
    """The checker, but not who told the household."""
    if actor.user_id is not None and actor.user_id == leaving.told_by_id:
        return denied("退出不能由告知的人决定，请由其他在岗人员办理。")
    return can_close_dossier(actor, leaving.dossier)
