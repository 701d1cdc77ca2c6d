"""R9: no room for a file; nothing under its final name, a plain word, then it goes on."""

import subprocess
import sys

from assistance.enums import BankFileState, FileDirection
from assistance.models import BankFile
from tests.faults import story
from tests.faults.ground import Ground
from tests.faults.place import CHECKOUT
from tests.faults.table import Chance, fault
from unionportal.core.jobs import run_due_jobs
from unionportal.core.models.jobs import Job, JobState

# A file may hold no more than so many bytes: what a full disk does to a writer.
WITHOUT_ROOM = """
import resource, sys
import django; django.setup()
from unionportal.core.jobs import run_due_jobs
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
run_due_jobs()
"""


def run_without_room(ground: Ground, size: int) -> None:
    ended = subprocess.run(
        [sys.executable, "-B", "-c", WITHOUT_ROOM, str(size)],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-2000:]


@fault(row="R9", title="磁盘写满：不出半个文件，腾出空间后自行写完", in_ci=3, tries=50)
def bank_file_waits_for_room(ground: Ground, chance: Chance) -> None:
    ground.at("approved")
    for batch in list(story.unsigned()):
        story.sign_next(batch)
    run_without_room(ground, chance.randrange(0, 60))

    assert [path for path in ground.bank_folder.rglob("*") if path.is_file()] == []
    waiting = Job.objects.filter(kind="assistance.write_instruction")
    assert {job.state for job in waiting} == {JobState.QUEUED}
    assert all("磁盘空间不足" in job.error for job in waiting), waiting[0].error
    out = BankFile.objects.filter(direction=FileDirection.OUT)
    assert set(out.values_list("state", flat=True)) == {BankFileState.WRITTEN}

    waiting.update(due_at="2020-01-01T00:00:00Z")
    run_due_jobs()
    assert set(out.values_list("state", flat=True)) == {BankFileState.SENT}
    story.answered()
    story.settled()
    ground.check_invariants()
