"""Verbs of an application by whoever applies: handed in, withdrawn, looked at again.

States and moves: `AID_APPLICATION` in `assistance/workflow.py`; drafts stand in
`actions/application_drafts.py`, what the union does in `actions/intake.py`.
"""

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from assistance.actions.application_steps import (
    locked_application,
    record_step,
    require_open,
    tell_applicant,
)
from assistance.actions.authorities import ask_for_authorities
from assistance.actions.one_household import require_free
from assistance.enums import AidApplicationState
from assistance.models import AidApplication, HouseholdMember, Round
from assistance.permissions.applications import (
    can_change_application,
    can_object_to_refusal,
)
from assistance.queries.applications import form_of, papers_by_item
from assistance.queries.households import household_missing
from assistance.queries.rounds import answers_to
from assistance.queries.schemes import scheme_of
from assistance.rules.form_answers import missing_of, used_once
from assistance.rules.intake_answers import household_faults
from assistance.workflow import AID_APPLICATION
from members.actions.consent import write_consents
from members.queries.consent import AID, has_withdrawn, person_subject
from unionportal.core.actor import Actor
from unionportal.core.errors import Refusal
from unionportal.core.faults import crashpoint, declare_crashpoint

_USED = (
    "这张凭证已在另一份申请里用过，同一凭证只能用一次；请核对号码，"
    "有疑问请致电 {window.phone}（{window.hours}）。"
)
BEFORE_SUBMIT = declare_crashpoint("submit_aid_application.before_commit")
AFTER_SUBMIT = declare_crashpoint("submit_aid_application.after_commit")


def submit_aid_application(
    *, application_id: int, agreed: bool, on: date, by: Actor
) -> AidApplication:
    """draft or asked → submitted. Handed in twice is handed in once.

    Refused: what the form demands is missing; the window is over (for a draft) or the
    day for the papers has passed; without consent; an application for the same person
    and occurrence that is under way, whoever handed it in; a household of which
    somebody is on file elsewhere. The grown-ups of the household get their own link.
    """
    with transaction.atomic():
        application = locked_application(application_id)
        can_change_application(by, application).require()
        if application.state == AidApplicationState.SUBMITTED:
            return application
        before = application.state
        _require_complete(application, on)
        _require_consent(application, agreed=agreed, on=on, by=by)
        if scheme_of(application.window.version).leads_to_dossier:
            ask_for_authorities(application, agreed=agreed, on=on, by=by)
        action = "submit" if before == AidApplicationState.DRAFT else "resubmit"
        application.state = AID_APPLICATION.target_of(action, before)
        form = form_of(application.window)
        application.used_once = used_once(form, application.answers)
        application.waiting_since = on
        application.answer_by = None
        if application.submitted_on is None:
            application.submitted_on, application.submitted_at = on, Now()
        _save_once(application)
        record_step(
            by, "submit_aid_application", application, on, _moved(application, before)
        )
        tell_applicant(application, "received", on=on)
        crashpoint(BEFORE_SUBMIT)
    crashpoint(AFTER_SUBMIT)
    return application


def withdraw_aid_application(
    *, application_id: int, on: date, by: Actor
) -> AidApplication:
    """Any live state → withdrawn, by the applicant or his union.

    Refused: once a round has answered it; then its payment is held or withdrawn there.
    """
    with transaction.atomic():
        application = locked_application(application_id)
        can_change_application(by, application).require()
        before = application.state
        if before == AidApplicationState.WITHDRAWN:
            return application
        target = AID_APPLICATION.target_of("withdraw", before)
        if before == AidApplicationState.ACCEPTED:
            _require_unanswered(application)
        application.state = target
        application.answer_by = None
        application.decided_on, application.decided_by_name = on, by.name
        application.save(
            update_fields=["state", "answer_by", "decided_on", "decided_by_name"]
        )
        record_step(
            by, "withdraw_aid_application", application, on, _moved(application, before)
        )
        tell_applicant(application, "withdrawn", on=on)
    return application


def object_to_refusal(
    *, application_id: int, text: str, on: date, by: Actor
) -> AidApplication:
    """refused → submitted, once: another officer looks at it again."""
    with transaction.atomic():
        application = locked_application(application_id)
        can_object_to_refusal(by, application).require()
        before = application.state
        target = AID_APPLICATION.target_of("object", before)
        if application.objected_on is not None:
            raise Refusal(
                "已经复核过一次；仍有疑问请打电话或到工会当面问。", code="objected"
            )
        if not text.strip():
            raise Refusal("请写明您认为哪里有误。", field="text")
        application.state = target
        application.objection, application.objected_on = text.strip(), on
        application.waiting_since = on
        application.decided_on, application.decided_by_name = None, ""
        application.decided_by = None
        _save_once(application)
        record_step(
            by, "object_to_refusal", application, on, _moved(application, before)
        )
        tell_applicant(application, "received", on=on)
    return application


def _require_complete(application: AidApplication, on: date) -> None:
    if application.state == AidApplicationState.DRAFT:
        require_open(application.window, on)
    elif application.answer_by is not None and on > application.answer_by:
        raise Refusal(
            f"补充材料已于 {application.answer_by:%Y年%-m月%-d日} 截止；"
            f"请致电 {application.window.phone}（{application.window.hours}）。",
            code="late",
        )
    form = form_of(application.window)
    handed_in = papers_by_item(application)
    missing = list(missing_of(form, application.answers, handed_in))
    if not application.subject_name or not application.id_number_index:
        missing.insert(0, "填写受助人的姓名和身份证号")
    if missing:
        raise Refusal(f"还差：{'；'.join(missing)}。", code="incomplete")
    if scheme_of(application.window.version).leads_to_dossier:
        _require_possible_household(application)


def _require_possible_household(application: AidApplication) -> None:
    faults = household_faults(application.answers)
    if faults:
        raise Refusal(f"请改一下：{'；'.join(faults)}。", code="household")
    named = HouseholdMember.objects.filter(application=application).count()
    lacking = household_missing(application, named)
    if lacking:
        raise Refusal(f"还差：{'；'.join(lacking)}。", code="incomplete")
    require_free(application)


def _require_consent(
    application: AidApplication, *, agreed: bool, on: date, by: Actor
) -> None:
    if agreed:
        subject = person_subject(application.applicant)
        write_consents(subject, (AID,), on=on, by=by)
    elif application.submitted_on is None or has_withdrawn(
        application.applicant_id, AID
    ):
        raise Refusal("不同意处理这些信息就无法办理，请阅读后勾选。", field="agreed")


def _require_unanswered(application: AidApplication) -> None:
    """No round has answered it; the rounds stay locked until we are done."""
    rounds = Round.objects.select_for_update(of=("self",)).filter(
        version__scheme=application.scheme_id, occurrence=application.occurrence
    )
    list(rounds.values_list("pk", flat=True))
    if answers_to(application).exists():
        raise Refusal(
            "名单已经测算，不能在这里撤回；请联系工会，由工会在发放前撤下。",
            code="answered",
        )


def _save_once(application: AidApplication) -> None:
    try:
        with transaction.atomic():
            application.save()
    except IntegrityError as error:
        if "aid_application_paper_used_once" in str(error):
            raise Refusal(
                _USED.format(window=application.window), code="used"
            ) from None
        if "aid_application_once_per_subject" not in str(error):
            raise
        raise Refusal(
            f"{application.subject_name}本期已有一份申请在办理，不用重复申请；"
            f"有疑问请致电 {application.window.phone}（{application.window.hours}）。",
            code="open",
        ) from None


def _moved(application: AidApplication, before: str) -> dict[str, object]:
    return {"state": [before, application.state]}
