"""Visits at home: written down once, with the signed form, and looked at under a trail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from assistance.enums import DossierState, VisitPurpose
from assistance.models import HouseholdDossier, Visit, VisitPaper
from assistance.permissions.dossiers import can_look_at_visit, can_record_visit
from members.queries.consent import AID, has_withdrawn
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.papers import content_of, keep_papers
from unionportal.core.uploads.evidence import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitEntry:
    """What the visitors bring back; `visitors` are their names."""

    purpose: VisitPurpose
    visited_on: date
    visitors: str
    found: str
    papers: Sequence[Evidence] = ()


@transaction.atomic
def record_visit(*, dossier_id: int, entry: VisitEntry, on: date, by: Actor) -> Visit:
    """Write a visit down (domain notes B1: home visit with a signed form).

    Refused: a day to come or before the application; no names, no findings; the same
    visit twice; a return visit to a household on file, any other to one that has left;
    a principal who has withdrawn his consent.
    """
    dossier = (
        HouseholdDossier.objects.select_for_update(of=("self",))
        .select_related("organisation", "keeper")
        .get(pk=dossier_id)
    )
    can_record_visit(by, dossier).require()
    _require_sense(entry, dossier, on)
    _require_new(entry, dossier)
    visit = Visit.objects.create(
        dossier=dossier,
        purpose=entry.purpose,
        visited_on=entry.visited_on,
        visitors=entry.visitors.strip(),
        found=entry.found.strip(),
    )
    keep_papers(VisitPaper, entry.papers, visit=visit)
    record(
        by=by,
        verb="record_visit",
        subject=dossier,
        on=on,
        organisation_id=dossier.organisation_id,
        changes={
            "purpose": str(entry.purpose),
            "visited_on": entry.visited_on,
            "papers": [paper.sha256 for paper in entry.papers],
        },
    )
    return visit


def _require_sense(entry: VisitEntry, dossier: HouseholdDossier, on: date) -> None:
    if entry.visited_on > on:
        raise Refusal("走访日期不能晚于今天。", field="visited_on")
    if entry.visited_on < dossier.applied_on:
        raise Refusal("走访日期不能早于申请日期。", field="visited_on")
    if not entry.visitors.strip():
        raise Refusal("请写明走访人的姓名。", field="visitors")
    if not entry.found.strip():
        raise Refusal("请写明走访时见到的情况。", field="found")
    has_left = dossier.state == DossierState.CLOSED
    if has_left and entry.purpose != VisitPurpose.RETURN:
        raise Refusal("档案已退出，只能登记退出回访。", field="purpose")
    if not has_left and entry.purpose == VisitPurpose.RETURN:
        raise Refusal("档案在档，退出回访在退出以后登记。", field="purpose")
    if has_withdrawn(dossier.principal_id, AID):
        raise Refusal(
            "本人已撤回困难帮扶的同意，不再登记走访；要继续办理，请本人重新签署授权书。",
            code="consent",
        )


def _require_new(entry: VisitEntry, dossier: HouseholdDossier) -> None:
    same = Visit.objects.filter(
        dossier=dossier, purpose=entry.purpose, visited_on=entry.visited_on
    )
    if same.exists():
        raise Refusal(
            f"{entry.visited_on:%Y年%-m月%-d日}的“{entry.purpose.label}”已经登记，没有重复登记。",
            code="visit_exists",
        )


@transaction.atomic
def look_at_visit_paper(*, paper_id: int, on: date, by: Actor) -> bytes:
    """Return one file of a visit, opened; who looked at which is in the trail."""
    paper = VisitPaper.objects.select_related(
        "visit__dossier__organisation", "visit__dossier__keeper"
    ).get(pk=paper_id)
    dossier = paper.visit.dossier
    can_look_at_visit(by, dossier).require()
    record(
        by=by,
        verb="look",
        subject=dossier,
        on=on,
        organisation_id=dossier.organisation_id,
        changes={"visit": paper.visit_id, "paper": paper.number},
    )
    return content_of(paper)
