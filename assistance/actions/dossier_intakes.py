"""From an accepted application to a dossier: visited, announced, filed or declined.

States and moves: `AID_APPLICATION` in `assistance/workflow.py`. Each step is another
post's: the basic union visits, the county's maker decides the class and publishes, the
county's checker files once the notice is over (domain notes B1).
"""

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from assistance.actions.application_steps import (
    locked_application,
    record_step,
    tell_applicant,
)
from assistance.actions.authorities import require_authorities
from assistance.actions.dossiers import (
    DossierEntry,
    register_dossier,
    require_no_dossier,
    with_class_decided,
)
from assistance.actions.one_household import require_one_file
from assistance.actions.visits import VisitEntry, record_visit
from assistance.enums import AidApplicationState, HardshipClass, VisitPurpose
from assistance.models import (
    AidApplication,
    AidEvidence,
    DossierIntake,
    HouseholdDossier,
    HouseholdMember,
)
from assistance.permissions.applications import (
    can_announce_dossier,
    can_decide_aid_application,
    can_file_dossier,
    can_visit_applicant,
)
from assistance.queries.intakes import (
    INTAKE_KIND,
    leads_to_dossier,
    line_of,
    notice_of,
    objections_to,
)
from assistance.queries.schemes import scheme_of
from assistance.rules.intake_answers import household_said
from assistance.workflow import AID_APPLICATION
from members.actions.notice import publish_notice
from members.enums import NoticeState
from members.queries.consent import AID, has_withdrawn
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.errors import Refusal
from unionportal.core.notice_kinds import LinesSelect, NoticeKind
from unionportal.core.papers import content_of, keep_papers
from unionportal.core.uploads.evidence import Evidence, EvidenceKind

VISIT_FORM = "visit_form"
_WITHDRAWN = "本人已撤回困难帮扶的同意，不能再往下办；要继续，请本人重新签署授权书。"


@transaction.atomic
def record_intake_visit(
    *,
    application_id: int,
    visited_on: date,
    visitors: str,
    papers: Sequence[Evidence],
    on: date,
    by: Actor,
) -> DossierIntake:
    """accepted → visited: it goes to the county. Needs a photograph of the signed form.

    Refused: a day to come or before the application; an application for money; while
    the authority of somebody in the household is missing.
    """
    application, target = _locked(application_id, "visit")
    can_visit_applicant(by, application).require()
    if not (application.submitted_on or on) <= visited_on <= on:
        raise Refusal("入户日期在申请之后、今天以前。", field="visited_on")
    if not visitors.strip():
        raise Refusal("请写明走访人的姓名。", field="visitors")
    if not papers:
        raise Refusal("请附上本人签字的入户调查表。", field="papers")
    require_authorities(application)
    stated = {
        "visited_on": visited_on,
        "visitors": visitors.strip(),
        "hardship_class": "",
        "class_reason": "",
        "announced_by": None,
    }
    intake, _ = DossierIntake.objects.update_or_create(
        application=application, defaults=stated
    )
    held = AidEvidence.objects.filter(application=application)
    known = set(held.values_list("sha256", flat=True))
    fresh = [one for one in papers if one.sha256 not in known]
    keep_papers(
        AidEvidence,
        fresh,
        after=held.count(),
        application=application,
        item=VISIT_FORM,
        given_on=visited_on,
    )
    _move(application, target, "record_intake_visit", on=on, by=by)
    tell_applicant(application, "visited", on=on)
    return intake


@transaction.atomic
def announce_dossier(
    *,
    application_id: int,
    hardship_class: HardshipClass,
    class_reason: str,
    on: date,
    by: Actor,
) -> DossierIntake:
    """visited → noticed: the county decides the class and publishes one line.

    Refused: somebody who has a dossier; a class other than the proposed one without a
    reason; a consent that was withdrawn.
    """
    application, target = _locked(application_id, "announce")
    can_announce_dossier(by, application).require()
    require_authorities(application)
    require_no_dossier(application.applicant)
    intake = DossierIntake.objects.get(application=application)
    facts = with_class_decided(
        household_said(
            application.answers, decided=hardship_class, reason=class_reason
        ),
        application.organisation.code,
        application.submitted_on or on,
    )
    intake.hardship_class = facts.hardship_class
    intake.class_reason = facts.class_reason
    intake.announced_by_id = by.user_id
    intake.save(update_fields=["hardship_class", "class_reason", "announced_by"])
    _move(application, target, "announce_dossier", on=on, by=by, reason=class_reason)
    _publish(application, on=on, by=by)
    tell_applicant(application, "published", on=on)
    return intake


def _publish(application: AidApplication, *, on: date, by: Actor) -> None:
    rule = scheme_of(application.window.version).notice
    if rule is None:  # the scheme's text was refused without one
        raise ValueError(application.pk)
    publish_notice(
        organisation_id=application.organisation_id,
        title=f"困难职工建档公示（申请 {application.pk}）",
        about=(INTAKE_KIND, application.pk),
        lines_select=line_of(application.pk),
        on=on,
        working_days=rule.working_days,
        by=by,
    )


