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

BESIDE_FLOOR = 0.03  # what may come on top of the floor's own exponent


@dataclass(frozen=True, slots=True)
class Step:
    """A step and the exponent promised; None for the floor's own and a little."""

    row: Row
    title: str
    goal: float | None = 1.05


STEPS = (
    Step(COMPUTE, "测算"),
    Step(FREEZE, "冻结"),
    Step(EXPORT, "银行文件"),
    Step(RECONCILE, "回盘入账", goal=None),
    Step(IMPORT, "导入 Excel"),
)


def run(step: Step, options: Options) -> Sequence[Measured]:
    """Two lines a step: the exponent, and the memory at the full size."""
    most = min(options.rows, step.row.most)
    sizes = [most // 100, most // 10, most]
    lines = [measure_apart(step.row, replace(options, rows=size))[0] for size in sizes]
    return [replace(line, rows=most) for line in _lines(step, lines)]


def _lines(step: Step, lines: list[Measured]) -> list[Measured]:
    pairs = list(pairwise(lines))
    own, floor = (
        max(growth([_busy(more)[of]], [_busy(less)[of]]) for less, more in pairs)
        for of in (0, 1)
    )
    goal = round(floor + BESIDE_FLOOR, 2) if step.goal is None else step.goal
    exponent = Measured(
        code="P14",
        title=f"增长：{step.title}，三种行数各差十倍，按处理器时间",
        goal=goal,
        ours=(own,),
        floor=(1.0,),
        unit="",
        detail=f"{_times(lines)}；底线的指数 {floor:.2f}",
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


def _busy(line: Measured) -> tuple[float, float]:
    """The processor's seconds; where they are not known, those of the clock."""
    return line.busy or (median(line.ours), median(line.floor))


def _times(lines: list[Measured]) -> str:
    by_clock = "、".join(f"{median(line.ours):.2f}" for line in lines)
    busy = "、".join(f"{_busy(line)[0]:.2f}" for line in lines)
    return f"处理器 {busy} 秒，钟表 {by_clock} 秒"


GROWTHS = tuple(
    Row("P14", f"growth-{step.row.name}", partial(run, step), grows=False)
    for step in STEPS
)
