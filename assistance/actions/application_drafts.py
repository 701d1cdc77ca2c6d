"""Drafts of applications: begun with last time's answers, filled in, papers added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import IntegrityError, transaction

from assistance.actions.application_steps import (
    locked_application,
    record_step,
    require_open,
)
from assistance.enums import AidApplicationState, ApplicationChannel, Beneficiary
from assistance.models import AidApplication, AidEvidence, AidWindow
from assistance.permissions.applications import (
    can_apply_for_aid,
    can_change_application,
)
from assistance.queries.applications import (
    earlier_application,
    form_of,
    union_to_decide,
)
from assistance.rules.form_answers import read_answers
from members.models import Person
from members.rules.id_number import read_id_number
from members.rules.name_pinyin import plain_name
from unionportal.core.actor import Actor
from unionportal.core.errors import Refusal
from unionportal.core.papers import keep_papers
from unionportal.core.secrets import blind_index
from unionportal.core.uploads.evidence import Evidence

PAPERS_MOST = 12
CHANGEABLE = (AidApplicationState.DRAFT, AidApplicationState.ASKED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What is filled in so far: the student, where the aid is for one, and the form."""

    subject_name: str = ""
    id_number: str = ""
    answers: Mapping[str, object] = field(default_factory=dict)


def start_aid_application(
    *,
    window_id: int,
    applicant_id: int,
    on: date,
    by: Actor,
    channel: ApplicationChannel = ApplicationChannel.WORKER,
) -> AidApplication:
    """Begin a draft with last time's answers; the draft that is there, if there is one.

    Refused: outside the window's days, a union that the window does not reach.
    """
    with transaction.atomic():
        window = _window(window_id)
        applicant = Person.objects.select_related("organisation").get(pk=applicant_id)
        can_apply_for_aid(by, applicant).require()
        require_open(window, on)
        if not applicant.organisation.path.startswith(window.organisation.path):
            raise Refusal(
                f"这项申请只对{window.organisation.name}范围内的职工开放。",
                code="reach",
            )
        draft = _draft(window, applicant, channel, on)
        try:
            with transaction.atomic():
                draft.save()
        except IntegrityError as error:
            if "aid_application_one_draft" not in str(error):
                raise
            return AidApplication.objects.get(
                applicant=applicant,
                scheme=window.scheme_id,
                occurrence=window.occurrence,
                state=AidApplicationState.DRAFT,
            )
        record_step(by, "start_aid_application", draft, on)
    return draft


def save_aid_answers(
    *, application_id: int, statement: Statement, on: date, by: Actor
) -> AidApplication:
    """Keep what is filled in so far: a draft, or one that was sent back for more.

    Half-filled is kept as it is. Refused: an answer of the wrong type, a wrong ID
    number, with the field it concerns.
    """
    with transaction.atomic():
        application = locked_application(application_id)
        can_change_application(by, application).require()
        require_changeable(application)
        form = form_of(application.window)
        answers, wrong = read_answers(form, statement.answers)
        if wrong:
            raise Refusal(wrong[0].sentence, code="answer", field=wrong[0].code)
        application.answers = answers
        _put_subject(application, statement, on=on)
        application.save(
            update_fields=["answers", "subject_name", "id_number", "id_number_index"]
        )
        record_step(by, "save_aid_answers", application, on)
    return application


def add_aid_evidence(
    *,
    application_id: int,
    item: str,
    papers: Sequence[Evidence],
    on: date,
    by: Actor,
) -> None:
    """Keep photos for one item of the form's list, sealed. The same photo twice is one.

    Refused: an item that the form does not ask for, too many papers.
    """
    with transaction.atomic():
        application = locked_application(application_id)
        can_change_application(by, application).require()
        require_changeable(application)
        if item not in {one.code for one in form_of(application.window).asked}:
            raise Refusal("这项材料不用提供，工会自己核对。", code="item")
        held = AidEvidence.objects.filter(application=application)
        known = set(held.filter(item=item).values_list("sha256", flat=True))
        fresh = [one for one in papers if one.sha256 not in known]
        count = held.count()
        if count + len(fresh) > PAPERS_MOST:
            raise Refusal(
                f"一份申请最多 {PAPERS_MOST} 个文件；照片拍清楚即可，不用多拍。",
                code="too_many",
                field="evidence",
            )
        if not fresh:
            return
        keep_papers(
            AidEvidence,
            fresh,
            after=count,
            application=application,
            item=item,
            given_on=on,
        )
        record_step(by, "add_aid_evidence", application, on, {item: len(fresh)})


def _window(window_id: int) -> AidWindow:
    return AidWindow.objects.select_related(
        "version__scheme", "organisation", "period"
    ).get(pk=window_id)


def _draft(
    window: AidWindow, applicant: Person, channel: ApplicationChannel, on: date
) -> AidApplication:
    form = form_of(window)
    draft = AidApplication(
        window=window,
        scheme_id=window.scheme_id,
        occurrence=window.occurrence,
        union=applicant.organisation,
        organisation=union_to_decide(applicant.organisation),
        applicant=applicant,
        payee=applicant,
        relation=form.beneficiary,
        channel=channel,
        drafted_on=on,
    )
    last = earlier_application(applicant.pk, window)
    if last is not None:
        draft.answers, _ = read_answers(form, last.answers)
    if form.beneficiary == Beneficiary.SELF:
        _put(draft, applicant.name, applicant.id_number)
    elif last is not None and last.id_number:
        _put(draft, last.subject_name, last.id_number)
    return draft


def _put(application: AidApplication, name: str, number: str) -> None:
    application.subject_name = name
    application.id_number = number
    application.id_number_index = blind_index(number, kind="id_number")


def _put_subject(
    application: AidApplication, statement: Statement, *, on: date
) -> None:
    """The student as typed; a number left out stays, unless the name is another.

    Who applies for himself is known already.
    """
    if application.relation == Beneficiary.SELF:
        return
    before = application.subject_name
    application.subject_name = plain_name(statement.subject_name)
    typed = statement.id_number.strip()
    if not typed:
        if application.subject_name != before:
            application.id_number, application.id_number_index = None, ""
        return
    read = read_id_number(typed, on=on)
    _put(application, application.subject_name, read.number)


def require_changeable(application: AidApplication) -> None:
    """Refuse an application that the union has in its hands."""
    if application.state not in CHANGEABLE:
        raise Refusal(
            f"申请{application.get_state_display()}，内容不能再改；"
            "要改的请联系工会退回补充，或撤回后重新申请。",
            code="state",
        )
