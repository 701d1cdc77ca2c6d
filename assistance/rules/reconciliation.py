"""The bank reconciliation (银行存款余额调节表): two balances, four corrections, one sum.

Form after 《会计基础工作规范》 and 工会会计制度 (财会〔2021〕7号): the union's deposit journal and
the bank's statement are compared at least monthly, and what only one of them knows yet
is listed in four classes, until both adjusted balances are equal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

NOTHING = Decimal("0.00")
BANK_RECEIVED, BANK_PAID = "bank_received", "bank_paid"
BOOK_RECEIVED, BOOK_PAID = "book_received", "book_paid"
CLASSES = (BOOK_RECEIVED, BOOK_PAID, BANK_RECEIVED, BANK_PAID)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many items there are, how many yuan, and how many nobody has explained."""

    count: int = 0
    amount: Decimal = NOTHING
    unexplained: int = 0


def class_of(*, is_bank: bool, side: str) -> str:
    """The class of an open item: known to the bank alone or to the books alone."""
    if is_bank:
        return BANK_RECEIVED if side == "in" else BANK_PAID
    return BOOK_RECEIVED if side == "in" else BOOK_PAID


@dataclass(frozen=True, slots=True)
class Standing:
    """An account at the end of a month, in yuan.

    `opening` is what lay on the account when its statements began and is on no book
    here (启用余额); zero for an account that serves the books alone.
    """

    bank_balance: Decimal
    book_balance: Decimal
    opening: Decimal = NOTHING
    tallies: Mapping[str, Tally] = field(default_factory=dict)

    def tally(self, name: str) -> Tally:
        """One class of items; none where nothing is open."""
        return self.tallies.get(name, Tally())

    @property
    def adjusted_bank(self) -> Decimal:
        """The statement's balance, and what the bank does not know yet."""
        received, paid = self.tally(BOOK_RECEIVED), self.tally(BOOK_PAID)
        return self.bank_balance + received.amount - paid.amount

    @property
    def adjusted_book(self) -> Decimal:
        """The books' balance, and what the books do not know yet."""
        received, paid = self.tally(BANK_RECEIVED), self.tally(BANK_PAID)
        return self.book_balance + self.opening + received.amount - paid.amount

    @property
    def difference(self) -> Decimal:
        """Zero when the month agrees."""
        return self.adjusted_bank - self.adjusted_book

    @property
    def unexplained(self) -> int:
        """Items that nobody has explained."""
        return sum(self.tally(name).unexplained for name in CLASSES)
