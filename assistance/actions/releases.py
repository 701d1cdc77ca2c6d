"""The release of a round (冻结): from determinations to claims, payments and batches.

Everything is set-wise and in one transaction: either the whole round is frozen, or
nothing changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import connection, transaction

from assistance.actions.drafts import Lines, draft_batches, sources_of
from assistance.actions.rounds import locked_round, move_round, recount_round
from assistance.actions.stacking import Stacked, apply_stacking
from assistance.enums import BatchKind, RoundState, SubjectKind
from assistance.models import FundSource, Round, Scheme
from assistance.permissions.batches import can_release_round
from assistance.queries.rounds import (
    notice_end_of,
    population_of,
    unions_without_notice,
)
from assistance.queries.schemes import scheme_of
from assistance.rules.scheme import GRANTED_CLAUSE
from assistance.workflow import ROUND
from unionportal.core.actor import Actor
from unionportal.core.errors import Refusal
from unionportal.core.faults import crashpoint, declare_crashpoint
from unionportal.core.jobs import JobRun, enqueue
from unionportal.core.models.jobs import Job

RELEASE_JOB = "assistance.release_round"
BEFORE = declare_crashpoint("release_round.before_commit")
AFTER = declare_crashpoint("release_round.after_commit")

# Two reasons that may arise between the computation and the freeze.
GRANTED_FACT = "already_granted"
ACCOUNT_FACT = "account_verified"

# Chosen first and counted by ANALYZE: the answers are younger than the statistics of
# their table, and the plan of the joins that follow must not rest on a guess.
_CHOOSE = """
    CREATE TEMPORARY TABLE released_answer ON COMMIT DROP AS
    SELECT id, organisation_id, subject_kind, subject_id, occurrence, payee_id,
           decided_amount AS amount
    FROM assistance_determination
    WHERE year = %s AND round_id = %s AND outcome = 'eligible'
      AND superseded_by IS NULL
"""
# Who registers claims and who merges two registrations wait for each other, so that the
# human a claim is for stays the one that was read.
_AWAIT_MERGES = "SELECT pg_advisory_xact_lock_shared(hashtext('assistance_humans'))"
# An account counts when it is in use and no newer one waits for its second person.
_CANDIDATES = """
    CREATE TEMPORARY TABLE released_line ON COMMIT DROP AS
    SELECT candidate.*,
           nextval(pg_get_serial_sequence('assistance_paymentclaim', 'id')) AS claim_id
    FROM (
        SELECT answer.id AS determination_id, answer.organisation_id,
               answer.subject_kind, answer.subject_id, answer.occurrence,
               answer.payee_id, answer.amount, dossier.file_level AS level,
               account.id AS account_id,
               coalesce(twin.merged_into_id, {human}) AS human_id,
               {subject}.id IS NULL AS subject_lost
        FROM released_answer AS answer
        {joins}
        LEFT JOIN members_person AS twin
            ON twin.merged_into_id IS NOT NULL AND twin.id = {human}
        LEFT JOIN members_bankaccount AS account
            ON account.person_id = answer.payee_id AND account.state = 'verified'
           AND NOT EXISTS (
               SELECT FROM members_bankaccount AS newer
               WHERE newer.person_id = account.person_id
                 AND newer.version > account.version AND newer.state = 'pending')
        ORDER BY answer.organisation_id, answer.id
    ) AS candidate
"""
# Whom money is for, and the file that says which sources may bear it: the household's
# own; for a person that of the household whose principal is paid for him.
_KINDS = {
    SubjectKind.HOUSEHOLD: {
        "human": "answer.payee_id",
        "subject": "dossier",
        "joins": """
        LEFT JOIN assistance_householddossier AS dossier
            ON dossier.id = answer.subject_id""",
    },
    SubjectKind.PERSON: {
        "human": "answer.subject_id",
        "subject": "subject",
        "joins": """
        LEFT JOIN members_person AS subject ON subject.id = answer.subject_id
        LEFT JOIN assistance_householddossier AS dossier
            ON dossier.principal_id = answer.payee_id AND dossier.state = 'on_file'""",
    },
}
_REFERENCES = """
    SELECT count(*),
           count(*) FILTER (WHERE line.account_id IS NULL),
           count(*) FILTER (WHERE organisation.id IS NULL),
           count(*) FILTER (WHERE line.subject_lost),
           count(*) FILTER (WHERE person.id IS NULL),
           count(*) FILTER (WHERE line.account_id IS NOT NULL AND NOT (
               %s OR coalesce(line.level = ANY(%s), FALSE)))
    FROM released_line AS line
    LEFT JOIN members_organisation AS organisation
        ON organisation.id = line.organisation_id
    LEFT JOIN members_person AS person ON person.id = line.payee_id
