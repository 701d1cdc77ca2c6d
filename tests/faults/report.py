"""The table of what was survived, for the terminal and for the README."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

BEGIN, END = "<!-- faults -->", "<!-- /faults -->"
HEAD = ("行", "故障", "次数", "经受住", "最慢恢复", "种子")


@dataclass(slots=True)
class Line:
    """One row of the table, added up over the parts of a run."""

    row: str
    title: str
    tried: int
    survived: int
    slowest: float
    seconds: float
    seeds: set[int]

    def cells(self) -> tuple[str, ...]:
        recovery = f"{self.slowest:.1f} 秒" if self.slowest else "—"
        counts = f"{self.tried:,}", f"{self.survived:,}"
        seeds = "、".join(map(str, sorted(self.seeds)))
        return self.row, self.title, *counts, recovery, seeds


def read(files: Sequence[Path]) -> list[Line]:
    """Add up what the parts wrote; a part that died wrote nothing."""
    lines: dict[str, Line] = {}
    for file in files:
        for each in json.loads(file.read_text()) if file.exists() else []:
            line = lines.setdefault(
                each["row"], Line(each["row"], each["title"], 0, 0, 0.0, 0.0, set())
            )
            line.tried += each["tried"]
            line.survived += each["survived"]
            line.slowest = max(line.slowest, each["slowest"])
            line.seconds += each["seconds"]
            line.seeds |= set(each.get("seeds", ())) | (
                {each["seed"]} if "seed" in each else set()
            )
    return sorted(lines.values(), key=lambda line: int(line.row[1:]))


def as_json(lines: Sequence[Line]) -> str:
    """To be added up with other runs."""
    told = [asdict(line) | {"seeds": sorted(line.seeds)} for line in lines]
    return json.dumps(told, ensure_ascii=False)


def table(lines: Sequence[Line]) -> str:
    """Markdown; the machine stands above it."""
    rows = [HEAD, ("---",) * len(HEAD), *(line.cells() for line in lines)]
    body = "\n".join(f"| {' | '.join(cells)} |" for cells in rows)
    return f"{machine()}\n\n{body}"


def machine() -> str:
    memory = psutil.virtual_memory().total / 2**30
    day = datetime.now(UTC).date()
    return f"{os.cpu_count()} 核、{memory:.0f} GB 内存，{day:%Y-%m-%d}："


def into_readme(path: Path, lines: Sequence[Line]) -> None:
    """Replace the rows that were run; the others stay as they were."""
    text = path.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    old, _, after = rest.partition(END)
    fresh = {line.row: f"| {' | '.join(line.cells())} |" for line in lines}
    kept = {
        row.split("|")[1].strip(): row
        for row in old.splitlines()
        if row.startswith("| R")
    }
    ordered = sorted((kept | fresh).items(), key=lambda pair: int(pair[0][1:]))
    head = [f"| {' | '.join(cells)} |" for cells in (HEAD, ("---",) * len(HEAD))]
    body = "\n".join([machine(), "", *head, *(row for _name, row in ordered)])
    path.write_text(f"{before}{BEGIN}\n{body}\n{END}{after}", encoding="utf-8")
