"""Stacking: who is stopped, whose amount is cut, and why in words.

Foreseen when a round is computed, so that the notice names nobody whom it will not pay;
decided at the release, on `released_line`, the lines that are about to become claims
(`actions.releases`). There the room is read under the locks of the groups, so that two
releases that draw on it go one after another; the database holds the limits besides.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from assistance.models import Round, StackingGroup
from assistance.queries.schemes import scheme_of
from assistance.rules.stacking import STACKED_CLAUSE, STACKED_FACT

# The answers of a computed round as the lines they would become.
_ANSWERED = """
    CREATE TEMPORARY TABLE released_line ON COMMIT DROP AS
    SELECT answer.id AS claim_id, answer.id AS determination_id, answer.subject_kind,
           answer.subject_id, answer.occurrence, answer.payee_id, 0 AS account_id,
           answer.decided_amount AS amount, coalesce(twin.merged_into_id, own.id)
               AS human_id
    FROM assistance_determination AS answer
    CROSS JOIN LATERAL (SELECT CASE answer.subject_kind WHEN 'person'
        THEN answer.subject_id ELSE answer.payee_id END AS id) AS own
    LEFT JOIN members_person AS twin
        ON twin.merged_into_id IS NOT NULL AND twin.id = own.id
    WHERE answer.year = %s AND answer.round_id = %s AND answer.outcome = 'eligible'
      AND answer.superseded_by IS NULL
"""
_DROP = (
    "DROP TABLE IF EXISTS pg_temp.stack_line, pg_temp.stack_room, pg_temp.stack_verdict"
)
# A line for each group it draws on. Lines that an earlier grant of the same keeps out
# draw on nothing; of two for one human the first counts. Lines that share a payee take
# their turn one after another, the others are all in the first.
_LINES = """
    CREATE TEMPORARY TABLE stack_line ON COMMIT DROP AS
    WITH line AS (
        SELECT line.claim_id, line.determination_id, line.amount, line.human_id,
               coalesce(twin.merged_into_id, line.payee_id) AS payee_id,
               row_number() OVER (PARTITION BY line.human_id ORDER BY line.claim_id)
                   AS place
        FROM released_line AS line
        LEFT JOIN members_person AS twin
            ON twin.merged_into_id IS NOT NULL AND twin.id = line.payee_id
        WHERE line.account_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM assistance_paymentclaim AS earlier
            WHERE earlier.human_id = line.human_id AND NOT earlier.released
              AND NOT earlier.ended AND earlier.scheme_id = %(scheme)s
              AND earlier.occurrence = line.occurrence)
        AND NOT EXISTS (
            SELECT FROM assistance_paymentclaim AS earlier
            WHERE earlier.subject_kind = line.subject_kind
              AND earlier.subject_id = line.subject_id AND NOT earlier.released
              AND earlier.scheme_id = %(scheme)s
              AND earlier.occurrence = line.occurrence)
    )
    SELECT line.claim_id, line.determination_id, line.amount, terms.id AS terms_id,
           terms.code, terms.rule, terms.excess, terms.per_time, terms.per_year,
           CASE terms.per WHEN 'payee' THEN line.payee_id ELSE line.human_id END
               AS human_id,
           row_number() OVER (PARTITION BY terms.code, line.payee_id
               ORDER BY line.claim_id) AS turn
    FROM line CROSS JOIN assistance_stackinggroup AS terms
    WHERE line.place = 1 AND terms.id = ANY(%(terms)s)
"""
_ROOM = """
    CREATE TEMPORARY TABLE stack_room ON COMMIT DROP AS
    SELECT line.code, line.human_id, coalesce(held.count, 0) AS count,
           coalesce(held.amount, 0) AS amount
    FROM (SELECT DISTINCT code, human_id FROM stack_line) AS line
    LEFT JOIN assistance_stackingbalance AS held
        ON held.code = line.code AND held.human_id = line.human_id
       AND held.year = %s
"""
_VERDICTS = """
    CREATE TEMPORARY TABLE stack_verdict ON COMMIT DROP AS
    SELECT claim_id, determination_id, terms_id, human_id, 0::numeric AS taken,
           0::numeric AS allowed, FALSE AS is_by_time, ''::text AS words
    FROM stack_line WHERE FALSE