"""
# A grant of the same to the same subject, or to the same human, keeps a line out: of
# another round, or of this one.
_CLAIM = """
    INSERT INTO assistance_paymentclaim
        (id, scheme_id, subject_kind, subject_id, occurrence, year, round_id,
         organisation_id, determination_id, payee_id, human_id, amount, released, ended)
    SELECT claim_id, %s, subject_kind, subject_id, occurrence, %s, %s,
           organisation_id, determination_id, payee_id, human_id, amount, FALSE, FALSE
    FROM released_line WHERE account_id IS NOT NULL
    ORDER BY claim_id
    ON CONFLICT DO NOTHING
"""
# Who has a grant already, and which: the words of queries.dossiers.grant_in_words.
_LEAVE_OUT_GRANTED = """
    CREATE TEMPORARY TABLE left_out ON COMMIT DROP AS
    SELECT line.determination_id, line.claim_id, 'ineligible' AS outcome,
           %s AS clause, '' AS missing_fact,
           jsonb_build_object(%s::text, concat(union_.name, '在“', period.title,
               '”（轮次 ', round_.id, '）已安排 ', earlier.amount, ' 元')) AS seen
    FROM released_line AS line
    LEFT JOIN assistance_paymentclaim AS own ON own.id = line.claim_id
    JOIN assistance_paymentclaim AS earlier
        ON earlier.scheme_id = %s AND NOT earlier.released
       AND earlier.subject_kind = line.subject_kind
       AND earlier.subject_id = line.subject_id
       AND earlier.occurrence = line.occurrence
    JOIN assistance_round AS round_ ON round_.id = earlier.round_id
    JOIN assistance_period AS period ON period.id = round_.period_id
    JOIN members_organisation AS union_ ON union_.id = earlier.organisation_id
    WHERE own.id IS NULL AND line.account_id IS NOT NULL
"""
# The same human under another registration, or another dossier of his.
_LEAVE_OUT_TWINS = """
    INSERT INTO left_out
    SELECT DISTINCT ON (line.determination_id) line.determination_id, line.claim_id,
           'ineligible', %s, '',
           jsonb_build_object(%s::text, concat(union_.name, '在“', period.title,
               '”（轮次 ', round_.id, '）已安排 ', earlier.amount, ' 元'))
    FROM released_line AS line
    LEFT JOIN assistance_paymentclaim AS own ON own.id = line.claim_id
    JOIN assistance_paymentclaim AS earlier
        ON earlier.human_id = line.human_id AND NOT earlier.released
       AND NOT earlier.ended AND earlier.scheme_id = %s
       AND earlier.occurrence = line.occurrence
    JOIN assistance_round AS round_ ON round_.id = earlier.round_id
    JOIN assistance_period AS period ON period.id = round_.period_id
    JOIN members_organisation AS union_ ON union_.id = earlier.organisation_id
    WHERE own.id IS NULL AND line.account_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM left_out WHERE left_out.determination_id = line.determination_id)
    ORDER BY line.determination_id, earlier.id
"""
_LEAVE_OUT_ACCOUNTLESS = """
    INSERT INTO left_out
    SELECT determination_id, claim_id, 'unknown', '', %s,
           jsonb_build_object(%s::text, NULL)
    FROM released_line WHERE account_id IS NULL
"""
_SUPERSEDE = """
    UPDATE assistance_determination AS determination
    SET superseded_by = nextval('assistance_determination_id_seq')
    FROM left_out
    WHERE determination.id = left_out.determination_id AND determination.year = %s
