"""Ours and the floor in turns: equal ends, or no figure at all."""

import pytest

from bench.rows import Options
from bench.turns import take_turns

TWICE = Options(rows=1, rounds=2, say=lambda _line: None)


def test_the_first_turn_only_warms_up() -> None:
    times = iter((9.0, 2.0, 1.0))
    turns = take_turns(
        TWICE, ours=lambda: (next(times), "sum"), floor=lambda: (1.0, "sum")
    )
    assert turns.ours == (2.0, 1.0)
    assert turns.outcome == "sum"


def test_ends_that_differ_void_the_measurement() -> None:
    with pytest.raises(AssertionError, match="两边结果不同"):
        take_turns(TWICE, ours=lambda: (1.0, "599.99"), floor=lambda: (1.0, "600.00"))
