"""Invented identifiers that pass every check: ID numbers, phones, bank cards.

GB 11643 for ID numbers, with county codes that were in force in the year of birth by
the list of python-stdnum (the official table has no newer free edition).
"""

from dataclasses import dataclass, field
from datetime import date
from functools import cache
from random import Random

from stdnum import luhn, numdb

from unionportal.demo.chance import weighted, whole, words

PHONE_SHARES = {
    3.0: words("134 135 136 137 138 139 150 151 152 157 158 159"),
    2.0: words("130 131 132 133 153 155 156 180 186 189"),
    1.0: words("166 175 176 177 178 181 182 183 187 188 191 198 199"),
}
PHONE_PREFIXES = weighted(
    [(prefix, share) for share, group in PHONE_SHARES.items() for prefix in group]
)

# No bank issues cards that begin with 6999: the demonstration can never reach one.
BANKS = weighted(
    [
        (("699901", "中国工商银行"), 18.0),
        (("699902", "中国农业银行"), 22.0),
        (("699903", "中国银行"), 10.0),
        (("699904", "中国建设银行"), 18.0),
        (("699905", "中国邮政储蓄银行"), 14.0),
        (("699906", "农村信用社"), 18.0),
    ]
)
CARD_DIGITS = 19

# Seats of city governments, never a person's county.
NOT_COUNTIES = {"市辖区", "市区", "县"}
SUFFIXES = ("自治县", "区", "市", "县")


@dataclass(frozen=True, slots=True)
class CountyCode:
    """A code of the list and the years in which it was in force, both included."""

    code: str
    stem: str
    first: int
    last: int


@cache
def county_codes(province: str) -> tuple[CountyCode, ...]:
    """All county codes the list knows for a province, abolished ones too."""
    listed = numdb.get("cn/loc")
    found: list[CountyCode] = []
    for number in range(10000):
        code = f"{province}{number:04d}"
        if code.endswith("00"):
            continue
        for _part, properties in listed.info(code)[1:]:
            found.extend(_terms(code, properties.get("county", "")))
    return tuple(found)


def _terms(code: str, text: str) -> list[CountyCode]:
    terms = []
    for entry in filter(None, text.split(",")):
        years, _, name = entry.rpartition("]")
        first, _, last = years.lstrip("[").partition("-")
        if name not in NOT_COUNTIES:
            terms.append(
                CountyCode(code, stem_of(name), int(first or 0), int(last or 9999))
            )
    return terms


def stem_of(name: str) -> str:
    """长乐市, 长乐县 and 长乐区 are one place."""
    for suffix in SUFFIXES:
        if name.endswith(suffix) and len(name) > len(suffix) + 1:
            return name.removesuffix(suffix)
    return name


@cache
def codes_at_birth(county_code: str, county_name: str, year: int) -> tuple[str, ...]:
    """Codes a person from this county may carry who was born in `year`.

    The county's own code; else one of its name; else one of its prefecture; else any
    of the province; else, for a province younger than the person, its own all the same.
    """
    province = county_code[:2]
    stem = stem_of(county_name)
    valid = [c for c in county_codes(province) if c.first <= year <= c.last]
    for chosen in (
        [c.code for c in valid if c.code == county_code],
        [c.code for c in valid if c.stem == stem],
        [c.code for c in valid if c.code[:4] == county_code[:4]],
        [c.code for c in valid],
    ):
        if chosen:
            return tuple(dict.fromkeys(chosen))
    return (county_code,)


@dataclass(slots=True)
class Identifiers:
    """Draws identifiers and never the same one twice."""

    rng: Random
    taken: set[str] = field(default_factory=set)

    def id_number(
        self, *, county_code: str, county_name: str, born: date, is_female: bool
    ) -> str:
        codes = codes_at_birth(county_code, county_name, born.year)
        place = codes[int(self.rng.random() * len(codes))]
        head = f"{place}{born:%Y%m%d}"
        while True:
            order = whole(self.rng, 0, 499) * 2 + (0 if is_female else 1)
            body = f"{head}{order:03d}"
            if body not in self.taken:
                self.taken.add(body)
                return body + check_sign(body)

    def phone(self) -> str:
        while True:
            number = (
                PHONE_PREFIXES.draw(self.rng) + f"{whole(self.rng, 0, 99999999):08d}"
            )
            if number not in self.taken:
                self.taken.add(number)
                return number

    def card(self) -> tuple[str, str]:
        """Bank name and card number."""
        prefix, bank = BANKS.draw(self.rng)
        size = CARD_DIGITS - len(prefix) - 1
        while True:
            body = f"{prefix}{whole(self.rng, 0, 10**size - 1):0{size}d}"
            if body not in self.taken:
                self.taken.add(body)
                return bank, body + str(luhn.calc_check_digit(body))


def check_sign(body: str) -> str:
    """The last sign of an ID number (ISO 7064 MOD 11-2 over seventeen digits)."""
    check = (1 - 2 * int(body, 13)) % 11
    return "X" if check == 10 else str(check)
