"""Jobs: written with their cause, run once, fenced, retried, and explained."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError

from unionportal.core import jobs, leases
from unionportal.core.actor import SYSTEM, Actor, Seat
from unionportal.core.errors import Refusal
from unionportal.core.jobs import (
    JobRun,
    Later,
    enqueue,
    latest_job,
    register_job,
    run_due_jobs,
    run_job,
)
from unionportal.core.leases import ORDERLY_ATTEMPTS, LeaseLost
from unionportal.core.models import Job, JobState
from unionportal.core.sweeper import due_jobs, sweep

OFFICER = Actor(
    kind="staff", name="王经办", user_id=7, seats=(Seat("maker", 3, "00010002", 9),)
)
Work = Callable[[JobRun], dict[str, Any] | None]


@pytest.fixture
def work() -> Iterator[dict[str, Work]]:
    """Sets what the job kind ``test.work`` runs; the kind is gone afterwards."""
    slot: dict[str, Work] = {"run": lambda run: None}

    def run_slot(run: JobRun) -> dict[str, Any] | None:
        return slot["run"](run)

    register_job("test.work", "测试任务")(run_slot)
    yield slot
    del jobs._kinds["test.work"]


def ask(key: str = "k", **arguments: object) -> Job:
    return enqueue(kind="test.work", key=key, arguments=arguments, by=OFFICER)


def let_lease_expire(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lease_until="2000-01-01T00:00:00Z")


def test_job_runs_once_with_its_arguments_and_actor(
    db: None, work: dict[str, Work]
) -> None:
    seen: list[tuple[dict[str, Any], Actor, int]] = []

    def run_it(run: JobRun) -> dict[str, Any]:
        seen.append((run.arguments, run.by, run.attempt))
        run.advance(done=2, total=2, note="完毕")
        return {"lines": 2}

    work["run"] = run_it
    job = ask(round_id=5)
    assert run_job(job.pk) is True
    assert run_job(job.pk) is False
    job.refresh_from_db()
    assert seen == [({"round_id": 5}, OFFICER, 1)]
    assert (job.state, job.result, job.percent) == (JobState.DONE, {"lines": 2}, 100)
    assert (job.done_count, job.total_count, job.note) == (2, 2, "完毕")


def test_enqueue_returns_the_live_job_of_its_key(
    db: None, work: dict[str, Work]
) -> None:
    first = ask()
    assert ask() == first
    assert ask("other") != first
    run_due_jobs()
    again = ask()
    assert again != first
    assert latest_job(kind="test.work", key="k") == again


def test_enqueue_vanishes_with_its_cause(
    committed_db: None, work: dict[str, Work]
) -> None:
    with transaction.atomic():
        ask()
        transaction.set_rollback(True)
    assert Job.objects.count() == 0


def test_parallel_enqueues_of_one_key_make_one_job(
    committed_db: None, work: dict[str, Work]
) -> None:
    found: list[int] = []

    def ask_elsewhere() -> None:
        found.append(ask().pk)
        connection.close()

    threads = [threading.Thread(target=ask_elsewhere) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert Job.objects.count() == 1


def test_refusal_fails_the_job_with_its_sentence(
    db: None, work: dict[str, Work]
) -> None:
    def refuse(run: JobRun) -> None:
        raise Refusal("资金不足；请先拨款。")

    work["run"] = refuse
    job = ask()
    run_due_jobs()
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.FAILED, "资金不足；请先拨款。")
    assert job.attempt_count == 1


def test_guard_of_the_database_fails_the_job_with_its_sentence(
    db: None, work: dict[str, Work]
) -> None:
    def break_the_table(run: JobRun) -> None:
        with transaction.atomic():
            Job.objects.create(
                kind="x", key="x", state=JobState.DONE, finished_at="2014-12-01T00:00Z"
            )

    work["run"] = break_the_table
    job = ask()
    run_due_jobs()
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert job.error.startswith("新建的后台任务不能是“完成”")


def test_fault_is_retried_with_growing_pauses_and_then_explained(
    db: None, work: dict[str, Work]
) -> None:
    def break_down(run: JobRun) -> None:
        raise ZeroDivisionError

    work["run"] = break_down
    job = ask()
    pauses = []
    for _turn in range(jobs.FAILURE_LIMIT):
        assert run_job(job.pk) is True
        assert run_job(job.pk) is False
        job.refresh_from_db()
        if job.state == JobState.QUEUED:
            assert "第" in job.error
            pauses.append(round(seconds_until_due(job)))
            Job.objects.filter(pk=job.pk).update(due_at="2000-01-01T00:00:00Z")
    assert pauses == [2, 4, 8, 16]
    assert job.state == JobState.FAILED
    assert "ZeroDivisionError" in job.error


def seconds_until_due(job: Job) -> float:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM due_at - clock_timestamp())::float8"
            " FROM core_job WHERE id = %s",
            [job.pk],
        )
        seconds: float = cursor.fetchone()[0]
    return seconds


def test_job_that_kills_its_runners_ends_after_a_limit(
    db: None, work: dict[str, Work]
) -> None:
    job = ask()
    Job.objects.filter(pk=job.pk).update(attempt_count=jobs.ATTEMPT_LIMIT)
    assert run_job(job.pk) is True
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "中断" in job.error


def test_job_that_waits_for_others_may_be_put_off_for_ever(
    db: None, work: dict[str, Work]
) -> None:
    """An orderly return is no interruption; interruptions still end it."""
    job = ask()

    def wait(run: JobRun) -> dict[str, Any]:
        raise Later("等别人", seconds=0)

    work["run"] = wait
    for _turn in range(jobs.ATTEMPT_LIMIT + 5):
        assert run_job(job.pk) is True
    job.refresh_from_db()
    assert (job.state, job.attempt_count) == (JobState.QUEUED, ORDERLY_ATTEMPTS)
    assert job.error == "等别人"


def test_unknown_kind_waits_for_a_worker_that_knows_it(db: None) -> None:
    job = enqueue(kind="test.future", key="k", arguments={}, by=SYSTEM)
    assert run_job(job.pk) is True
    job.refresh_from_db()
    assert (job.state, job.failure_count) == (JobState.QUEUED, 0)
    assert round(seconds_until_due(job)) == jobs.UNKNOWN_SECONDS


def test_second_runner_finds_the_job_held(
    committed_db: None, work: dict[str, Work]
) -> None:
    job = ask()
    second: list[bool] = []

    def run_elsewhere() -> None:
        second.append(run_job(job.pk))
        connection.close()

    def while_running(run: JobRun) -> None:
        thread = threading.Thread(target=run_elsewhere)
        thread.start()
        thread.join()

    work["run"] = while_running
    assert run_job(job.pk) is True
    assert second == [False]
    job.refresh_from_db()
    assert (job.state, job.token, job.attempt_count) == (JobState.DONE, 1, 1)


def test_zombie_with_an_old_token_writes_nothing(
    committed_db: None, work: dict[str, Work]
) -> None:
    job = ask()
    written: list[str] = []

    def zombie(run: JobRun) -> None:
        if run.attempt == 2:
            return
        let_lease_expire(job)
        assert run_job(job.pk) is True  # another runner takes over and ends it
        with pytest.raises(LeaseLost), transaction.atomic():
            run.fence()
        run_late_transaction(run)

    def run_late_transaction(run: JobRun) -> None:
        with transaction.atomic():
            run.fence()
            written.append("never")

    work["run"] = zombie
    run_job(job.pk)
    job.refresh_from_db()
    assert written == []
    assert (job.state, job.token) == (JobState.DONE, 2)
    stale = leases.Lease(job.pk, 1)
    assert leases.finish(stale, leases.Progress(), {"x": 1}) is False
    assert leases.fail(stale, leases.Progress(), "x") is False
    assert leases.renew(stale, leases.Progress()) is False
    assert leases.postpone(stale, "x", seconds=1, failures=1) is False
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.DONE, "")


def test_zombie_learns_of_its_loss_when_it_reports_progress(
    db: None, work: dict[str, Work]
) -> None:
    job = ask()

    def zombie(run: JobRun) -> None:
        Job.objects.filter(pk=job.pk).update(token=9)
        run.advance(done=1)

    work["run"] = zombie
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.token, job.done_count) == (JobState.RUNNING, 9, 0)


def test_fence_holds_off_a_claim_but_not_the_heartbeat(
    committed_db: None, work: dict[str, Work]
) -> None:
    job = ask()
    seen: list[object] = []

    def elsewhere(run: JobRun) -> None:
        seen.append(leases.renew(run.heartbeat.lease, leases.Progress(done=5)))
        let_lease_expire(job)
        seen.append(leases.claim(job.pk))
        seen.append(due_jobs())
        connection.close()

    def fenced(run: JobRun) -> None:
        with transaction.atomic():
            run.fence()
            thread = threading.Thread(target=elsewhere, args=(run,))
            thread.start()
            thread.join()

    work["run"] = fenced
    run_job(job.pk)
    assert seen == [True, None, []]
    job.refresh_from_db()
    assert job.state == JobState.DONE


def test_fence_belongs_inside_a_transaction(
    committed_db: None, work: dict[str, Work]
) -> None:
    def careless(run: JobRun) -> None:
        with pytest.raises(TransactionManagementError):
            run.fence()

    work["run"] = careless
    job = ask()
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE


def test_heartbeat_prolongs_the_lease_while_a_handler_is_silent(
    committed_db: None, work: dict[str, Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "HEARTBEAT_SECONDS", 0.05)
    job = ask()

    def silent(run: JobRun) -> None:
        let_lease_expire(job)
        threading.Event().wait(0.4)
        assert leases.claim(job.pk) is None

    work["run"] = silent
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE


def test_progress_is_seen_while_the_handler_s_transaction_is_open(
    committed_db: None, work: dict[str, Work]
) -> None:
    job = ask()
    shown: list[tuple[int, int | None, str]] = []

    def look() -> None:
        for _turn in range(100):
            found = Job.objects.get(pk=job.pk)
            if found.done_count:
                shown.append((found.done_count, found.total_count, found.note))
                break
            threading.Event().wait(0.02)
        connection.close()

    def long_transaction(run: JobRun) -> None:
        with transaction.atomic():
            run.fence()
            run.advance(done=500, total=1000, note="测算中")
            thread = threading.Thread(target=look)
            thread.start()
            thread.join()

    work["run"] = long_transaction
    run_job(job.pk)
    assert shown == [(500, 1000, "测算中")]


def test_kind_registered_twice_is_refused(work: dict[str, Work]) -> None:
    with pytest.raises(ValueError, match="twice"):
        register_job("test.work", "又一个")(lambda run: None)


def test_lost_rings_are_rung_again_and_then_run_without_the_broker(
    db: None, work: dict[str, Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []

    def look(*, free: bool) -> None:
        sweep(
            has_free_hands=lambda: free,
            run_without_broker=lambda: ran.append("child"),
        )

    monkeypatch.setattr("unionportal.core.sweeper.ring", lambda number: True)
    look(free=True)
    ask()
    look(free=True)
    assert ran == []
    Job.objects.update(due_at="2000-01-01T00:00:00Z")
    look(free=False)
    assert ran == []
    look(free=True)
    assert ran == ["child"]


def test_broker_that_is_down_is_not_waited_for(
    db: None, work: dict[str, Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []
    monkeypatch.setattr("unionportal.core.sweeper.ring", lambda number: False)
    ask()
    Job.objects.update(rung_at="2000-01-01T00:00:00Z")
    sweep(has_free_hands=lambda: False, run_without_broker=lambda: ran.append("child"))
    assert ran == ["child"]


def test_run_due_jobs_command_runs_everything(
    db: None, work: dict[str, Work], capsys: pytest.CaptureFixture[str]
) -> None:
    ask("a")
    ask("b")
    call_command("run_due_jobs", "--wait")
    assert capsys.readouterr().out == "已执行 2 个任务\n"
    assert set(Job.objects.values_list("state", flat=True)) == {JobState.DONE}
