"""Which accounts the stub bank refuses, and why. Pure: the card and the seed decide."""

import hashlib
from bisect import bisect_right
from dataclasses import dataclass

# The reasons banks give for a refused 代发 line, with their usual shares.
REASONS = (
    ("name_mismatch", 0.30),
    ("closed", 0.25),
    ("not_found", 0.20),
    ("dormant", 0.12),
    ("frozen", 0.08),
    ("limit", 0.05),
)
REFUSED_SHARE = 0.02
_SCALE = 2**32


@dataclass(frozen=True, slots=True)
class Judgement:
    """Refuses a share of all accounts; the same account is always judged alike."""

    refused_share: float = REFUSED_SHARE
    seed: int = 1

    def reason_for(self, account: str) -> str:
        """The reason code of a refusal; empty when the money is taken in."""
        digest = hashlib.sha256(f"{self.seed}:{account}".encode()).digest()
        if int.from_bytes(digest[:4], "big") / _SCALE >= self.refused_share:
            return ""
        place = int.from_bytes(digest[4:8], "big") / _SCALE
        edges = [
            sum(share for _, share in REASONS[: n + 1]) for n in range(len(REASONS))
        ]
        return REASONS[min(bisect_right(edges, place), len(REASONS) - 1)][0]
