"""Weighted draws for the demonstration. Pure and repeatable: the generator is passed in."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Weighted(Generic[T]):
    """Values with their shares; one draw costs one random number."""

    values: tuple[T, ...]
    edges: tuple[float, ...]

    def draw(self, rng: Random) -> T:
        return self.values[bisect_right(self.edges, rng.random())]


def weighted(pairs: Iterable[tuple[T, float]]) -> Weighted[T]:
    """Shares need not add up to one."""
    values, shares = zip(*pairs, strict=True)
    edges = list(accumulate(shares))
    total = edges[-1]
    return Weighted(values, (*(edge / total for edge in edges[:-1]), 1.0))


def seeded(*words: object) -> Random:
    """A stream of its own for every purpose, the same in every run and process."""
    return Random(":".join(str(word) for word in words))  # noqa: S311 - invented people


def whole(rng: Random, low: int, high: int) -> int:
    """A whole number from `low` to `high`, both included."""
    return low + int(rng.random() * (high - low + 1))


def words(text: str) -> tuple[str, ...]:
    """Words of a line, parted by blanks."""
    return tuple(text.split())
