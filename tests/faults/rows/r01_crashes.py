"""R1: killed at every commit; taken up by itself, every yuan once.

One try takes a round, and what follows it, past every declared place of its leg, and
kills at each. So a new step is hit from the day on which it declares its places: one
that is declared and never passed fails, unless another row is named for it.
"""

import importlib
import pkgutil
from itertools import cycle

import assistance.actions
import unionportal.core
import unionportal.core.uploads
from tests.faults.afterwards import errands
from tests.faults.fingerprint import check_ended_alike, reference
from tests.faults.ground import Ground
from tests.faults.house import KILLS, Killer, open_house
from tests.faults.invariants import check_everybody_is_served
from tests.faults.table import Chance, fault
from unionportal.core.faults import CRASHPOINTS

VICTIMS = tuple(KILLS)
MIXED = ("process", "database", "process", "broker", "process", "program")
# What neither leg passes, and where it is hit instead.
ELSEWHERE = {
    # This round's unions exchange files: the direct link.
    "send_order": "tests/faults/rows/r01_direct.py",
    "doubt_order": "tests/faults/rows/r01_direct.py",
    "ask_bank": "tests/faults/rows/r01_direct.py",
    "take_answers": "tests/faults/rows/r01_direct.py",
    "find_doubt": "tests/faults/rows/r01_direct.py",
    "confirm_doubt": "tests/faults/rows/r01_direct.py",
    # In the legs nobody's account changes between the last signature and the payer's.
    "resume_changed_accounts": "tests/faults/rows/r01_accounts.py",
    # The legs pay households on file; nobody applies.
    "submit_aid_application": "tests/assistance/actions/test_application_races.py",
    "accept_aid_application": "tests/assistance/actions/test_application_races.py",
}
# Two legs that run side by side: up to the bank, and from its answer on.
TO_THE_BANK = (
    *("open_round", "compute_round", "compute_chunk", "publish_round_notice"),
    *("release_round", "hold_payment", "resume_payment", "withdraw_payment"),
    *("submit_batch", "check_batch", "approve_batch", "endorse_batch"),
    *("send_back_batch", "instruct_batch", "write_instruction", "jobs"),
)
LEGS = ("ready", "answered")
RESUME_SECONDS = 30
# A round of so many subjects is computed in chunks.
IN_CHUNKS = {"ROUND_CHUNK_ROWS": "4"}
PATIENCE_SECONDS = 1800.0


def points(leg: str) -> list[str]:
    """Every declared place of a leg; the code itself enumerates them."""
    for room in (assistance.actions, unionportal.core, unionportal.core.uploads):
        for module in pkgutil.iter_modules(room.__path__, f"{room.__name__}."):
            importlib.import_module(module.name)
    known = {point: point.partition(".")[0] for point in CRASHPOINTS}
    return sorted(
        point
        for point, verb in known.items()
        if verb not in ELSEWHERE and (verb in TO_THE_BANK) == (leg == LEGS[0])
    )


@fault(
    row="R1",
    title="在每个提交点前后 kill -9：子进程、整个后台或网页、数据库、消息服务、整台机器",
    in_ci=len(LEGS),
    tries=len(LEGS) * len(VICTIMS),
)
def killed_at_every_commit(ground: Ground, chance: Chance) -> None:
    """One leg; in the whole suite one victim at every place, in the slice by turns.

    The slice lets a dead runner's lease end early and has a web server that is quickly
    replaced; the whole suite waits for the lease and for the shipped server.
    """
    lap, number = divmod(chance.turn, len(LEGS))
    leg = LEGS[number]
    victims = cycle((VICTIMS[lap],) if chance.is_full else MIXED)
    kills = dict(zip(points(leg), victims, strict=False))
    count, hurry = len(kills), not chance.is_full
    # One kill may take a process with it on its way from a commit to its next place.
    if missed := kill_along(ground, leg, kills, hurry=hurry):
        found = list(ground.recoveries)
        missed = kill_along(ground, leg, missed, hurry=hurry)
        ground.recoveries += found
    assert not missed, f"not passed from {leg}: {sorted(missed)}"
    ground.strikes = count


def kill_along(
    ground: Ground, leg: str, kills: dict[str, str], *, hurry: bool
) -> dict[str, str]:
    """Let a round run into every kill, and on to its end; it must end as if unfaulted."""
    expected = reference(ground, leg, is_long=True)
    ground.at(leg)
    ground.more = IN_CHUNKS
    killer = Killer(
        ground, {point: KILLS[victim] for point, victim in kills.items()}, hurry=hurry
    )
    people = open_house(ground, crash=killer.setting(), is_quick=hurry)
    people.watch, people.afterwards, people.patience = (
        killer.watch,
        errands,
        PATIENCE_SECONDS,
    )
    killer.start()
    people.finish()
    struck = killer.ended()
    for when in struck.values():
        after = [moment for moment in people.progress if moment > when]
        ground.recovered(after[0] - when if after else 0.0, within=RESUME_SECONDS)
    ground.check_invariants()
    check_everybody_is_served(ground.bank_folder)
    check_ended_alike(ground, expected)
    return {point: kills[point] for point in set(kills) - set(struck)}
