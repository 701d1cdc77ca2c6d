"""A census of unions (工会组织普查): flags raised, seen again, and gone by themselves."""

from dataclasses import asdict, dataclass, field
from datetime import date, timedelta

from django.db import connection, transaction

from members.models import Organisation
from members.permissions.census import can_run_census
from members.queries.census import flags_in_force, hits
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.jobs import enqueue
from unionportal.core.models import Job

CENSUS_JOB = "members.census"
# What was repaired or had gone shows again; an explanation holds until its day.
_SHOWS_AGAIN = """(flag.state IN ('repaired', 'gone', 'dissolved')
    OR (flag.state = 'explained' AND flag.due_on < EXCLUDED.last_seen_on))"""
_RUN = f"""
    kept AS (
        INSERT INTO members_unionflag AS flag (organisation_id, rule, title, condition,
            facts, state, first_seen_on, last_seen_on, due_on)
        SELECT hit.organisation_id, hit.rule, judged.title, judged.condition, hit.facts,
            'open', %s, %s, judged.due_on
        FROM hit JOIN unnest(%s::text[], %s::text[], %s::text[], %s::date[])
            AS judged (rule, title, condition, due_on) USING (rule)
        ORDER BY hit.organisation_id, hit.rule
        ON CONFLICT (organisation_id, rule) DO UPDATE SET
            title = EXCLUDED.title, condition = EXCLUDED.condition,
            facts = EXCLUDED.facts, last_seen_on = EXCLUDED.last_seen_on,
            state = CASE WHEN {_SHOWS_AGAIN} THEN 'open' ELSE flag.state END,
            due_on = CASE WHEN {_SHOWS_AGAIN} THEN EXCLUDED.due_on ELSE flag.due_on END,
            reopened = flag.reopened + CASE WHEN {_SHOWS_AGAIN} THEN 1 ELSE 0 END,
            answer = CASE WHEN {_SHOWS_AGAIN} THEN '' ELSE flag.answer END
        WHERE flag.last_seen_on <= EXCLUDED.last_seen_on
        RETURNING xmax = 0 AS is_new
    ),
    gone AS (
        UPDATE members_unionflag AS flag
        SET state = CASE WHEN union_.state = 'dissolved' THEN 'dissolved' ELSE 'gone' END
        FROM members_organisation AS union_
        WHERE union_.id = flag.organisation_id
          AND union_.path >= %s AND union_.path < %s
          AND flag.state IN ('open', 'explaining', 'explained')
          AND flag.last_seen_on <= %s
          AND flag.rule <> ALL (%s)
          AND NOT EXISTS (
            SELECT FROM hit
            WHERE hit.organisation_id = flag.organisation_id AND hit.rule = flag.rule)
        RETURNING flag.id
    )
    SELECT (SELECT count(*) FROM facts), (SELECT count(*) FROM kept),
        (SELECT count(*) FROM kept WHERE is_new), (SELECT count(*) FROM gone)
"""  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class CensusOutcome:
    """Unions looked at, flags seen, those among them seen first, and flags gone.

    `set_aside` says of each flag that could not be judged by why.
    """

    unions: int
    flags: int
    new: int
    gone: int
    set_aside: list[str] = field(default_factory=list)


@transaction.atomic
def request_census(*, organisation_id: int, on: date, by: Actor) -> Job:
    """Have a union and all below it looked at; asked twice while it runs is one job."""
    union = Organisation.objects.get(pk=organisation_id)
    can_run_census(by, union).require()
    return enqueue(
        kind=CENSUS_JOB,
        key=f"{organisation_id}:{on.isoformat()}",
        arguments={"organisation": organisation_id, "on": on.isoformat()},
        by=by,
        organisation_id=organisation_id,
    )


@transaction.atomic
def take_census(*, organisation_id: int, on: date, by: Actor) -> CensusOutcome:
    """Judge a union and all below it, as of a day, by one statement.

    A flag persists while it shows; one that no longer shows is gone, one that shows
    again after it was repaired, or past the day of its explanation, is open again.
    What a flag that is set aside found before stays as it was.
    A census of an earlier day changes nothing that a later one has seen. Censuses wait
    for one another.
    """
    union = Organisation.objects.get(pk=organisation_id)
    can_run_census(by, union).require()
    rules, set_aside = flags_in_force(union.path)
    found = hits(rules, path=union.path, as_of=on)
    judged = (
        [rule.code for rule in rules],
        [rule.title for rule in rules],
        [rule.formula.text for rule in rules],
        [on + timedelta(days=rule.days) for rule in rules],
    )
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE members_unionflag IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(
            f"WITH {found.sql}, {_RUN}",
            (
                *(*found.params, on, on, *judged, union.path, f"{union.path}~", on),
                list(set_aside),
            ),
        )
        unions, flags, new, gone = cursor.fetchone()
    outcome = CensusOutcome(unions, flags, new, gone, list(set_aside.values()))
    record(
        by=by,
        verb="census",
        subject=union,
        on=on,
        organisation_id=union.pk,
        changes=asdict(outcome),
    )
    return outcome
