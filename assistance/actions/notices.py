"""The notice of a round: each paying union publishes its own masked list."""

from datetime import date

from django.db import transaction

from assistance.actions.determinations import DETERMINATION_KIND
from assistance.actions.rounds import locked_round, move_round
from assistance.enums import Outcome, RoundState
from assistance.models import Round
from assistance.permissions.rounds import can_publish_round_notice
from assistance.queries.rounds import unions_without_notice
from assistance.queries.schemes import scheme_of
from assistance.rules.scheme import NoticeRule
from assistance.workflow import ROUND
from members.actions.notice import publish_notice
from unionportal.core.actor import Actor
from unionportal.core.errors import Refusal
from unionportal.core.faults import crashpoint, declare_crashpoint
from unionportal.core.jobs import JobRun, enqueue
from unionportal.core.messages import queue_messages_from_sql
from unionportal.core.models.jobs import Job
from unionportal.core.notice_kinds import LinesSelect, NoticeKind

PUBLISH_JOB = "assistance.publish_notice"
ROUND_KIND = "assistance.round"
BEFORE_PUBLISH = declare_crashpoint("publish_round_notice.before_commit")
AFTER_PUBLISH = declare_crashpoint("publish_round_notice.after_commit")

# Name, unit and kind of aid; no ID number, card, address or illness (domain notes B1).
_LINES = """
    SELECT %s, answer.id, person.id, unit.name, %s
    FROM assistance_determination AS answer
    JOIN members_person AS person ON person.id = answer.payee_id
    JOIN members_organisation AS unit ON unit.id = person.organisation_id
    WHERE answer.year = %s AND answer.round_id = %s AND answer.organisation_id = %s
        AND answer.outcome = %s AND answer.superseded_by IS NULL
    ORDER BY unit.path, answer.id
"""

# Neither illness, kind nor amount is named in a message (design section 2).
_NOTICED = """
    SELECT concat('assistance.noticed-', notice.id, '-', answer.id), answer.payee_id,
        %s, answer.id, answer.organisation_id,
        jsonb_build_object('union', payer.short_name,
            'ends_on', to_char(notice.ends_on, 'FMYYYY年FMMM月FMDD日'))
    FROM assistance_determination AS answer
    JOIN members_organisation AS payer ON payer.id = answer.organisation_id
    JOIN members_notice AS notice ON notice.organisation_id = answer.organisation_id
        AND notice.about_kind = %s AND notice.about_id = answer.round_id
        AND notice.state = 'open'
    WHERE answer.year = %s AND answer.round_id = %s AND answer.outcome = 'eligible'
        AND answer.superseded_by IS NULL
        AND (%s::bigint IS NULL OR answer.organisation_id = %s)
"""
_MISSING = """
    SELECT 'assistance.missing-' || answer.id, answer.payee_id, %s, answer.id,
        answer.organisation_id, jsonb_build_object('union', payer.short_name)
    FROM assistance_determination AS answer
    JOIN members_organisation AS payer ON payer.id = answer.organisation_id
    WHERE answer.year = %s AND answer.round_id = %s AND answer.outcome = 'unknown'
        AND answer.superseded_by IS NULL AND answer.payee_id IS NOT NULL
"""


@transaction.atomic
def request_publication(*, round_id: int, on: date, by: Actor) -> Job:
    """Write the publication down as a job; the same live job when asked twice."""
    round_ = locked_round(round_id)
    can_publish_round_notice(by, round_).require()
    _target_of(round_, _notice_rule(round_))
    _unions_to_publish(round_)
    return enqueue(
        kind=PUBLISH_JOB,
        key=f"round-{round_id}",
        arguments={"round_id": round_id, "on": on.isoformat()},
        by=by,
        organisation_id=round_.organisation_id,
    )


