"""P14 and P15: how time and memory grow from ten thousand rows to the size asked for.

Three sizes, each ten times the one before (`--rows 1000000` begins at ten thousand),
each in a process of its own. The highest exponent of the two steps is told.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from bench.apart import growth, measure_apart
from bench.compute import COMPUTE
from bench.exports import EXPORT
from bench.freeze import FREEZE
from bench.returns import RECONCILE
from bench.rows import Measured, Options, Row

STEPS = (
    (COMPUTE, "测算", 1.05),
    (FREEZE, "冻结", 1.05),
    (EXPORT, "银行文件", 1.05),
    (RECONCILE, "回盘入账", 1.15),
)


def run(options: Options) -> Sequence[Measured]:
    """Two lines a step: the exponent, and the memory at the full size."""
    found: list[Measured] = []
    for row, title, goal in STEPS:
        sizes = [options.rows // 100, options.rows // 10, options.rows]
        lines = [measure_apart(row, replace(options, rows=size))[0] for size in sizes]
        found += _lines(title, goal, lines)
    return found


def _lines(title: str, goal: float, lines: list[Measured]) -> list[Measured]:
    pairs = list(pairwise(lines))
    own = max(growth(more.ours, less.ours) for less, more in pairs)
    floor = max(growth(more.floor, less.floor) for less, more in pairs)
    times = "、".join(f"{median(line.ours):.2f}" for line in lines)
    exponent = Measured(
        code="P14",
        title=f"增长：{title}，三种行数各差十倍，{times} 秒；底线的指数 {floor:.2f}",
        goal=goal,
        ours=(own,),
        floor=(1.0,),
        unit="",
    )
    small, large = lines[0].memory, lines[-1].memory
    if small is None or large is None:
        return [exponent]
    memory = Measured(
        code="P15",
        title=f"内存：{title}，全部行数与百分之一比",
        goal=1.1,
        ours=(large[0],),
        floor=(small[0],),
        unit="MB",
    )
    return [exponent, memory]


GROWTH = Row("P14", "growth", run, grows=False)
