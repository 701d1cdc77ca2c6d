"""What was measured, as one table: on the screen, and in the README between its marks."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from django.conf import settings

from bench.rows import SECONDS, Measured, retold, told

KEPT = "bench.json"
BEGIN, END = "<!-- bench -->", "<!-- /bench -->"
HEAD = (
    *("项", "量什么", "行数", "我们", "底线", "倍数", "目标"),
    *("增长指数", "内存 MB", "处理器倍数", "负载"),
)


def keep(found: Iterable[Measured]) -> list[Measured]:
    """Put the lines beside those of earlier runs; return all, in order."""
    path = Path(settings.VAR_DIR) / KEPT
    known: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    lines: dict[str, Any] = known.get("lines", {})
    lines |= {f"{one.code} {one.title} {one.rows}": told(one) for one in found}
    path.parent.mkdir(parents=True, exist_ok=True)
    written = json.dumps({"lines": lines}, ensure_ascii=False, indent=1)
    path.write_text(written, "utf-8")
    return sorted((retold(one) for one in lines.values()), key=_place)


def _place(line: Measured) -> tuple[str, int, int]:
    return line.code[:1], int(line.code[1:]), line.rows


def machine() -> str:
    """The size of this machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} 个核心、{memory:.0f} GB 内存"


def table(lines: Sequence[Measured]) -> str:
    """The lines as a Markdown table; what misses its goal is marked."""
    rows = [HEAD, ("---",) * len(HEAD), *map(_cells, lines)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cells(line: Measured) -> Sequence[str]:
    detail = f"（{line.detail}）" if line.detail else ""
    missed = "" if line.is_kept else "，未达到"
    return (
        line.code,
        f"{line.title}{detail}",
        f"{line.rows:,}" if line.rows else "",
        _amount(median(line.ours), line.unit),
        _amount(median(line.floor), line.unit),
        f"{line.ratio:.2f}",
        f"≤ {line.goal}{missed}",
        f"{line.exponent[0]:.2f}（{line.exponent[1]:.2f}）" if line.exponent else "",
        f"{line.memory[0]:.0f}（{max(line.memory[1], 0):+.0f}）" if line.memory else "",
        f"{line.busy[0] / line.busy[1]:.2f}" if line.busy else "",
        f"{line.load:.1f}" if line.load else "",
    )


def _amount(value: float, unit: str) -> str:
    if unit != SECONDS:
        return f"{value:,.4g} {unit}".rstrip()
    return f"{value:.2f} 秒" if value >= 1 else f"{value * 1000:,.3g} 毫秒"


def write_readme(readme: Path, lines: Sequence[Measured]) -> None:
    """Replace what stands between the marks of the README."""
    text = readme.read_text("utf-8")
    before, mark, rest = text.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not (mark and end):
        raise ValueError(f"{readme}: {BEGIN} … {END}")
    words = (
        f"{machine()}；两边轮流各跑数轮，取中位数。增长指数与内存括号外是我们的，"
        "括号内是底线的指数、这一步新增的内存。负载是量时整机五分钟的平均，超过核心数"
        "即有别的工作在抢，时间随之变长；处理器倍数（本进程、子进程与数据库会话所用"
        "的处理器时间之比）不大受它影响。"
    )
    readme.write_text(
        f"{before}{BEGIN}\n{words}\n\n{table(lines)}\n{END}{after}", "utf-8"
    )


def summary(lines: Sequence[Measured]) -> Mapping[str, int]:
    """How many promises are kept and missed."""
    kept = sum(line.is_kept for line in lines)
    return {"kept": kept, "missed": len(lines) - kept}
