"""Rounds: opened, counted, moved, cancelled.

States and moves: `ROUND` in `assistance/workflow.py`; the computation stands in
`assistance/actions/computations.py`, the release into batches in
`assistance/actions/releases.py`.
"""

from datetime import date

from django.db import connection, transaction
from django.db.models import QuerySet

from assistance.enums import RoundKind, RoundState, SchemeState
from assistance.models import (
    Determination,
    Period,
    Round,
    SchemeVersion,
)
from assistance.permissions.rounds import (
    can_cancel_round,
    can_open_round,
)
from assistance.queries.rounds import chain_of, round_counts
from assistance.queries.schemes import scheme_of
from assistance.workflow import ROUND
from members.models import Organisation
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.faults import crashpoint, declare_crashpoint

BEFORE_OPEN = declare_crashpoint("open_round.before_commit")
AFTER_OPEN = declare_crashpoint("open_round.after_commit")


def open_round(
    *,
    version_id: int,
    organisation_id: int,
    period_id: int,
    as_of: date,
    on: date,
    by: Actor,
) -> Round:
    """Open the main round of a scheme for a union and a period.

    Refused: a version not in force on the as-of date; a main round of the scheme that
    is there already under the same occurrence.
    """
    with transaction.atomic():
        organisation = Organisation.objects.get(pk=organisation_id)
        can_open_round(by, organisation).require()
        version = version_in_force(version_id, as_of)
        _require_paying(version)
        period = Period.objects.get(pk=period_id)
        round_ = Round(
            year=period.year,
            period=period,
            occurrence=scheme_of(version).occurrence_key(
                period=period.code, year=period.year
            ),
            version=version,
            organisation=organisation,
            kind=RoundKind.MAIN,
            as_of=as_of,
            opened_on=on,
        )
        _require_first(round_)
        _open(round_, on=on, by=by)
        crashpoint(BEFORE_OPEN)
    crashpoint(AFTER_OPEN)
    return round_


def version_in_force(version_id: int, as_of: date) -> SchemeVersion:
    """A published version, on a day of its own; refused otherwise."""
    version = SchemeVersion.objects.select_related("scheme").get(pk=version_id)
    if version.state != SchemeState.PUBLISHED:
        raise Refusal(
            f"“{version}”{version.get_state_display()}，只有已发布的方案可以开启轮次。",
            code="scheme",
        )
    is_over = version.valid_to is not None and version.valid_to < as_of
    if as_of < version.valid_from or is_over:
        raise Refusal(
            f"“{version}”自 {version.valid_from} 至 {version.valid_to or '今'} 施行，"
            f"基准日 {as_of} 不在其内；请换基准日或换方案版本。",
            code="scheme",
        )
    return version


def _require_paying(version: SchemeVersion) -> None:
    if scheme_of(version).leads_to_dossier:
        raise Refusal(
            f"“{version.scheme}”受理后建档，不发放，不开轮次；请在申请页面办理。",
            code="scheme",
        )


def _require_first(round_: Round) -> None:
    scheme = round_.version.scheme
    Organisation.objects.select_for_update(of=("self",)).get(pk=round_.organisation_id)
    earlier = (
        Round.objects.filter(
            version__scheme=scheme,
            organisation=round_.organisation_id,
            occurrence=round_.occurrence,
            kind=RoundKind.MAIN,
        )
        .exclude(state=RoundState.CANCELLED)
        .first()
    )
    if earlier is not None:
        raise Refusal(
            f"{round_.organisation}在“{round_.period}”已有“{scheme}”的主轮次"
            f"（轮次 {earlier.pk}）；补录的人员请开补充轮次。",
            code="round_exists",
        )


def _open(round_: Round, *, on: date, by: Actor) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT assistance_ensure_year(%s)", [round_.year])
    round_.save()
    record(
        by=by,
        verb="open_round",
        subject=round_,
        on=on,
        organisation_id=round_.organisation_id,
        changes={
            "state": [None, round_.state],
            "version": round_.version_id,
            "occurrence": round_.occurrence,
            "as_of": round_.as_of,
            "parent": round_.parent_id,
        },
    )


