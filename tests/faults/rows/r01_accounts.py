"""R1 for a changed account: the runner is killed while it takes off the hold.

The payer sends what may leave; the held payment is free again once, with one entry, and
the follow-up takes it over and orders it from the bank.
"""

import time

from assistance.actions.account_changes import AFTER, BEFORE, RESUME_JOB
from assistance.models import Batch, Payment
from members.actions.account import stop_account
from tests.assistance.paying import AFTER_NOTICE
from tests.faults import story
from tests.faults.direct import jobs_now, run, run_killed, wait_for
from tests.faults.ground import Ground
from tests.faults.people import give_account
from tests.faults.rows.r08_reissue import collect, drafted_one
from tests.faults.table import Chance, fault
from unionportal.core.actor import SYSTEM
from unionportal.core.models.audit import AuditEntry
from unionportal.core.models.jobs import Job

POINTS = (BEFORE, AFTER)
RESUME_SECONDS = 30


@fault(
    row="R1",
    title="在每个提交点前后 kill -9：子进程、整个后台或网页、数据库、消息服务、整台机器",
    in_ci=len(POINTS),
    tries=4 * len(POINTS),
)
def killed_while_a_hold_is_taken_off(ground: Ground, chance: Chance) -> None:
    """One place; another runner finishes what the killed one began."""
    point = POINTS[chance.turn % len(POINTS)]
    ground.at("approved")
    mains = list(Batch.objects.order_by("id"))
    stopped = chance.choice(list(Payment.objects.filter(batch=mains[0])))
    stop_account(
        account_id=stopped.account_id, reason="销户", on=AFTER_NOTICE, by=SYSTEM
    )
    story.instructed()
    assert states(stopped) == ["held"]

    give_account(stopped)
    mark = ground.mark("stop")
    wait_for(lambda: run_killed(jobs_now, point=point, mark=mark), point)
    killed = time.monotonic()
    wait_for(lambda: is_resumed(stopped), point)
    ground.recovered(time.monotonic() - killed, within=RESUME_SECONDS)
    entries = AuditEntry.objects.filter(verb="resume_changed_account")
    assert [entry.subject_id for entry in entries] == [stopped.pk]

    story.answered()
    collect()
    while drafted_one():
        pass
    story.approved()
    story.instructed()
    story.answered()
    collect()
    taken_over, paid_anew = states(stopped)
    assert taken_over == "withdrawn"
    assert paid_anew in {"paid", "returned"}
    ground.check_invariants()


def states(payment: Payment) -> list[str]:
    """Of the claim's payments, first attempt first."""
    same = Payment.objects.filter(claim_id=payment.claim_id).order_by("attempt")
    return list(same.values_list("state", flat=True))


def is_resumed(payment: Payment) -> bool:
    """Another runner takes up what is left, to the end of the job."""
    run(jobs_now)
    done = Job.objects.filter(kind=RESUME_JOB, state="done").exists()
    return done and states(payment)[0] == "planned"
