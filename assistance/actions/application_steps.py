"""What the verbs of an application share: the lock, the trail, the word to the applicant."""

from datetime import date

from assistance.models import AidApplication, AidWindow
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.messages import queue_message

KIND = AidApplication._meta.label_lower


def locked_application(application_id: int) -> AidApplication:
    """The application under a row lock, with what its rules need."""
    return (
        AidApplication.objects.select_for_update(of=("self",))
        .select_related(
            "window__version__scheme",
            "window__organisation",
            "window__period",
            "organisation",
            "union",
            "applicant__organisation",
        )
        .get(pk=application_id)
    )


def tell_applicant(application: AidApplication, step: str, *, on: date) -> None:
    """A message for each step; what it is about is read on the page, not in it."""
    context = {
        "union": application.organisation.short_name,
        "phone": application.window.phone,
        "hours": application.window.hours,
    }
    if application.answer_by is not None:
        context["answer_by"] = f"{application.answer_by:%Y年%-m月%-d日}"
    queue_message(
        person_id=application.applicant_id,
        template=f"assistance/notices/application_{step}.txt",
        context=context,
        about=(KIND, application.pk),
        key=f"assistance.application-{application.pk}-{step}-{on}",
        organisation_id=application.organisation_id,
    )


def require_open(window: AidWindow, on: date) -> None:
    if on < window.opens_on:
        raise Refusal(f"{window.opens_on:%Y年%-m月%-d日}起接受申请。", code="window")
    if on > window.closes_on:
        raise Refusal(
            f"申请已于 {window.closes_on:%Y年%-m月%-d日} 截止；"
            f"有特殊情况请致电 {window.phone}（{window.hours}）。",
            code="window",
        )


def record_step(
    by: Actor,
    verb: str,
    application: AidApplication,
    on: date,
    changes: dict[str, object] | None = None,
    reason: str = "",
) -> None:
    record(
        by=by,
        verb=verb,
        subject=application,
        on=on,
        organisation_id=application.organisation_id,
        changes=changes or {},
        reason=reason,
    )
