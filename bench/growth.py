"""P14 and P15: how time and memory grow from ten thousand rows to the size asked for.

Three sizes, each ten times the one before (`--rows 1000000` begins at ten thousand),
each in a process of its own. The highest exponent of the two steps is told. A step is
a row of its own, `growth-evaluate` and so on, for at full size each takes long;
`growth` is all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from statistics import median

from bench.apart import growth, measure_apart
from bench.compute import COMPUTE
from bench.exports import EXPORT
from bench.freeze import FREEZE
from bench.returns import RECONCILE
from bench.rows import Measured, Options, Row
from bench.uploads import IMPORT
from unionportal.core.uploads.child import ROWS as LONGEST_UPLOAD

BESIDE_FLOOR = 0.03  # what may come on top of the floor's own exponent


@dataclass(frozen=True, slots=True)
class Step:
    """A step and the exponent promised; None for the floor's own and a little."""

    row: Row
    title: str
    goal: float | None = 1.05
    most: int = 10**9  # rows it takes


STEPS = (
    Step(COMPUTE, "测算"),
    Step(FREEZE, "冻结"),
    Step(EXPORT, "银行文件"),
    Step(RECONCILE, "回盘入账", goal=None),
    Step(IMPORT, "导入 Excel", most=LONGEST_UPLOAD - 1),
)


def run(step: Step, options: Options) -> Sequence[Measured]:
    """Two lines a step: the exponent, and the memory at the full size."""
    most = min(options.rows, step.most)
    sizes = [most // 100, most // 10, most]
    lines = [measure_apart(step.row, replace(options, rows=size))[0] for size in sizes]
    return [replace(line, rows=most) for line in _lines(step, lines)]


def _lines(step: Step, lines: list[Measured]) -> list[Measured]:
    pairs = list(pairwise(lines))
    own = max(growth(more.ours, less.ours) for less, more in pairs)
    floor = max(growth(more.floor, less.floor) for less, more in pairs)
    goal = round(floor + BESIDE_FLOOR, 2) if step.goal is None else step.goal
    exponent = Measured(
        code="P14",
        title=f"增长：{step.title}，三种行数各差十倍",
        goal=goal,
        ours=(own,),
        floor=(1.0,),
        unit="",
        detail=f"{_times(lines)} 秒；底线的指数 {floor:.2f}",
    )
    small, large = lines[0].memory, lines[-1].memory
    if small is None or large is None:
        return [exponent]
    memory = Measured(
        code="P15",
        title=f"内存：{step.title}，全部行数与百分之一比",
        goal=1.1,
        ours=(large[0],),
        floor=(small[0],),
        unit="MB",
    )
    return [exponent, memory]


def _times(lines: list[Measured]) -> str:
    return "、".join(f"{median(line.ours):.2f}" for line in lines)


GROWTHS = tuple(
    Row("P14", f"growth-{step.row.name}", partial(run, step), grows=False)
    for step in STEPS
)
