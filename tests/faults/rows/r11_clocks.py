"""R11: the clocks of worker and web are wrong or jump; leases ask the database's."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.faults.fingerprint import check_ended_alike, reference
from tests.faults.ground import Ground, wait_until
from tests.faults.house import open_house
from tests.faults.table import Chance, fault
from unionportal.core.actor import SYSTEM
from unionportal.core.jobs import enqueue, ring
from unionportal.core.models.jobs import Job

TITLE = "后台与网页的时钟偏 ±1 小时、±30 天、跨年或中途跳变：租约只看数据库时钟"
LIBRARIES = Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")
LIBRARY = next(LIBRARIES, None)  # without it the row is left out
OFFSETS = ("+1h", "-1h", "+30d", "-30d", "year end", "jump")
JUMPS = ("+1h", "-1h", "+30d")
LINGER_SECONDS = 8


def offset_to_year_end() -> str:
    """Two seconds before midnight of New Year's Eve, by the clock of Shanghai."""
    now = datetime.now(UTC)
    midnight = datetime(now.year, 12, 31, 16, tzinfo=UTC)  # 00:00 +08:00
    return (
        f"+{int((midnight - timedelta(seconds=2) - now).total_seconds()) % 31622400}s"
    )


def skewed(ground: Ground, clock: Path) -> dict[str, str]:
    """The environment in which a process reads its clock's error from a file."""
    assert LIBRARY is not None, "libfaketime is missing: apt-get install faketime"
    return {
        "LD_PRELOAD": str(LIBRARY),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


@fault(
    row="R11",
    title=TITLE,
    in_ci=1 if LIBRARY else 0,
    tries=len(OFFSETS) * 2 if LIBRARY else 0,
)
def round_ends_under_a_wrong_clock(ground: Ground, chance: Chance) -> None:
    """From the notice to the certificate with a skewed worker and web server."""
    offset = OFFSETS[chance.turn % len(OFFSETS)]
    expected = reference(ground, "noticed")
    ground.at("noticed")
    clock = ground.mark("clock")
    clock.write_text(
        {"year end": offset_to_year_end(), "jump": "+0"}.get(offset, offset)
    )
    ground.skew = skewed(ground, clock)
    people = open_house(ground)
    if offset == "jump":
        later = chance.uniform(0.2, 3)
        threading.Timer(later, clock.write_text, [chance.choice(JUMPS)]).start()
    people.finish()
    ground.check_invariants()
    check_ended_alike(ground, expected)


@fault(
    row="R11",
    title=TITLE,
    in_ci=1 if LIBRARY else 0,
    tries=len(OFFSETS) - 1 if LIBRARY else 0,
)
def no_lease_is_stolen(ground: Ground, chance: Chance) -> None:
    """A worker with a wrong clock, and one with the right one, who hears every ring."""
    offset = OFFSETS[chance.turn % (len(OFFSETS) - 1)]
    ground.at("ready")
    clock, trace = ground.mark("clock"), ground.mark("trace")
    clock.write_text({"year end": offset_to_year_end()}.get(offset, offset))
    ground.more = {"DJANGO_SETTINGS_MODULE": "tests.core.worker_settings"}
    ground.skew = skewed(ground, clock)
    ground.worker()
    job = linger(trace)
    wait_until(trace.exists, 30)
    ground.skew = {}
    ground.worker()
    ground.worker()
    for _copy in range(3):
        ring(job.pk)
    wait_until(lambda: Job.objects.get(pk=job.pk).state == "done", 60)
    starts = trace.read_text().splitlines()
    assert len(starts) == 1, starts


def linger(trace: Path) -> Job:
    """A job that takes its time, of an app that only tests install."""
    return enqueue(
        kind="test.linger",
        key="slow",
        arguments={"trace": str(trace), "seconds": LINGER_SECONDS},
        by=SYSTEM,
    )
