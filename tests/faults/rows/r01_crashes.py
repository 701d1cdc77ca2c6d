"""R1: killed at every commit of the round; taken up by itself, every yuan once."""

import importlib
import pkgutil
from math import gcd

import assistance.actions
import unionportal.core
from tests.faults.fingerprint import check_ended_alike, reference
from tests.faults.ground import Ground
from tests.faults.house import KILLS, Killer, open_house, stage_before
from tests.faults.invariants import check_everybody_is_served
from tests.faults.table import Chance, fault
from unionportal.core.faults import CRASHPOINTS

VICTIMS = tuple(KILLS)
NOT_OF_THE_ROUND = (
    # A rule, a table handed in, a chunk of a large round: each has tests of its own.
    "publish_scheme_version",
    "apply_upload",
    "check_upload",
    "compute_chunk",
    # The direct link: this round's unions exchange files (tests of sendings).
    "send_order",
    "doubt_order",
    "ask_bank",
    "take_answers",
    "find_doubt",
    "confirm_doubt",
    # Somebody's account changed on the way (tests of account_changes).
    "resume_changed_accounts",
    # The month's comparison with the bank: nobody is paid by it.
    "import_statement",
    "collect_statements",
    "match_statement",
    "confirm_matches",
    "undo_match",
    "enter_bank_line",
    "explain_outstanding",
    "confirm_opening",
    "prepare_reconciliation",
    "return_reconciliation",
    "close_reconciliation",
    "reopen_reconciliation",
)
RESUME_SECONDS = 30


def points() -> list[str]:
    """Every declared place that a round passes; the code itself enumerates them."""
    for room in (assistance.actions, unionportal.core):
        for module in pkgutil.iter_modules(room.__path__, f"{room.__name__}."):
            importlib.import_module(module.name)
    return sorted(
        point
        for point in CRASHPOINTS
        if point.partition(".")[0] not in NOT_OF_THE_ROUND
    )


@fault(
    row="R1",
    title="在每个提交点前后 kill -9：子进程、整个后台或网页、数据库、消息服务、整台机器",
    in_ci=12,
    tries=lambda: len(points()) * len(VICTIMS),
)
def killed_at_a_commit(ground: Ground, chance: Chance) -> None:
    """One point and one victim; all pairs in as many turns as there are.

    The turns stride through the points, so that a few reach every part of the round.
    """
    known = points()
    stride = next(step for step in (7, 11, 13) if gcd(step, len(known)) == 1)
    lap, turn = divmod(chance.turn, len(known))
    number = turn * stride % len(known)
    kill_at(ground, known[number], VICTIMS[(lap + number) % len(VICTIMS)])


def kill_at(ground: Ground, point: str, victim: str) -> None:
    """Let a round run into a kill, and on to its end; it must end as if unfaulted."""
    stage = stage_before(point)
    expected = reference(ground, stage)
    ground.at(stage)
    mark = ground.mark("stop")
    people = open_house(ground, crash=f"{point}~{mark}")
    killer = Killer(ground, mark, KILLS[victim])
    killer.start()
    people.finish()
    struck = killer.ended()
    assert struck, f"{point} was not passed from {stage}"
    after = [moment for moment in people.progress if moment > struck]
    ground.recovered(after[0] - struck if after else 0.0, within=RESUME_SECONDS)
    ground.check_invariants()
    check_everybody_is_served(ground.bank_folder)
    check_ended_alike(ground, expected)
