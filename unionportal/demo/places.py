"""Where the invented households live: their share of the counties, their local lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from unionportal.demo.chance import seeded, whole

# Counties where no union of the province has posts.
WITHOUT_UNION = {"350527"}

URBAN, RURAL = "urban", "rural"

# Yuan a month in towns from July 2023 on, lowest and highest county of the province;
# invented, near what the provinces publish.
TOWN_LINES = {"35": (800, 1060), "61": (640, 780), "33": (1000, 1200)}
TOWN_LINE = (650, 950)
RURAL_SHARE = {"35": 1.0, "33": 1.0, "61": 0.72}
OTHER_RURAL_SHARE = 0.78
YEARLY_RISE = 0.04
FIRST_YEAR = 2023
LINE_YEARS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Township:
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class County:
    """A paying union's place; a city without counties stands for itself."""

    code: str
    name: str
    above: str
    townships: tuple[Township, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """低保标准 of a county and residence; `valid_to` is the last day, None for open."""

    county: str
    residence: str
    yuan: int
    valid_from: date
    valid_to: date | None

    @property
    def amount(self) -> Decimal:
        return Decimal(self.yuan)


def shares(counties: Sequence[County], count: int, *, seed: int) -> dict[str, int]:
    """How many of `count` households live in each county: by its townships, roughly."""
    weights = {
        county.code: len(county.townships)
        * (0.7 + 0.6 * seeded(seed, "share", county.code).random())
        for county in counties
    }
    total = sum(weights.values())
    exact = {code: count * weight / total for code, weight in weights.items()}
    shared = {code: int(part) for code, part in exact.items()}
    by_rest = sorted(exact, key=lambda code: (shared[code] - exact[code], code))
    for code in by_rest[: count - sum(shared.values())]:
        shared[code] += 1
    return shared


def subsistence_lines(counties: Sequence[County], *, seed: int) -> list[Line]:
    """Lines of every county, raised on the first of July of each year."""
    found = []
    for county in counties:
        rng = seeded(seed, "line", county.code)
        low, high = TOWN_LINES.get(county.code[:2], TOWN_LINE)
        town = whole(rng, low, high)
        share = RURAL_SHARE.get(county.code[:2], OTHER_RURAL_SHARE)
        for step in range(LINE_YEARS):
            raised = town * (1 + YEARLY_RISE) ** step
            found.append(_line(county.code, URBAN, raised, step))
            found.append(_line(county.code, RURAL, raised * share, step))
    return found


def _line(county: str, residence: str, yuan: float, step: int) -> Line:
    """Governments publish multiples of five."""
    starts = date(FIRST_YEAR + step, 7, 1)
    ends = date(FIRST_YEAR + step + 1, 7, 1) - timedelta(days=1)
    return Line(
        county=county,
        residence=residence,
        yuan=int(yuan / 5) * 5,
        valid_from=starts,
        valid_to=None if step == LINE_YEARS - 1 else ends,
    )


class Lines:
    """Finds the line in force at a county on a day, in fen."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._found: dict[tuple[str, str], list[Line]] = {}
        for line in sorted(lines, key=lambda line: line.valid_from, reverse=True):
            self._found.setdefault((line.county, line.residence), []).append(line)

    def fen_at(self, county: str, residence: str, on: date) -> int:
        for line in self._found[county, residence]:
            if line.valid_from <= on:
                return line.yuan * 100
        message = f"no line at {county} on {on}"
        raise LookupError(message)