"""
_SUPERSEDING = """
    INSERT INTO assistance_determination
        (id, year, round_id, organisation_id, subject_kind, subject_id, occurrence,
         payee_id, outcome, clause, missing_fact, proposed_amount, decided_amount,
         facts, supersedes)
    SELECT old.superseded_by, old.year, old.round_id, old.organisation_id,
           old.subject_kind, old.subject_id, old.occurrence, old.payee_id,
           left_out.outcome, left_out.clause, left_out.missing_fact, NULL, NULL,
           old.facts || left_out.seen, old.id
    FROM left_out
    JOIN assistance_determination AS old
        ON old.id = left_out.determination_id AND old.year = %s
    ORDER BY old.id
"""
_DROP_LEFT_OUT = """
    DELETE FROM released_line USING left_out
    WHERE released_line.determination_id = left_out.determination_id
"""
_LINES = Lines(
    "SELECT claim_id, 1 AS attempt, organisation_id, account_id, amount, level,"
    " determination_id AS position FROM released_line"
)


@dataclass(frozen=True, slots=True)
class _Candidates:
    """How many are to be paid, and what is wrong with their references."""

    lines: int
    accountless: int
    unions_lost: int
    subjects_lost: int
    payees_lost: int
    without_source: int


@dataclass(frozen=True, slots=True)
class _LeftOut:
    """How many have a grant or no account, and what the stacking rules stopped or cut."""

    granted: int = 0
    stacked: Stacked = field(default_factory=Stacked)


@transaction.atomic
def request_release(*, round_id: int, on: date, by: Actor) -> Job:
    """Write the release down as a job; the same live job when asked twice."""
    round_ = locked_round(round_id)
    can_release_round(by, round_, on=on).require()
    ROUND.target_of("release", round_.state)
    _check_notice(round_, on)
    return enqueue(
        kind=RELEASE_JOB,
        key=f"round-{round_id}",
        arguments={"round_id": round_id, "on": on.isoformat()},
        by=by,
        organisation_id=round_.organisation_id,
    )


def release_round(
    *, round_id: int, on: date, by: Actor, run: JobRun | None = None
) -> Round:
    """Freeze a round into one batch per paying union: computed or noticed → released.

    A subject that another round has paid already is left out, its determination
    superseded as ineligible, naming the earlier grant; one whose account was stopped
    or replaced since is superseded as unknown. Whom a stacking rule has no room for is
    refused, or gets less, each with the reason. Refuses while the notice the scheme
    asks for runs, when nobody is left to be paid, and when a reference is lost. A job
    that is run again after its commit finds the round released and is content.
    """
    with transaction.atomic():
        if run is not None:
            run.fence()
        round_ = locked_round(round_id)
        if run is not None and round_.state == RoundState.RELEASED:
            return round_
        can_release_round(by, round_, on=on).require()
        target = ROUND.target_of("release", round_.state)
        _check_notice(round_, on)
        left_out = _prepare_lines(round_, by)
        drafted = draft_batches(round_=round_, kind=BatchKind.MAIN, lines=_LINES, on=on)
        changes = {
            "batches": len(drafted.batch_ids),
            "lines": drafted.line_count,
            "total": drafted.total,
            "left_out": left_out.granted,
            **left_out.stacked.told,
        }
        if left_out != _LeftOut():
            recount_round(round_)
        round_.released_on = on
        move_round(round_, target, "release_round", on=on, by=by, changes=changes)
        crashpoint(BEFORE)
    crashpoint(AFTER)
    return round_


def _check_notice(round_: Round, on: date) -> None:
    """Refuse before the notice is over, where the scheme puts it before payment."""
    rule = scheme_of(round_.version).notice
    if rule is None or rule.is_after:
        return
    if round_.state != RoundState.NOTICED:
        raise Refusal("方案要求先公示再发放；请先发布公示，期满后再生成批次。")
    unnoticed = unions_without_notice(round_).values_list("short_name", flat=True)
    if unnoticed:
        raise Refusal(
            f"{'、'.join(unnoticed[:3])}的公示已撤销；请重新公示，期满后再生成批次。",
            code="notice",
        )
    last_day = notice_end_of(round_)
    if last_day is not None and on <= last_day:
        raise Refusal(
            f"公示到 {last_day:%Y-%m-%d} 为止，期满之后才能生成批次和发放。",
            code="notice_running",
        )


def _prepare_lines(round_: Round, by: Actor) -> _LeftOut:
    """Choose the lines, check what they point to, claim them; return whom that leaves out.

    Releases of one scheme go one after another: two that reach the same people would
    else wait for each other in a circle.
    """
    scheme_id = round_.version.scheme_id
    Scheme.objects.select_for_update(no_key=True).get(pk=scheme_id)
    with connection.cursor() as cursor:
        cursor.execute(_AWAIT_MERGES)
        cursor.execute(
            "DROP TABLE IF EXISTS pg_temp.released_answer, pg_temp.released_line,"
            " pg_temp.left_out"
        )
        cursor.execute(_CHOOSE, [round_.year, round_.pk])
        cursor.execute("ANALYZE released_answer")
        kind = population_of(round_).subject_kind
        cursor.execute(_CANDIDATES.format(**_KINDS[kind]))
        cursor.execute("ANALYZE released_line")
    found = _check_references(sources_of(round_))
    stacked = apply_stacking(round_, user_id=by.user_id)
    lines = found.lines - stacked.stopped
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [scheme_id, round_.year, round_.pk])
        claimed = int(cursor.rowcount)
    if claimed == 0:
        raise _nobody(stacked)
    left_out = _leave_out(round_) if claimed < lines else 0
    if left_out != lines - claimed:
        # An earlier grant was withdrawn between the two looks at it: a line without
        # claim and without answer must not be paid.
        raise Refusal(
            "名单中有人此前的发放刚刚被撤下，请重新生成批次；本次未作任何改动。",
            code="busy",
        )
    return _LeftOut(left_out, stacked)


def _check_references(sources: Sequence[FundSource]) -> _Candidates:
    open_to_all = any(not source.file_levels for source in sources)
    levels = [level for source in sources for level in source.file_levels]
    with connection.cursor() as cursor:
        cursor.execute(_REFERENCES, [open_to_all, levels])
        found = _Candidates(*cursor.fetchone())
    if found.lines == 0:
        raise _nobody(Stacked())
    faults = [
        f"{count} 人{words}"
        for count, words in (
            (found.unions_lost, "的发放工会已不存在"),
            (found.subjects_lost, "的档案或登记已不存在"),
            (found.payees_lost, "的收款人已不存在"),
            (found.without_source, "的档案级别不在任何一项资金的使用范围内"),
        )
        if count
    ]
    if faults:
        raise Refusal(
            f"名单核对未通过：{'，'.join(faults)}。请更正后重试；本次未作任何改动。",
            code="references",
        )
    return found


def _nobody(stacked: Stacked) -> Refusal:
    why = (
        f"其中 {stacked.stopped} 人已享受同类帮扶或已满上限，请重新测算，系统会逐人写明；"
        if stacked.stopped
        else ""
    )
    return Refusal(
        f"没有符合条件且可以发放的对象，不能生成批次；{why}请核对测算结果和收款账户。",
        code="nobody",
    )


def _leave_out(round_: Round) -> int:
    """Answer those without a claim anew and take them off the lines; return how many."""
    scheme_id = round_.version.scheme_id
    with connection.cursor() as cursor:
        cursor.execute(_LEAVE_OUT_GRANTED, [GRANTED_CLAUSE, GRANTED_FACT, scheme_id])
        cursor.execute(_LEAVE_OUT_TWINS, [GRANTED_CLAUSE, GRANTED_FACT, scheme_id])
        cursor.execute(_LEAVE_OUT_ACCOUNTLESS, [ACCOUNT_FACT, ACCOUNT_FACT])
        cursor.execute(_SUPERSEDE, [round_.year])
        cursor.execute(_SUPERSEDING, [round_.year])
        cursor.execute(_DROP_LEFT_OUT)
        return int(cursor.rowcount)
