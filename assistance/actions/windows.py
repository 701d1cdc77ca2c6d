"""Windows: a union calls for applications for a scheme and a period."""

from datetime import date

from django.db import IntegrityError, transaction

from assistance.actions.rounds import version_in_force
from assistance.models import AidWindow, Period
from assistance.permissions.applications import can_open_window
from assistance.queries.schemes import scheme_of
from members.models import Organisation
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal


def open_aid_window(  # noqa: PLR0913 - the keys of a window, and a human's phone
    *,
    version_id: int,
    organisation_id: int,
    period_id: int,
    phone: str,
    hours: str,
    on: date,
    by: Actor,
) -> AidWindow:
    """Call for applications on the days that the scheme names for the period's year.

    Refused: a version not in force on the first day; a scheme whose subjects are a
    register; no phone or hours; a window for the same occurrence at this union.
    """
    with transaction.atomic():
        organisation = Organisation.objects.get(pk=organisation_id)
        can_open_window(by, organisation).require()
        period = Period.objects.get(pk=period_id)
        window = _window(version_id, organisation, period)
        window.phone, window.hours = _told(phone, "phone"), _told(hours, "hours")
        window.opened_by_name = by.name
        _save_once(window)
        record(
            by=by,
            verb="open_aid_window",
            subject=window,
            on=on,
            organisation_id=organisation.pk,
            changes={"opens_on": window.opens_on, "closes_on": window.closes_on},
        )
    return window


def extend_aid_window(
    *, window_id: int, closes_on: date, reason: str, on: date, by: Actor
) -> AidWindow:
    """Put the last day off, with a reason. Refused: an earlier day."""
    with transaction.atomic():
        window = (
            AidWindow.objects.select_for_update(of=("self",), no_key=True)
            .select_related("organisation")
            .get(pk=window_id)
        )
        can_open_window(by, window.organisation).require()
        if not reason.strip():
            raise Refusal("请写明延期的理由。", field="reason")
        before = window.closes_on
        if closes_on == before:
            return window
        if closes_on < before:
            raise Refusal(
                "截止日期只能延后，不能提前：有人还在准备材料。", field="closes_on"
            )
        window.closes_on = closes_on
        window.save(update_fields=["closes_on"])
        record(
            by=by,
            verb="extend_aid_window",
            subject=window,
            on=on,
            organisation_id=window.organisation_id,
            changes={"closes_on": [before, closes_on]},
            reason=reason,
        )
    return window


def _window(version_id: int, organisation: Organisation, period: Period) -> AidWindow:
    version = version_in_force(version_id, period.starts_on)
    scheme = scheme_of(version)
    if scheme.form is None:
        raise Refusal(
            f"“{scheme.title}”按档案发放，不用申请；请直接开启轮次。", code="no_form"
        )
    opens_on, closes_on = scheme.form.window.days_in(period.year)
    return AidWindow(
        scheme=version.scheme,
        version=version,
        organisation=organisation,
        period=period,
        occurrence=scheme.occurrence_key(period=period.code, year=period.year),
        opens_on=opens_on,
        closes_on=closes_on,
    )


def _told(text: str, field: str) -> str:
    if not text.strip():
        raise Refusal("请写明咨询电话和接听时间，申请人要找得到人。", field=field)
    return text.strip()


def _save_once(window: AidWindow) -> None:
    try:
        with transaction.atomic():
            window.save()
    except IntegrityError as error:
        if "window_once_per_occurrence" not in str(error):
            raise
        raise Refusal(
            f"“{window.scheme}”在“{window.period}”的申请已经开放过；要多留时间请延期。",
            code="window_exists",
        ) from None
