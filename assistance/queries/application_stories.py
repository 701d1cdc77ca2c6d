"""What a worker sees of applications: what is open, what one says, where it stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from assistance.enums import AidApplicationState, EvidenceWay
from assistance.models import AidApplication, AidEvidence, AidWindow
from assistance.queries.applications import (
    answers_in_words,
    form_of,
    papers_by_item,
    windows_open,
)
from assistance.queries.households import Seen, household_missing, household_of
from assistance.queries.intake_steps import intake_steps
from assistance.queries.intakes import leads_to_dossier, line_to_publish
from assistance.queries.outlooks import Outlook, outlook_for
from assistance.queries.rounds import answers_to
from assistance.queries.schemes import scheme_of
from assistance.queries.worker_steps import Step, StepState
from assistance.rules.authority import Speaker
from assistance.rules.form_answers import missing_of
from assistance.rules.scheme import Scheme
from assistance.rules.scheme_form import EvidenceItem
from members.models import Person
from unionportal.core.masks import mask_id_number


@dataclass(frozen=True, slots=True)
class Opening:
    """A window that is open to a worker, and how it would come out for him."""

    window: AidWindow
    scheme: Scheme
    outlook: Outlook
    started: AidApplication | None

    @property
    def papers(self) -> tuple[EvidenceItem, ...]:
        """What will be asked for, fetched, and never asked for."""
        return self.scheme.form.evidence if self.scheme.form else ()

    @property
    def pay_until(self) -> date | None:
        """The last day to pay, where the scheme names one."""
        form = self.scheme.form
        return form.window.pay_until(self.window.period.year) if form else None


def openings_of(person_id: int, on: date) -> list[Opening]:
    """The windows open to a worker, one a scheme: that of the nearest union."""
    person = Person.objects.select_related("organisation").get(pk=person_id)
    nearest: dict[tuple[int, str], AidWindow] = {}
    for window in windows_open(on, person.organisation.path):
        nearest.setdefault((window.scheme_id, window.occurrence), window)
    drafts = {
        (one.scheme_id, one.occurrence): one
        for one in AidApplication.objects.filter(
            applicant=person_id, state=AidApplicationState.DRAFT
        )
    }
    return [
        Opening(
            window,
            scheme_of(window.version),
            outlook_for(person_id, window, on),
            drafts.get(key),
        )
        for key, window in nearest.items()
    ]


@dataclass(frozen=True, slots=True)
class PaperSeen:
    """An item of the form's list, and what was handed in for it."""

    item: EvidenceItem
    files: tuple[AidEvidence, ...]

    @property
    def is_asked(self) -> bool:
        """Whether the worker has to hand it in."""
        return self.item.way == EvidenceWay.ASKED


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An application as its owner reads it."""

    said: tuple[tuple[str, str], ...]
    id_masked: str
    papers: tuple[PaperSeen, ...]
    people: tuple[Seen, ...]
    missing: tuple[str, ...]
    steps: tuple[Step, ...]
    matter_id: int | None
    may_change: bool
    may_withdraw: bool
    may_object: bool
    leads_to_dossier: bool
    public_line: str

    @property
    def guarded(self) -> list[str]:
        """For whom the applicant speaks as guardian when he hands in."""
        return [
            one.member.name for one in self.people if one.speaker is Speaker.APPLICANT
        ]


_CHANGE = (AidApplicationState.DRAFT, AidApplicationState.ASKED)
_OPEN = (
    *_CHANGE,
    AidApplicationState.SUBMITTED,
    AidApplicationState.ACCEPTED,
    AidApplicationState.VISITED,
)


def story_of(application: AidApplication) -> Story:
    """Everything the page of an application tells."""
    form = form_of(application.window)
    held = papers_by_item(application)
    answer = answers_to(application).first()
    missing = missing_of(form, application.answers, held)
    if not application.id_number_index or not application.subject_name:
        missing = ("填写受助人的姓名和身份证号", *missing)
    people = household_of(application) if leads_to_dossier(application) else []
    if leads_to_dossier(application):
        missing = (*missing, *household_missing(application, len(people)))
    return Story(
        said=tuple(answers_in_words(application)),
        id_masked=mask_id_number(application.id_number or ""),
        papers=tuple(
            PaperSeen(item, tuple(held.get(item.code, ()))) for item in form.evidence
        ),
        people=tuple(people),
        missing=missing,
        steps=tuple(_steps(application, is_answered=answer is not None)),
        matter_id=answer.pk if answer is not None else None,
        may_change=application.state in _CHANGE,
        may_withdraw=application.state in _OPEN and answer is None,
        may_object=application.state == AidApplicationState.REFUSED
        and application.objected_on is None,
        leads_to_dossier=leads_to_dossier(application),
        public_line="，".join(line_to_publish(application))
        if leads_to_dossier(application)
        else "",
    )


def _steps(application: AidApplication, *, is_answered: bool) -> Iterator[Step]:
    state = AidApplicationState(application.state)
    union = application.organisation.name
    drafting = state == AidApplicationState.DRAFT
    yield Step(
        code="apply",
        title="填写并提交",
        state="now" if drafting else "done",
        on=application.submitted_on,
        due_on=application.window.closes_on if drafting else None,
        holder="您" if drafting else "",
    )
    if state == AidApplicationState.WITHDRAWN:
        yield Step(code="end", title="已撤回", state="done", on=application.decided_on)
        return
    if state == AidApplicationState.ASKED:
        yield Step(
            code="more",
            title="补充材料",
            state="now",
            due_on=application.answer_by,
            holder="您",
            detail=application.answer,
        )
    yield Step(
        code="take",
        title="工会核对",
        state=_TAKING.get(state, "next"),
        on=application.decided_on,
        holder=union if state == AidApplicationState.SUBMITTED else "",
        detail=_taken(application),
    )
    if leads_to_dossier(application):
        yield from intake_steps(application)
    elif state != AidApplicationState.REFUSED:
        yield Step(
            code="decide",
            title="认定、公示和发放",
            state="now" if state == AidApplicationState.ACCEPTED else "next",
            detail="结果和进度见这件事的页面" if is_answered else "",
        )


_TAKING: dict[AidApplicationState, StepState] = {
    AidApplicationState.SUBMITTED: "now",
    AidApplicationState.ACCEPTED: "done",
    AidApplicationState.VISITED: "done",
    AidApplicationState.NOTICED: "done",
    AidApplicationState.FILED: "done",
    AidApplicationState.REFUSED: "done",
}


def _taken(application: AidApplication) -> str:
    if application.state == AidApplicationState.REFUSED:
        return f"没有通过：{application.answer}"
    if application.objected_on and application.state == AidApplicationState.SUBMITTED:
        return "正在由另一位工作人员复核"
    return ""
