"""The one way in which the portal says no."""


class Refusal(Exception):  # noqa: N818 - it is an answer to a person, not a fault
    """What was asked is not allowed or not possible.

    ``str()`` is a whole Chinese sentence that names the remedy; ``code`` is for
    programs; ``field`` names the input it concerns, where it concerns one.
    """

    def __init__(
        self, message: str, *, code: str = "refused", field: str | None = None
    ) -> None:
        """Keep the sentence, its code and the input it concerns."""
        super().__init__(message)
        self.message = str(message)
        self.code = code
        self.field = field

    def __str__(self) -> str:
        """Return the sentence as it is shown."""
        return self.message
