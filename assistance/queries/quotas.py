"""What the other rounds of a chain have taken of a scheme's quota."""

from typing import Any

from assistance.models import Round
from assistance.queries.rounds import chain_of

# A place is held by a standing answer, until its payment was withdrawn or ended.
TAKEN = """
    SELECT count(*) AS places, coalesce(sum(answer.decided_amount), 0) AS amount
    FROM assistance_determination AS answer
    WHERE answer.year = %s AND answer.round_id = ANY(%s)
      AND answer.outcome = 'eligible' AND answer.superseded_by IS NULL
      AND NOT EXISTS (
          SELECT FROM assistance_paymentclaim AS claim
          WHERE claim.round_id = answer.round_id AND claim.determination_id = answer.id
            AND (claim.released OR claim.ended))
"""


def taken_keys(round_: Round) -> tuple[Any, ...]:
    """The parameters of `TAKEN`: the chain of a round without itself."""
    return round_.year, list(chain_of(round_).values_list("pk", flat=True))
