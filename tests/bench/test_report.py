"""The table of the bench: what it says of a line, and where it is written."""

from pathlib import Path

import pytest

from bench.report import BEGIN, END, machine, table, write_readme
from bench.rows import Measured, retold, told

LINE = Measured(
    code="P4",
    title="银行文件",
    goal=4.0,
    ours=(2.0, 1.0, 3.0),
    floor=(1.0, 0.5, 0.9),
    detail="65,000 笔",
    memory=(120.4, 3.2),
    exponent=(1.01, 0.99),
    rows=136_000,
    load=3.24,
    busy=(1.2, 0.8),
)


def test_a_line_tells_medians_ratio_goal_growth_and_memory() -> None:
    assert table([LINE]).splitlines()[-1] == (
        "| P4 | 银行文件（65,000 笔） | 136,000 | 2.00 秒 | 900 毫秒 | 2.22 | ≤ 4.0 "
        "| 1.01（0.99） | 120（+3） | 1.50 | 3.2 |"
    )


def test_a_missed_goal_is_said() -> None:
    missed = Measured(code="P9", title="列表", goal=2.0, ours=(3.0,), floor=(1.0,))
    assert "| ≤ 2.0，未达到 |" in table([missed])


def test_a_goal_kept_by_the_clock_alone_is_missed() -> None:
    held_up = Measured(
        code="P6", title="表格", goal=1.5, ours=(1.0,), floor=(9.0,), busy=(1.6, 1.0)
    )
    assert "| ≤ 1.5，未达到 |" in table([held_up])


def test_a_kept_line_is_the_one_that_was_measured() -> None:
    assert retold(told(LINE)) == LINE


def test_the_readme_keeps_everything_but_the_table(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"前\n{BEGIN}\n旧表\n{END}\n后\n", "utf-8")

    write_readme(readme, [LINE])

    text = readme.read_text("utf-8")
    assert text.startswith(f"前\n{BEGIN}\n{machine()}；")
    assert text.endswith(f"{table([LINE])}\n{END}\n后\n")
    assert "旧表" not in text


def test_a_readme_without_marks_is_left_alone(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("前后\n", "utf-8")
    with pytest.raises(ValueError, match="bench"):
        write_readme(readme, [LINE])
    assert readme.read_text("utf-8") == "前后\n"
