"""Schemes: a version is saved as checked text, published by another, never edited after.

States and moves: `SCHEME_VERSION` in `assistance/workflow.py`.
"""

import hashlib
from datetime import date

from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Now

from assistance.actions.stacking_groups import join_groups
from assistance.enums import SchemeState
from assistance.models import FundSource, Scheme, SchemeVersion
from assistance.permissions.schemes import (
    SAVED,
    can_publish_scheme,
    can_save_scheme,
    can_withdraw_scheme,
)
from assistance.queries.schemes import intake_source, reading_of, shipped_sources
from assistance.rules import scheme as rules
from assistance.rules.scheme_text import SchemeError, refuse_item
from assistance.workflow import SCHEME_VERSION
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.faults import crashpoint, declare_crashpoint

BEFORE_PUBLISH = declare_crashpoint("publish_scheme_version.before_commit")
AFTER_PUBLISH = declare_crashpoint("publish_scheme_version.after_commit")


@transaction.atomic
def save_scheme_version(*, source: str, on: date, by: Actor) -> SchemeVersion:
    """Write a draft from the text of a scheme, or write the draft of its number anew.

    Saving the very text again changes nothing. Refused, with line and column: whatever
    `read_scheme` refuses; an unknown fund source. Refused: a number that is already
    published, a text that begins before the version it follows.
    """
    can_save_scheme(by).require()
    reading = _read(source)
    scheme = _scheme_row(reading.scheme)
    version = _draft_of(scheme, reading.scheme)
    digest = hashlib.sha256(source.encode()).hexdigest()
    if version.pk and version.digest == digest:
        return version
    _require_published_number(version)
    before = version.digest
    version.source = source
    version.body = reading.content
    version.digest = digest
    version.valid_from = reading.scheme.valid_from
    version.valid_to = reading.scheme.valid_to
    version.document = reading.scheme.document
    version.save()
    record(
        by=by,
        verb=SAVED,
        subject=version,
        on=on,
        changes={"digest": [before, digest], "number": version.number},
    )
    return version


def _read(source: str) -> rules.SchemeReading:
    try:
        reading = reading_of(source)
        _require_known_funds(source, reading.scheme)
    except SchemeError as error:
        raise Refusal(str(error), code="scheme", field="source") from error
    return reading


def _require_known_funds(source: str, scheme: rules.Scheme) -> None:
    if scheme.leads_to_dossier:  # pays nothing
        return
    known = set(FundSource.objects.values_list("code", flat=True))
    for code in scheme.funds:
        if code not in known:
            message = f"没有代码为“{code}”的资金来源，请先登记资金来源。"
            raise refuse_item(source, key="funds", item=code, message=message)


def _scheme_row(scheme: rules.Scheme) -> Scheme:
    row, _ = Scheme.objects.select_for_update().get_or_create(
        code=scheme.code, defaults={"title": scheme.title, "season": scheme.season}
    )
    return row


def _draft_of(row: Scheme, scheme: rules.Scheme) -> SchemeVersion:
    found = row.versions.filter(number=scheme.version).first()
    if found is not None:
        return found
    highest = row.versions.aggregate(highest=Max("number"))["highest"] or 0
    if scheme.version != highest + 1:
        raise Refusal(
            f"方案“{row.code}”的下一版应为第 {highest + 1} 版，文本写的是"
            f"第 {scheme.version} 版；请修改 version。",
            code="scheme",
            field="source",
        )
    return SchemeVersion(scheme=row, number=scheme.version, digest="")


def _require_published_number(version: SchemeVersion) -> None:
    if version.state != SchemeState.DRAFT:
        raise Refusal(
            f"“{version}”{version.get_state_display()}，不能再改；"
            f"请把 version 写成 {version.number + 1}，另存为新的一版。",
            code="frozen",
            field="source",
        )


def publish_scheme_version(*, version_id: int, on: date, by: Actor) -> SchemeVersion:
    """Draft → published; the scheme takes its title from it.

    Works the examples once more, under today's vocabulary.

    Refused: the writer of the version as publisher; a start before that of the
    version it follows; terms of a stacking group other than those in force.
    """
    with transaction.atomic():
        version = _locked(version_id)
        can_publish_scheme(by, version).require()
        target = SCHEME_VERSION.target_of("publish", version.state)
        scheme = _read(version.source).scheme
        _require_later_start(version)
        join_groups(version, scheme.stacking)
        version.scheme.title, version.scheme.season = scheme.title, scheme.season
        version.scheme.save(update_fields=("title", "season"))
        version.published_at = Now()
        version.published_by = by.name
        _move(version, target, on=on, by=by, verb="publish_scheme_version")
        crashpoint(BEFORE_PUBLISH)
    crashpoint(AFTER_PUBLISH)
    return SchemeVersion.objects.select_related("scheme").get(pk=version_id)


def _require_later_start(version: SchemeVersion) -> None:
    later = version.scheme.versions.filter(
        state=SchemeState.PUBLISHED,
        number__lt=version.number,
        valid_from__gt=version.valid_from,
    )
    if later.exists():
        raise Refusal(
            "施行日期早于已发布的上一版，会使已办的认定失去依据；请改为更晚的日期。",
            code="scheme",
        )


@transaction.atomic
def withdraw_scheme_version(
    *, version_id: int, reason: str, on: date, by: Actor
) -> SchemeVersion:
    """Published → withdrawn: no new round may use it; open rounds go on."""
    version = _locked(version_id)
    can_withdraw_scheme(by).require()
    target = SCHEME_VERSION.target_of("withdraw", version.state)
    if not reason.strip():
        raise Refusal("请写明停用的理由。", field="reason")
    return _move(
        version, target, on=on, by=by, verb="withdraw_scheme_version", reason=reason
    )


def _locked(version_id: int) -> SchemeVersion:
    return (
        SchemeVersion.objects.select_for_update(of=("self",))
        .select_related("scheme")
        .get(pk=version_id)
    )


def _move(
    version: SchemeVersion,
    target: str,
    *,
    on: date,
    by: Actor,
    verb: str,
    reason: str = "",
) -> SchemeVersion:
    changes = {"state": [version.state, target]}
    version.state = target
    version.save()
    record(by=by, verb=verb, subject=version, on=on, changes=changes, reason=reason)
    return version


def load_shipped_schemes(*, on: date, by: Actor) -> list[SchemeVersion]:
    """Save and publish every scheme that comes with the portal; repeatable.

    The number in a file that is already published stays as it is: a changed file needs
    a new number.
    """
    return [_loaded(source, on=on, by=by) for source in shipped_sources()]


def load_shipped_intakes(*, on: date, by: Actor) -> SchemeVersion:
    """The same for the scheme whose applications end in a dossier.

    It pays nothing, so it stands before any fund does: every installation has it.
    """
    return _loaded(intake_source(), on=on, by=by)


def _loaded(source: str, *, on: date, by: Actor) -> SchemeVersion:
    shipped = _read(source).scheme
    stored = SchemeVersion.objects.filter(
        scheme__code=shipped.code, number=shipped.version
    ).exclude(state=SchemeState.DRAFT)
    version = stored.first()
    if version is not None:
        return version
    draft = save_scheme_version(source=source, on=on, by=by)
    return publish_scheme_version(version_id=draft.pk, on=on, by=by)