@transaction.atomic
def file_dossier(*, application_id: int, on: date, by: Actor) -> HouseholdDossier:
    """noticed → filed: the dossier is on file, with its visit and the signed form.

    The people whom he named move into it as they are. Refused: before the notice has
    ended; while an objection is open or was upheld; by whoever announced it; a consent
    that was withdrawn; a household of which somebody is on file by now.
    """
    application, target = _locked(application_id, "file")
    can_file_dossier(by, application).require()
    require_authorities(application)
    notice = notice_of(application)
    if notice is None or notice.state != NoticeState.ENDED:
        raise Refusal("公示还没有结束，期满并结束公示以后才能批准。", code="notice")
    if objections_to(notice).exists():
        raise Refusal(
            "公示期间的异议还没有核查完，或已成立；成立的请“不予建档”。",
            code="objection",
        )
    intake = DossierIntake.objects.get(application=application)
    household = HouseholdMember.objects.filter(application=application)
    require_one_file([one.id_number or "" for one in household])
    dossier = register_dossier(entry=_entry(application, intake, on), on=on, by=SYSTEM)
    household.update(dossier=dossier)
    record_visit(
        dossier_id=dossier.pk, entry=_visit(application, intake), on=on, by=SYSTEM
    )
    intake.dossier = dossier
    intake.save(update_fields=["dossier"])
    _move(application, target, "file_dossier", on=on, by=by)
    tell_applicant(application, "filed", on=on)
    return dossier


@transaction.atomic
def decline_dossier(
    *, application_id: int, answer: str, on: date, by: Actor
) -> AidApplication:
    """accepted, visited or noticed → refused, with the reason; he may object once.

    Refused while the notice stands: it is ended or cancelled first.
    """
    application, target = _locked(application_id, "decline", needs_consent=False)
    can_decide_aid_application(by, application).require()
    if not answer.strip():
        raise Refusal("请写明理由，申请人会看到。", field="answer")
    notice = notice_of(application)
    if notice is not None and notice.state == NoticeState.OPEN:
        raise Refusal("公示还在进行，请先结束或撤销公示。", code="notice")
    application.answer = answer.strip()
    application.decided_on, application.decided_by_name = on, by.name
    application.decided_by_id = by.user_id
    if application.refused_by_id is None:
        application.refused_by_id = by.user_id
    _move(application, target, "decline_dossier", on=on, by=by, reason=answer)
    tell_applicant(application, "refused", on=on)
    return application


def _locked(
    application_id: int, verb: str, *, needs_consent: bool = True
) -> tuple[AidApplication, str]:
    application = locked_application(application_id)
    if not leads_to_dossier(application):
        raise Refusal("这不是建档申请，结果由轮次认定。", code="scheme")
    target = AID_APPLICATION.target_of(verb, application.state)
    if needs_consent and has_withdrawn(application.applicant_id, AID):
        raise Refusal(_WITHDRAWN, code="consent")
    return application, target


def _move(
    application: AidApplication,
    target: str,
    verb: str,
    *,
    on: date,
    by: Actor,
    reason: str = "",
) -> None:
    moved: dict[str, object] = {"state": [application.state, target]}
    application.state = target
    application.save()
    record_step(by, verb, application, on, moved, reason=reason.strip())


def _entry(
    application: AidApplication, intake: DossierIntake, on: date
) -> DossierEntry:
    return DossierEntry(
        principal_id=application.applicant_id,
        division_code=application.organisation.code,
        keeper_id=application.union_id,
        applied_on=application.submitted_on or on,
        approved_on=on,
        facts=household_said(
            application.answers,
            decided=HardshipClass(intake.hardship_class),
            reason=intake.class_reason,
        ),
    )


def _visit(application: AidApplication, intake: DossierIntake) -> VisitEntry:
    held = AidEvidence.objects.filter(application=application, item=VISIT_FORM)
    return VisitEntry(
        purpose=VisitPurpose.INTAKE,
        visited_on=intake.visited_on,
        visitors=intake.visitors,
        found=f"见签名的入户调查表（建档申请 {application.pk}）",
        papers=[
            Evidence(paper.name, EvidenceKind(paper.kind), content_of(paper))
            for paper in held.order_by("number")
        ],
    )


def _line_anew(about_id: int, organisation_id: int) -> LinesSelect:
    """The same line; refused once the application is no longer under notice."""
    found = AidApplication.objects.filter(pk=about_id, organisation=organisation_id)
    if not found.filter(state=AidApplicationState.NOTICED).exists():
        raise Refusal("申请已不在公示阶段，不能重新公示。", code="state")
    return line_of(about_id)


INTAKE_NOTICE = NoticeKind(
    code=INTAKE_KIND,
    label="拟建档名单",
    opening="现将拟建立困难职工档案的名单",
    lines=_line_anew,
)
