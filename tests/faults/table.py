"""The rows of the fault suite: what is tried, how often, and what came of it."""

import importlib
import pkgutil
import random
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field

from tests.faults import rows
from tests.faults.ground import Ground


class Chance(random.Random):
    """The dice of one try; `turn` counts the tries, for rows that go through a list."""

    def __init__(self, seed: int, name: str, turn: int, *, is_full: bool) -> None:
        super().__init__(f"{seed} {name} {turn}")
        self.turn = turn
        self.is_full = is_full


Try = Callable[[Ground, Chance], None]
Count = int | Callable[[], int]


@dataclass(frozen=True, slots=True)
class Fault:
    """A way to break something; one try is one call with one seed."""

    row: str
    title: str
    in_ci: Count
    tries: Count
    attempt: Try

    @property
    def name(self) -> str:
        return f"{self.row}.{self.attempt.__name__}"

    def count(self, *, is_slice: bool) -> int:
        wanted = self.in_ci if is_slice else self.tries
        return wanted if isinstance(wanted, int) else wanted()


FAULTS: dict[str, Fault] = {}


def fault(*, row: str, title: str, in_ci: Count, tries: Count) -> Callable[[Try], Try]:
    """Register one try of a row: an AssertionError means that it was not survived.

    Several functions may bear the same row; their counts are added up.
    """

    def register(attempt: Try) -> Try:
        made = Fault(row, title, in_ci, tries, attempt)
        if made.name in FAULTS:
            raise ValueError(f"registered twice: {made.name}")
        FAULTS[made.name] = made
        return attempt

    return register


def faults_of(wanted: Iterable[str] = ()) -> list[Fault]:
    """Every registered fault, or those of some rows, by number of the row."""
    for module in pkgutil.iter_modules(rows.__path__):
        importlib.import_module(f"{rows.__name__}.{module.name}")
    chosen = set(wanted)
    known = {each.row for each in FAULTS.values()}
    if not chosen <= known:
        raise LookupError(f"no such rows: {sorted(chosen - known)}")
    found = [each for each in FAULTS.values() if not chosen or each.row in chosen]
    return sorted(found, key=lambda each: (int(each.row[1:]), each.name))


@dataclass(slots=True)
class Outcome:
    """What came of a row."""

    row: str
    title: str
    tried: int = 0
    survived: int = 0
    slowest: float = 0.0
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list)

    def add(self, other: "Outcome") -> None:
        self.tried += other.tried
        self.survived += other.survived
        self.slowest = max(self.slowest, other.slowest)
        self.seconds += other.seconds
        self.failures += other.failures


@dataclass(frozen=True, slots=True)
class Choice:
    """Which tries: a seed, how many of each fault, one only, one part of all."""

    seed: int = 1
    is_slice: bool = False
    tries: int | None = None
    only: int | None = None
    part: int = 0
    parts: int = 1

    def turns(self, one: Fault) -> Iterator[int]:
        if self.only is not None:
            yield self.only
            return
        count = self.tries or one.count(is_slice=self.is_slice)
        yield from range(self.part, count, self.parts)


def try_all(
    ground: Ground, faults: Iterable[Fault], choice: Choice, say: Callable[[str], None]
) -> list[Outcome]:
    """Carry out the chosen tries; a failed one is told with its seed and turn."""
    outcomes: dict[str, Outcome] = {}
    for one in faults:
        found = outcomes.setdefault(one.row, Outcome(one.row, one.title))
        for turn in choice.turns(one):
            chance = Chance(choice.seed, one.name, turn, is_full=not choice.is_slice)
            came_of_it = _try(ground, one, chance, choice)
            found.add(came_of_it)
            seconds = f"{came_of_it.seconds:.1f} s"
            for said in came_of_it.failures or [f"{one.name} {turn}: {seconds}"]:
                say(said)
    return list(outcomes.values())


def _try(ground: Ground, one: Fault, chance: Chance, choice: Choice) -> Outcome:
    result = Outcome(one.row, one.title, tried=1)
    began = time.monotonic()
    try:
        one.attempt(ground, chance)
        result.survived = max(1, ground.strikes)
    except Exception:  # noqa: BLE001 - whatever happened, it was not survived
        again = f"--seed {choice.seed} --rows {one.row} --only {chance.turn}"
        again += " --slice" if choice.is_slice else ""
        result.failures.append(
            f'{one.name}: make faults ARGS="{again}"\n{traceback.format_exc()}'
        )
    finally:
        # A try that strikes at many places counts as many; a failed one, for none.
        result.tried = max(1, ground.strikes)
        result.slowest = ground.slowest_recovery()
        result.seconds = time.monotonic() - began
        ground.clear()
    return result


def as_json(outcomes: Iterable[Outcome], seed: int) -> list[dict[str, object]]:
    return [asdict(each) | {"seed": seed} for each in outcomes]