def publish_round_notice(
    *, round_id: int, on: date, by: Actor, run: JobRun | None = None
) -> Round:
    """Computed → noticed: one notice per paying union, lines for the eligible alone.

    Where the scheme publishes after the payment (突发事件), the round is released and
    stays so; it cannot be closed before the notice is over.

    Tells the eligible until when their list stands, the unknown that a paper is missing.
    In a noticed round, the unions whose notice was cancelled publish anew. Refused: a
    scheme that asks for no notice, a round without anybody eligible, a second notice
    beside one that stands. A job that is run again after its commit finds every notice
    out and is content.
    """
    with transaction.atomic():
        if run is not None:
            run.fence()
        round_ = locked_round(round_id)
        if run is not None and _is_published(round_):
            return round_
        can_publish_round_notice(by, round_).require()
        rule = _notice_rule(round_)
        target = _target_of(round_, rule)
        unions = _unions_to_publish(round_)
        for organisation_id in unions:
            _publish(round_, organisation_id, rule, on=on, by=by)
        _tell_workers(round_)
        move_round(
            round_,
            target,
            "publish_round_notice",
            on=on,
            by=by,
            changes={"notices": len(unions), "working_days": rule.working_days},
        )
        crashpoint(BEFORE_PUBLISH)
    crashpoint(AFTER_PUBLISH)
    return round_


def _notice_rule(round_: Round) -> NoticeRule:
    rule = scheme_of(round_.version).notice
    if rule is None:
        raise Refusal("本方案不要求发放前公示，请直接生成批次。", code="notice")
    return rule


def _is_published(round_: Round) -> bool:
    is_noticed = round_.state == RoundState.NOTICED
    return is_noticed and not unions_without_notice(round_).exists()


def _target_of(round_: Round, rule: NoticeRule) -> str:
    if not rule.is_after:
        return ROUND.target_of("publish", round_.state)
    if round_.state != RoundState.RELEASED:
        raise Refusal("本方案先发放、后公示；请先生成批次。", code="state")
    return round_.state


def _unions_to_publish(round_: Round) -> list[int]:
    unions = list(unions_without_notice(round_).values_list("pk", flat=True))
    if unions:
        return unions
    if round_.state in {RoundState.NOTICED, RoundState.RELEASED}:
        raise Refusal(
            "各发放工会的公示都有效，不能“公示”第二次；名单有误的，请先撤销公示。",
            code="state",
        )
    raise Refusal("没有符合条件的对象，没有可公示的名单。", code="empty")


def _publish(
    round_: Round, organisation_id: int, rule: NoticeRule, *, on: date, by: Actor
) -> None:
    publish_notice(
        organisation_id=organisation_id,
        title=f"{round_.occasion}{'' if rule.is_after else '拟'}发放名单公示",
        about=(ROUND_KIND, round_.pk),
        lines_select=_lines_of(round_, organisation_id),
        on=on,
        working_days=rule.working_days,
        by=by,
    )


def _lines_of(round_: Round, organisation_id: int) -> LinesSelect:
    values = (DETERMINATION_KIND, scheme_of(round_.version).title[:60])
    place = (round_.year, round_.pk, organisation_id, Outcome.ELIGIBLE.value)
    return _LINES, (*values, *place)


def _lines_anew(round_id: int, organisation_id: int) -> LinesSelect:
    """Whoever is eligible today; refused once the batches of a list that is published
    before the payment are made."""
    round_ = locked_round(round_id)
    rule = scheme_of(round_.version).notice
    if round_.state != (
        RoundState.RELEASED if rule and rule.is_after else RoundState.NOTICED
    ):
        raise Refusal("轮次已不在公示阶段，名单不能重新公示。", code="state")
    return _lines_of(round_, organisation_id)


def _tell_of_list(round_id: int, organisation_id: int) -> None:
    _tell_noticed(Round.objects.get(pk=round_id), organisation_id)


NOTICE_KIND = NoticeKind(
    code=ROUND_KIND,
    label="发放名单",
    opening="现将发放名单",
    lines=_lines_anew,
    announced=_tell_of_list,
)


def _tell_noticed(round_: Round, organisation_id: int | None = None) -> None:
    """Tell the eligible of a round, or of one union's list of it."""
    place = (round_.year, round_.pk, organisation_id, organisation_id)
    queue_messages_from_sql(
        template="assistance/notices/noticed.txt",
        select=_NOTICED,
        params=(DETERMINATION_KIND, ROUND_KIND, *place),
    )


def _tell_workers(round_: Round) -> None:
    _tell_noticed(round_)
    queue_messages_from_sql(
        template="assistance/notices/missing.txt",
        select=_MISSING,
        params=(DETERMINATION_KIND, round_.year, round_.pk),
    )
