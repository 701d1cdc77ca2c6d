"""Hardship dossiers: registered once per household, rechecked yearly, closed, reopened.

States and moves: `DOSSIER` in `assistance/workflow.py`.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any

from django.db import connection, transaction

from assistance.actions.leavings import end_leaving
from assistance.actions.one_household import numbers_of, require_one_file
from assistance.enums import (
    DossierState,
    ExitReason,
    FileKind,
    FileLevel,
    Relation,
)
from assistance.models import HouseholdDossier, HouseholdMember, Leaving
from assistance.permissions.dossiers import (
    can_close_dossier,
    can_decide_leaving,
    can_recheck_dossier,
    can_register_dossier,
    can_reopen_dossier,
)
from assistance.queries.hardship_classes import proposal_for
from assistance.queries.leavings import open_leaving
from assistance.rules.household import HouseholdFacts
from assistance.workflow import DOSSIER
from members.actions.consent import ConsentEntry, write_consent
from members.enums import ConsentChannel
from members.models import Organisation, Person
from members.queries.consent import AID, has_withdrawn, person_subject
from members.queries.organisation import organisation_of
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.calendar import long_date
from unionportal.core.errors import Refusal
from unionportal.core.secrets import blind_index

OTHER_CAUSES_MAX = 3
WITHDRAWN = "本人已撤回困难帮扶的同意；要继续办理，请本人重新签署授权书。"


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberEntry:
    """A further person of the household."""

    name: str
    relation: Relation
    id_number: str = ""
    birth_date: date | None = None
    identity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierEntry:
    """A dossier as approved; the county union of the division decides and pays.

    `authorisation` says where the principal's signed consent lies.
    """

    principal_id: int
    division_code: str
    keeper_id: int
    applied_on: date
    approved_on: date
    facts: HouseholdFacts
    file_level: FileLevel = FileLevel.CITY
    file_kind: FileKind = FileKind.ADDED
    address: str = ""
    members: tuple[MemberEntry, ...] = ()
    authorisation: str = ""


@transaction.atomic
def register_dossier(*, entry: DossierEntry, on: date, by: Actor) -> HouseholdDossier:
    """Put a household on file; the visit before the approval is its first recheck.

    Refused: a principal who has withdrawn his consent and signs no new one, or has a
    dossier, open or closed; anybody of the household who stands in another open one
    (一户一档); causes beyond one and three; a class other than the proposed one without
    a reason.
    """
    organisation = _county_union(entry.division_code)
    can_register_dossier(by, organisation).require()
    principal = (
        Person.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .get(pk=entry.principal_id)
    )
    require_no_dossier(principal)
    require_one_file([principal.id_number, *(one.id_number for one in entry.members)])
    _require_causes(entry.facts)
    facts = with_class_decided(entry.facts, entry.division_code, entry.applied_on)
    dossier = _new_dossier(replace(entry, facts=facts), organisation)
    _add_members(dossier, entry.members)
    _write_authorisation(principal, entry.authorisation, on=on, by=by)
    record(
        by=by,
        verb="register_dossier",
        subject=dossier,
        on=on,
        organisation_id=organisation.pk,
        changes={"number": dossier.number, "class": str(entry.facts.hardship_class)},
        reason=facts.class_reason,
    )
    return dossier


def _write_authorisation(
    principal: Person, authorisation: str, *, on: date, by: Actor
) -> None:
    """The signed consent, on paper; refused where an earlier one was withdrawn."""
    if authorisation.strip():
        entry = ConsentEntry(
            purpose=AID, channel=ConsentChannel.PAPER, evidence=authorisation
        )
        write_consent(person_subject(principal), entry, on=on, by=by)
    elif has_withdrawn(principal.pk, AID):
        raise Refusal(WITHDRAWN, code="consent", field="authorisation")


def _county_union(division_code: str) -> Organisation:
    organisation = organisation_of(division_code)
    if organisation is None:
        raise Refusal(f"区划 {division_code} 没有对应的工会。", field="division_code")
    return organisation


def require_no_dossier(principal: Person) -> None:
    """Refuse somebody who has a dossier, open or closed."""
    earlier = HouseholdDossier.objects.filter(principal=principal).first()
    if earlier is None:
        return
    if earlier.state == DossierState.ON_FILE:
        raise Refusal(
            f"{principal.name}已有在档的档案 {earlier.number}，一户一档；请在原档案上办理。",
            code="dossier_exists",
        )
    raise Refusal(
        f"{principal.name}有已退出的档案 {earlier.number}；返困的请在原档案上“返困重开”。",
        code="dossier_exists",
    )


def _require_causes(facts: HouseholdFacts) -> None:
    others = facts.other_causes
    if len(others) > OTHER_CAUSES_MAX or len({*others, facts.main_cause}) <= len(
        others
    ):
        raise Refusal(
            "主要致困原因只选一项，次要原因最多三项，且不能重复。", field="other_causes"
        )


def with_class_decided(
    facts: HouseholdFacts, division_code: str, applied_on: date
) -> HouseholdFacts:
    """The facts with the reason for the class where one is due, without where none is."""
    proposal, _sums = proposal_for(
        facts, division_code=division_code, applied_on=applied_on
    )
    if not proposal.differs_from(facts.hardship_class):
        return replace(facts, class_reason="")
    reason = facts.class_reason.strip()
    if not reason:
        raise Refusal(
            f"{proposal.in_words}要核定为别的类别，请在“核定类别的理由”中写明。",
            code="class_reason",
            field="class_reason",
        )
    return replace(facts, class_reason=reason)


def _new_dossier(entry: DossierEntry, organisation: Organisation) -> HouseholdDossier:
    key = _next_key()
    stated = _stated(entry.facts)
    return HouseholdDossier.objects.create(
        pk=key,
        number=f"{entry.division_code}{entry.applied_on:%Y}{key:08d}",
        organisation=organisation,
        keeper_id=entry.keeper_id,
        division_id=entry.division_code,
        principal_id=entry.principal_id,
        file_level=entry.file_level,
        file_kind=entry.file_kind,
        address=entry.address,
        applied_on=entry.applied_on,
        approved_on=entry.approved_on,
        rechecked_on=entry.approved_on,
        **stated,
    )


def _next_key() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id'))",
            [HouseholdDossier._meta.db_table],
        )
        (key,) = cursor.fetchone()
    return int(key)


def _stated(facts: HouseholdFacts) -> dict[str, Any]:
    return asdict(facts) | {"other_causes": list(facts.other_causes)}


def _add_members(dossier: HouseholdDossier, entries: tuple[MemberEntry, ...]) -> None:
    indexes = [
        blind_index(one.id_number, kind="id_number") if one.id_number else ""
        for one in entries
    ]
    HouseholdMember.objects.bulk_create(
        HouseholdMember(
            dossier=dossier,
            name=one.name,
            relation=one.relation,
            id_number=one.id_number or None,
            id_number_index=index,
            birth_date=one.birth_date,
            identity=one.identity,
        )
        for one, index in zip(entries, indexes, strict=True)
    )


@transaction.atomic
def recheck_dossier(
    *, dossier_id: int, facts: HouseholdFacts, on: date, by: Actor
) -> HouseholdDossier:
    """Write down what a visit found and date it; only dossiers on file.

    The audit entry keeps each value before and after. Refused: a class other than the
    proposed one without a reason.
    """
    dossier = _locked(dossier_id)
    can_recheck_dossier(by, dossier).require()
    if dossier.state != DossierState.ON_FILE:
        raise Refusal("档案已退出，不用复核；返困的请先“返困重开”。", code="state")
    if has_withdrawn(dossier.principal_id, AID):
        raise Refusal(WITHDRAWN, code="consent")
    _require_causes(facts)
    facts = with_class_decided(facts, dossier.division_id, dossier.applied_on)
    changes = _apply(dossier, _stated(facts) | {"rechecked_on": on})
    dossier.save(
        update_fields=[*(field.name for field in fields(facts)), "rechecked_on"]
    )
    record(
        by=by,
        verb="recheck_dossier",
        subject=dossier,
        on=on,
        organisation_id=dossier.organisation_id,
        changes=changes,
    )
    return dossier


def _apply(dossier: HouseholdDossier, stated: Mapping[str, Any]) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for name, value in stated.items():
        before = getattr(dossier, name)
        if before != value:
            changes[name] = [before, value]
            setattr(dossier, name, value)
    return changes


@transaction.atomic
def close_dossier(
    *, dossier_id: int, exit_reason: ExitReason, reason: str, on: date, by: Actor
) -> HouseholdDossier:
    """On file → closed, with the kind of exit and why. Grants already made stand.

    Refused: any exit but a death of which the household was not told, or on which it
    could not yet speak (社会救助法 arts. 45, 48, taken as a model); one that whoever
    told it decides.
    """
    dossier = _locked(dossier_id)
    can_close_dossier(by, dossier).require()
    target = DOSSIER.target_of("close", dossier.state)
    if not reason.strip():
        raise Refusal("请写明退出的理由，职工会看到它。", field="reason")
    told = open_leaving(dossier)
    if exit_reason != ExitReason.DIED:
        _require_heard(told, exit_reason, on)
    if told is not None:
        can_decide_leaving(by, told).require()
        end_leaving(told, "close", reason, on=on, by=by)
    dossier.closed_on, dossier.exit_reason = on, exit_reason
    return _move(dossier, target, "close_dossier", reason, on=on, by=by)


def _require_heard(told: Leaving | None, exit_reason: ExitReason, on: date) -> None:
    if told is None or told.exit_reason != exit_reason:
        raise Refusal(
            f"以“{exit_reason.label}”退出之前，要先告知本人并听取陈述；请由经办办理“告知拟退出”。",
            code="not_told",
        )
    if told.heard_on is None and on <= told.hear_until:
        raise Refusal(
            f"本人可以陈述到{long_date(told.hear_until)}，还没有答复；期满或本人陈述后再决定。",
            code="not_heard",
        )


@transaction.atomic
def reopen_dossier(
    *, dossier_id: int, reason: str, on: date, by: Actor
) -> HouseholdDossier:
    """Closed → on file, in the same dossier (返困).

    Refused: a principal who died, or a household of which somebody has another dossier
    by now.
    """
    dossier = _locked(dossier_id)
    can_reopen_dossier(by, dossier).require()
    target = DOSSIER.target_of("reopen", dossier.state)
    if dossier.exit_reason == ExitReason.DIED:
        raise Refusal("困难职工本人已去世，不能重开；请为遗属另建档案。", code="state")
    require_one_file(numbers_of(dossier), spare=dossier)
    dossier.closed_on, dossier.exit_reason = None, ""
    dossier.file_kind = FileKind.RELAPSED
    return _move(dossier, target, "reopen_dossier", reason, on=on, by=by)


def _locked(dossier_id: int) -> HouseholdDossier:
    return (
        HouseholdDossier.objects.select_for_update(of=("self",))
        .select_related("organisation", "principal")
        .get(pk=dossier_id)
    )


def _move(
    dossier: HouseholdDossier,
    target: str,
    verb: str,
    reason: str,
    *,
    on: date,
    by: Actor,
) -> HouseholdDossier:
    changes = {"state": [dossier.state, target]}
    dossier.state = target
    dossier.save(update_fields=("state", "closed_on", "exit_reason", "file_kind"))
    record(
        by=by,
        verb=verb,
        subject=dossier,
        on=on,
        organisation_id=dossier.organisation_id,
        changes=changes,
        reason=reason,
    )
    return dossier
