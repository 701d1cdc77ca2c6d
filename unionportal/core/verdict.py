"""The answer of a permission: yes, or no with the reason to show."""

from dataclasses import dataclass

from unionportal.core.errors import Refusal


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an actor may; a refusal carries its sentence."""

    allowed: bool
    reason: str = ""

    def __bool__(self) -> bool:
        """Count as true exactly when allowed."""
        return self.allowed

    def require(self) -> None:
        """Go on when allowed; otherwise refuse with the reason."""
        if not self.allowed:
            raise Refusal(self.reason, code="forbidden")


ALLOWED = Verdict(allowed=True)


def denied(reason: str) -> Verdict:
    """Answer no, with the sentence the person reads."""
    return Verdict(allowed=False, reason=str(reason))
