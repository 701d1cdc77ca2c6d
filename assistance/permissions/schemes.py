"""Permissions on schemes: written by one person of the province, published by another."""

from assistance.models import SchemeVersion
from members.enums import OrganisationLevel, Role
from members.models import Organisation
from unionportal.core.actor import Actor
from unionportal.core.audit import history_of
from unionportal.core.verdict import ALLOWED, Verdict, denied

SAVED = "save_scheme_version"


def can_save_scheme(actor: Actor) -> Verdict:
    return _holds_at_province(actor, Role.MAKER, "编写方案")


def can_publish_scheme(actor: Actor, version: SchemeVersion) -> Verdict:
    """An approver of the province who has not written this version."""
    held = _holds_at_province(actor, Role.APPROVER, "发布方案")
    if not held or actor.is_system:
        return held
    written = history_of(version).filter(verb=SAVED)
    if written.filter(user_id=actor.user_id).exists():
        return denied("这一版方案是您编写的，须由省级总工会的另一位“审批”人员发布。")
    return ALLOWED


def can_withdraw_scheme(actor: Actor) -> Verdict:
    return _holds_at_province(actor, Role.APPROVER, "停用方案")


def _holds_at_province(actor: Actor, role: Role, verb: str) -> Verdict:
    if actor.is_system:
        return ALLOWED
    held = [seat.organisation_id for seat in actor.seats if seat.role == role]
    provinces = Organisation.objects.filter(
        pk__in=held, level=OrganisationLevel.PROVINCE
    )
    if held and provinces.exists():
        return ALLOWED
    return denied(
        f"“{verb}”需要省级总工会的“{role.label}”岗位，您没有；"
        "请由省级总工会的管理员在“岗位”中授予，或请该岗位的同事办理。"
    )
