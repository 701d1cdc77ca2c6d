"""When failed sign-ins lock an account or an address (GB/T 22239: 登录失败处理).

An account is locked after five failures: for the address they came from, and
everywhere once they come from more than one. So nobody locks somebody else out from
his own desk, and many addresses together have no more tries than two. An address is
locked for everybody after twenty: a whole office may stand behind one.
"""

from dataclasses import dataclass

FAILURES = 5
FAILURES_OF_ADDRESS = 20
LOCK_MINUTES = 10


@dataclass(frozen=True, slots=True)
class Failures:
    """How often it failed lately: of the account here and anywhere, of the address."""

    here: int = 0
    of_account: int = 0
    addresses: int = 0
    of_address: int = 0

    @property
    def locks_account_here(self) -> bool:
        """The account at the address that asks."""
        return self.here >= FAILURES

    @property
    def locks_account(self) -> bool:
        """The account wherever it is tried."""
        return self.of_account >= FAILURES and self.addresses > 1

    @property
    def locks_address(self) -> bool:
        """The address, whatever account it tries."""
        return self.of_address >= FAILURES_OF_ADDRESS

    @property
    def is_locked(self) -> bool:
        """Whether the next try is not even looked at."""
        return self.locks_account_here or self.locks_account or self.locks_address