"""
# What each group leaves of a line; the narrowest decides.
_JUDGE = """
    WITH judged AS (
        SELECT line.*, room.amount AS taken, room.count,
               CASE WHEN line.rule = 'exclusive'
                        THEN CASE room.count WHEN 0 THEN line.amount ELSE 0 END
                    ELSE greatest(0, least(line.amount,
                        coalesce(line.per_time, line.amount),
                        coalesce(line.per_year - room.amount, line.amount))) END AS room,
               coalesce(line.amount > line.per_time, FALSE) AND (line.excess = 'refuse'
                   OR line.per_time <= coalesce(line.per_year - room.amount, 'Infinity'))
                   AS is_by_time
        FROM stack_line AS line
        JOIN stack_room AS room USING (code, human_id)
        WHERE line.turn = %(turn)s
    ),
    decided AS (
        SELECT DISTINCT ON (claim_id) *,
               CASE WHEN excess = 'refuse' AND room < amount THEN 0 ELSE room END
                   AS allowed
        FROM judged
        ORDER BY claim_id,
                 CASE WHEN excess = 'refuse' AND room < amount THEN 0 ELSE room END, code
    ),
    drawn AS (
        UPDATE stack_room AS room
        SET count = room.count + 1, amount = room.amount + decided.allowed
        FROM decided JOIN stack_line AS line USING (claim_id)
        WHERE decided.allowed > 0 AND room.code = line.code
          AND room.human_id = line.human_id
    )
    INSERT INTO stack_verdict
    SELECT claim_id, determination_id, terms_id, human_id, taken, allowed, is_by_time, ''
    FROM decided WHERE allowed < amount
"""
# What was granted before under the group, by which level of union; nobody is named.
_WORDS = """
    WITH earlier AS (
        SELECT DISTINCT ON (verdict.claim_id) verdict.claim_id,
               concat(CASE union_.level WHEN 'province' THEN '省级'
                   WHEN 'prefecture' THEN '市级' WHEN 'county' THEN '县级'
                   WHEN 'township' THEN '乡镇（街道）' ELSE '基层' END,
                   '工会安排的“', scheme.title, '”') AS named
        FROM stack_verdict AS verdict
        JOIN assistance_stackinggroup AS terms ON terms.id = verdict.terms_id
        JOIN assistance_stackedscheme AS stacked ON stacked.code = terms.code
        JOIN assistance_round AS round ON round.version_id = stacked.version_id
         AND round.year = %(year)s
        JOIN assistance_paymentclaim AS claim ON claim.round_id = round.id
         AND NOT claim.released AND NOT claim.ended
        LEFT JOIN members_person AS twin
            ON terms.per = 'payee' AND twin.merged_into_id IS NOT NULL
           AND twin.id = claim.payee_id
        JOIN assistance_scheme AS scheme ON scheme.id = claim.scheme_id
        JOIN members_organisation AS union_ ON union_.id = claim.organisation_id
        WHERE verdict.human_id = CASE terms.per WHEN 'payee'
            THEN coalesce(twin.merged_into_id, claim.payee_id) ELSE claim.human_id END
        ORDER BY verdict.claim_id, claim.id DESC
    )
    UPDATE stack_verdict AS verdict SET words = left(concat(
        CASE WHEN terms.rule = 'exclusive'
            THEN concat('“', terms.covers, '”同一年度只享受一项：%(year)s 年已有', seen.named)
        WHEN verdict.is_by_time
            THEN concat('“', terms.covers, '”每次不超过 ', terms.per_time, ' 元')
        WHEN verdict.taken > 0
            THEN concat('“', terms.covers, '”每年合计不超过 ', terms.per_year,
                ' 元：%(year)s 年已安排 ', verdict.taken, ' 元（含', seen.named, '）')
        ELSE concat('“', terms.covers, '”每年合计不超过 ', terms.per_year, ' 元') END,
        CASE verdict.allowed WHEN 0 THEN '，本次不再发放'
            ELSE concat('，本次改为 ', verdict.allowed, ' 元') END,
        '（', terms.document, '）'), 200)
    FROM assistance_stackinggroup AS terms,
         (SELECT stopped.claim_id, coalesce(earlier.named, '本轮次的另一笔') AS named
          FROM stack_verdict AS stopped LEFT JOIN earlier USING (claim_id)) AS seen
    WHERE terms.id = verdict.terms_id AND seen.claim_id = verdict.claim_id
"""
_SUPERSEDE = """
    UPDATE assistance_determination AS determination
    SET superseded_by = nextval('assistance_determination_id_seq')
    FROM stack_verdict AS verdict
    WHERE determination.id = verdict.determination_id AND determination.year = %s
"""
_SUPERSEDING = """
    INSERT INTO assistance_determination
        (id, year, round_id, organisation_id, subject_kind, subject_id, occurrence,
         payee_id, outcome, clause, proposed_amount, decided_amount, deviation_reason,
         deviation_by, facts, supersedes)
    SELECT old.superseded_by, old.year, old.round_id, old.organisation_id,
           old.subject_kind, old.subject_id, old.occurrence, old.payee_id,
           CASE verdict.allowed WHEN 0 THEN 'ineligible' ELSE 'eligible' END,
           CASE verdict.allowed WHEN 0 THEN %s ELSE '' END,
           CASE WHEN verdict.allowed > 0 THEN old.proposed_amount END,
           nullif(verdict.allowed, 0),
           CASE WHEN verdict.allowed > 0 THEN verdict.words ELSE '' END,
           CASE WHEN verdict.allowed > 0 THEN %s END,
           old.facts || jsonb_build_object(%s::text, verdict.words), old.id
    FROM stack_verdict AS verdict
    JOIN assistance_determination AS old
        ON old.id = verdict.determination_id AND old.year = %s
    ORDER BY old.id