def open_supplementary_round(
    *, parent_id: int, as_of: date, on: date, by: Actor
) -> Round:
    """Open a round for those whom the main round could not answer (see `subjects_of`).

    From a parent that is released or closed; same version, occurrence and union.
    Refused: a supplementary round as parent, an earlier supplement still before its
    release, an as-of date before the parent's.
    """
    with transaction.atomic():
        parent = locked_round(parent_id)
        can_open_round(by, parent.organisation).require()
        _require_ready_parent(parent, as_of)
        round_ = Round(
            year=parent.year,
            period=parent.period,
            occurrence=parent.occurrence,
            version=parent.version,
            organisation=parent.organisation,
            kind=RoundKind.SUPPLEMENTARY,
            parent=parent,
            as_of=as_of,
            opened_on=on,
        )
        _open(round_, on=on, by=by)
        crashpoint(BEFORE_OPEN)
    crashpoint(AFTER_OPEN)
    return round_


def _require_ready_parent(parent: Round, as_of: date) -> None:
    if parent.kind != RoundKind.MAIN:
        raise Refusal("补充轮次要从主轮次开启。", code="state")
    if parent.state not in {RoundState.RELEASED, RoundState.CLOSED}:
        raise Refusal(
            f"主轮次现在是“{parent.get_state_display()}”，生成批次后才能开补充轮次；"
            "在此之前请直接重新测算。",
            code="state",
        )
    if as_of < parent.as_of:
        raise Refusal("补充轮次的基准日不能早于主轮次的基准日。", field="as_of")
    unfinished = chain_of(parent).filter(
        state__in=(RoundState.OPENED, RoundState.COMPUTED, RoundState.NOTICED)
    )
    if unfinished.exists():
        raise Refusal("还有一个补充轮次没有生成批次，请先办完或取消它。", code="state")


# --- what the round's other actions share


def locked_round(round_id: int) -> Round:
    """The round under a row lock, with what its rules need.

    No key of it ever changes: who only refers to it, as an import does at its commit,
    must not wait for us while we wait for him.
    """
    return _with_rules().select_for_update(of=("self",), no_key=True).get(pk=round_id)


def seen_round(round_id: int) -> Round:
    """The same without a lock, for what never changes of it."""
    return _with_rules().get(pk=round_id)


def _with_rules() -> QuerySet[Round]:
    return Round.objects.select_related("version__scheme", "period", "organisation")


def recount_round(round_: Round) -> None:
    """Set the totals of a round from the answers that stand, by one aggregate."""
    counts = round_counts(round_)
    round_.population = counts.population
    round_.eligible_count = counts.eligible
    round_.ineligible_count = counts.ineligible
    round_.unknown_count = counts.unknown
    round_.eligible_amount = counts.amount
    round_.save(
        update_fields=(
            "population",
            "eligible_count",
            "ineligible_count",
            "unknown_count",
            "eligible_amount",
        )
    )


def move_round(  # noqa: PLR0913 - who, when, from, to, why
    round_: Round,
    target: str,
    verb: str,
    *,
    on: date,
    by: Actor,
    changes: dict[str, object] | None = None,
    reason: str = "",
) -> None:
    """Write the state and its dates, and the entry that says who, when and why."""
    moved = {"state": [round_.state, target]}
    round_.state = target
    round_.save(update_fields=("state", "computed_on", "released_on", "closed_on"))
    record(
        by=by,
        verb=verb,
        subject=round_,
        on=on,
        organisation_id=round_.organisation_id,
        changes=moved | (changes or {}),
        reason=reason,
    )


@transaction.atomic
def cancel_round(*, round_id: int, reason: str, on: date, by: Actor) -> Round:
    """Opened or computed → cancelled. Its answers go; the audit entry stays."""
    round_ = locked_round(round_id)
    can_cancel_round(by, round_).require()
    target = ROUND.target_of("cancel", round_.state)
    if not reason.strip():
        raise Refusal("请写明取消的理由。", field="reason")
    gone = Determination.objects.filter(year=round_.year, round=round_)
    gone.delete()
    recount_round(round_)
    move_round(round_, target, "cancel_round", on=on, by=by, reason=reason)
    return round_
