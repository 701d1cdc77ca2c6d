"""R1 over the direct link: the runner is killed at each of its places, the bank's and ours.

Nobody is paid twice by the bank's own books, which pay whatever is ordered again; and
nobody is left unpaid or in doubt, with no hand but the officers' two signatures where
the bank itself cannot say.
"""

import importlib
import pkgutil
import time
from collections.abc import Callable
from functools import partial

from assistance import actions
from assistance.models import Batch, Payment
from tests.faults.direct import (
    SETTLES_WITHIN,
    DirectBank,
    decide,
    in_doubt_for_good,
    instructed,
    jobs_now,
    open_payments,
    run,
    run_killed,
    times_paid,
    until_in_doubt,
    wait_for,
)
from tests.faults.ground import Ground
from tests.faults.table import Chance, fault
from unionportal.core.faults import CRASHPOINTS

# What the bank does, so that a step of the link comes to pass at all.
BANK = {
    "send_order": (),
    "take_answers": (),
    "ask_bank": ("answer-late",),
    "doubt_order": ("cut-after-paying",),
    "find_doubt": ("cannot-say",),
    "confirm_doubt": ("cannot-say",),
}


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
        decision = partial(decide, ground.bank_folder)
        act = decision if verb in {"find_doubt", "confirm_doubt"} else jobs_now
        if act is decision:
            until_in_doubt()
        wait_for(lambda: run_killed(act, point=point, mark=mark), point)
        killed = time.monotonic()
        wait_for(partial(has_ended, decision), point)
        ground.recovered(time.monotonic() - killed, within=SETTLES_WITHIN)
    finally:
        bank.close()
    check_paid_once(ground)


def has_ended(decision: Callable[[], object]) -> bool:
    """Another runner takes up what is left; True when the bank owes no answer more."""
    run(jobs_now)
    if in_doubt_for_good():
        run(decision)
    return not open_payments()


def check_paid_once(ground: Ground) -> None:
    """By the bank's own books, each of all once; and our books say the same."""
    paid = times_paid(ground)
    assert set(paid.values()) == {1}, paid
    assert set(Payment.objects.values_list("state", flat=True)) == {"paid"}
    assert set(Batch.objects.values_list("state", flat=True)) == {"settled"}
    ground.check_invariants()