"""
_FORESEEN = """
    UPDATE assistance_determination AS answer
    SET outcome = CASE verdict.allowed WHEN 0 THEN 'ineligible' ELSE 'eligible' END,
        clause = CASE verdict.allowed WHEN 0 THEN %s ELSE '' END,
        proposed_amount = CASE WHEN verdict.allowed > 0 THEN answer.proposed_amount END,
        decided_amount = nullif(verdict.allowed, 0),
        deviation_reason = CASE WHEN verdict.allowed > 0 THEN verdict.words ELSE '' END,
        deviation_by = CASE WHEN verdict.allowed > 0 THEN %s END,
        facts = answer.facts || jsonb_build_object(%s::text, verdict.words)
    FROM stack_verdict AS verdict
    WHERE answer.id = verdict.determination_id AND answer.year = %s
"""
_CUT = """
    UPDATE released_line AS line
    SET amount = verdict.allowed, determination_id = old.superseded_by
    FROM stack_verdict AS verdict
    JOIN assistance_determination AS old
        ON old.id = verdict.determination_id AND old.year = %s
    WHERE line.claim_id = verdict.claim_id AND verdict.allowed > 0
"""
_STOP = """
    DELETE FROM released_line AS line USING stack_verdict AS verdict
    WHERE line.claim_id = verdict.claim_id AND verdict.allowed = 0
"""
_COUNTED = "SELECT count(*) FILTER (WHERE allowed = 0), count(*) FROM stack_verdict"


@dataclass(frozen=True, slots=True)
class Stacked:
    """How many a release stops, and how many get less, for what they have already."""

    stopped: int = 0
    cut: int = 0

    @property
    def told(self) -> dict[str, int]:
        """What the trail says of it; nothing where nobody was touched."""
        return {"stacked": self.stopped, "cut": self.cut} if self != Stacked() else {}


def apply_stacking(round_: Round, *, user_id: int | None) -> Stacked:
    """Take whom a group has no room for off the lines, cut others; answer them anew.

    The locks of the groups are held until the release has committed.
    """
    terms = _terms_of(round_, StackingGroup.objects.select_for_update(no_key=True))
    stacked = _judge(round_, terms) if terms else Stacked()
    if stacked != Stacked():
        _answer_anew(round_, user_id or 0)
    return stacked


def foresee_stacking(round_: Round, *, user_id: int | None) -> Stacked:
    """Answer in the same way a round that is being computed, from what is taken today.

    Locks nothing: the release looks again.
    """
    terms = _terms_of(round_, StackingGroup.objects.all())
    if not terms:
        return Stacked()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.released_line")
        cursor.execute(_ANSWERED, [round_.year, round_.pk])
        cursor.execute("ANALYZE released_line")
    stacked = _judge(round_, terms)
    if stacked != Stacked():
        values: list[Any] = [STACKED_CLAUSE, user_id or 0, STACKED_FACT, round_.year]
        with connection.cursor() as cursor:
            cursor.execute(_FORESEEN, values)
    return stacked


def _judge(round_: Round, terms: list[int]) -> Stacked:
    """Fill `stack_verdict` with whom the room does not hold, with the words."""
    keys: dict[str, Any] = {
        "scheme": round_.version.scheme_id,
        "terms": terms,
        "year": round_.year,
    }
    with connection.cursor() as cursor:
        cursor.execute(_DROP)
        cursor.execute(_LINES, keys)
        cursor.execute("ANALYZE stack_line")
        cursor.execute(_ROOM, [round_.year])
        cursor.execute("ANALYZE stack_room")
        cursor.execute(_VERDICTS)
        cursor.execute("SELECT coalesce(max(turn), 0) FROM stack_line")
        (turns,) = cursor.fetchone()
        for turn in range(1, turns + 1):
            cursor.execute(_JUDGE, {"turn": turn})
        cursor.execute(_COUNTED)
        stopped, touched = cursor.fetchone()
        if touched:
            cursor.execute("ANALYZE stack_verdict")
            cursor.execute(_WORDS, {"year": round_.year})
    return Stacked(stopped, touched - stopped)


def _terms_of(round_: Round, groups: QuerySet[StackingGroup]) -> list[int]:
    """The terms of the round's groups in its year; locked ones always in one order."""
    codes = [rule.group for rule in scheme_of(round_.version).stacking]
    if not codes:
        return []
    known = groups.filter(code__in=codes, since__lte=round_.year).order_by("pk")
    latest = {group.code: group.pk for group in sorted(known, key=lambda g: g.since)}
    return sorted(latest.values())


def _answer_anew(round_: Round, user_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_SUPERSEDE, [round_.year])
        cursor.execute(
            _SUPERSEDING, [STACKED_CLAUSE, user_id, STACKED_FACT, round_.year]
        )
        cursor.execute(_CUT, [round_.year])
        cursor.execute(_STOP)
