"""A computation killed at any point leaves all answers or none, and is taken up again."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistance.actions.computations import request_computation
from assistance.models import Determination, Round
from tests.assistance import builders as make
from unionportal.core.actor import SYSTEM
from unionportal.core.jobs import run_due_jobs
from unionportal.core.models.jobs import Job

pytestmark = pytest.mark.usefixtures("committed_db")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]
RUN = "import django; django.setup(); from unionportal.core.jobs import run_due_jobs"


def run_jobs(environment: dict[str, str], crashpoint: str) -> int:
    ended = subprocess.run(
        [sys.executable, "-c", f"{RUN}; run_due_jobs()"],
        cwd=ROOT,
        env=environment | {"CRASHPOINT": crashpoint},
        check=False,
        capture_output=True,
    )
    return ended.returncode


@pytest.mark.parametrize(
    ("place", "left"),
    [
        ("jobs.after_claim", 0),
        ("compute_round.before_commit", 0),
        ("compute_round.after_commit", 3),
        ("jobs.before_finish", 3),
    ],
)
def test_a_killed_computation_is_whole_or_absent_and_ends_once(
    place: str, left: int, child_environment: dict[str, str]
) -> None:
    make.standard()
    for name in ("甲", "乙", "丙"):
        make.dossier(name)
    round_ = make.opened_round()
    job = request_computation(round_id=round_.pk, on=make.ON, by=SYSTEM)

    assert run_jobs(child_environment, place) == -9
    assert Determination.objects.count() == left

    Job.objects.filter(pk=job.pk).update(lease_until=LONG_AGO)
    run_due_jobs()

    done = Round.objects.get(pk=round_.pk)
    assert (done.population, done.eligible_count) == (3, 3)
    assert Determination.objects.count() == 3
    assert Job.objects.get(pk=job.pk).state == "done"
