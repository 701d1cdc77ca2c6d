"""R1 over the direct link: the runner is killed at each of its places, the bank's and ours.

Nobody is paid twice by the bank's own books, which pay whatever is ordered again; and
nobody is left unpaid or in doubt, with no hand but the officers' two signatures where
the bank itself cannot say.
"""

import importlib
import pkgutil
import time
from collections.abc import Callable

from assistance import actions
from assistance.actions.doubts import confirm_doubt, find_doubt
from assistance.enums import DoubtVerdict
from assistance.models import BankSending, Batch, DoubtDecision, Payment
from members.enums import Role
from tests.assistance.paying import AFTER_NOTICE
from tests.faults.direct import (
    DirectBank,
    instructed,
    jobs_now,
    open_payments,
    run,
    run_killed,
    times_paid,
)
from tests.faults.ground import Ground
from tests.faults.table import Chance, fault
from unionportal.core.faults import CRASHPOINTS
from unionportal.demo.cast import Cast

# What the bank does, so that a step of the link comes to pass at all.
BANK = {
    "send_order": (),
    "take_answers": (),
    "ask_bank": ("answer-late",),
    "doubt_order": ("cut-after-paying",),
    "find_doubt": ("cannot-say",),
    "confirm_doubt": ("cannot-say",),
}
SETTLES_WITHIN = 45.0


def points() -> list[str]:
    """Every declared place of the direct link; the code itself enumerates them."""
    for module in pkgutil.iter_modules(actions.__path__, f"{actions.__name__}."):
        importlib.import_module(module.name)
    return sorted(point for point in CRASHPOINTS if point.partition(".")[0] in BANK)


@fault(
    row="R1",
    title="在每个提交点前后 kill -9：子进程、整个后台或网页、数据库、消息服务、整台机器",
    in_ci=lambda: len(points()),
    tries=lambda: 4 * len(points()),
)
def killed_on_the_direct_link(ground: Ground, chance: Chance) -> None:
    """One place; the runner, or the officer's own process, dies there."""
    known = points()
    point = known[chance.turn % len(known)]
    verb = point.partition(".")[0]
    ground.at("approved")
    bank = DirectBank(ground.bank_folder, *BANK[verb])
    try:
        instructed(bank)
        mark = ground.mark("stop")
        act = jobs_now if verb not in {"find_doubt", "confirm_doubt"} else decide
        if act is decide:
            until_in_doubt()
        wait_for(lambda: run_killed(act, point=point, mark=mark), point)
        killed = time.monotonic()
        wait_for(has_ended, point)
        ground.recovered(time.monotonic() - killed, within=SETTLES_WITHIN)
    finally:
        bank.close()
    check_paid_once(ground)


def until_in_doubt() -> None:
    """The bank paid and cannot say so; its window passes."""

    def is_so() -> bool:
        run(jobs_now)
        return in_doubt_for_good()

    wait_for(is_so, "doubt")


def in_doubt_for_good() -> bool:
    """Whoever has no end is in doubt; nothing that was sent may still be carried out."""
    states = set(Payment.objects.values_list("state", flat=True))
    open_yet = BankSending.objects.extra(where=["clock_timestamp() < closes_at"])
    is_open = "instructed" in states or open_yet.exists()
    return "in_doubt" in states and not is_open


def decide() -> None:
    """Payer and approver of each county, wherever the one before them stopped."""
    for batch in Batch.objects.select_related("organisation").order_by("id"):
        waiting = Payment.objects.filter(batch=batch, state="in_doubt")
        if not waiting.exists():
            continue
        last = DoubtDecision.objects.filter(batch=batch).last()
        cast, union = Cast(AFTER_NOTICE), batch.organisation
        if last is None:
            find_doubt(
                batch_id=batch.pk,
                verdict=DoubtVerdict.PAID,
                reason="柜台出具的回单",
                by=cast.holder(Role.PAYER, union),
                on=AFTER_NOTICE,
            )
        approver = cast.holder(Role.APPROVER, union)
        confirm_doubt(batch_id=batch.pk, by=approver, on=AFTER_NOTICE)


def has_ended() -> bool:
    """Another runner takes up what is left; True when the bank owes no answer more."""
    run(jobs_now)
    if in_doubt_for_good():
        run(decide)
    return not open_payments()


def wait_for(is_so: Callable[[], object], what: str) -> None:
    until = time.monotonic() + SETTLES_WITHIN
    while not is_so():
        assert time.monotonic() < until, what
        time.sleep(0.2)


def check_paid_once(ground: Ground) -> None:
    """By the bank's own books, each of all once; and our books say the same."""
    paid = times_paid(ground)
    assert set(paid.values()) == {1}, paid
    assert set(Payment.objects.values_list("state", flat=True)) == {"paid"}
    assert set(Batch.objects.values_list("state", flat=True)) == {"settled"}
    ground.check_invariants()
