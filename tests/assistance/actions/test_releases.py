"""The freeze of a round: claims, sources, batches, and what it refuses."""

import pytest

from assistance.actions.releases import release_round
from assistance.models import Batch, BatchFunding, Determination, Payment, PaymentClaim
from assistance.queries.digests import digest_of
from tests.assistance.builders import COUNTY, ON, answer_of
from tests.assistance.paying import (
    AFTER_NOTICE,
    batch_of,
    fund,
    noticed_round,
    payments_of,
    released_round,
)
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal

pytestmark = pytest.mark.django_db


def test_release_makes_one_batch_per_union_with_its_digest() -> None:
    round_ = released_round(3)

    batch = Batch.objects.get()
    assert round_.state == "released"
    assert (batch.state, batch.line_count, str(batch.total)) == (
        "drafted",
        3,
        "1800.00",
    )
    assert batch.digest == digest_of(batch)
    assert [p.reference for p in payments_of(batch)] == [
        f"2025{p.claim_id:010d}01" for p in payments_of(batch)
    ]


def test_release_takes_sources_in_order_by_balance() -> None:
    round_ = noticed_round(3)
    fund("1250.00", source="provincial_warmth")
    fund("600.00", source="county_own")

    release_round(round_id=round_.pk, on=AFTER_NOTICE, by=SYSTEM)

    sources = [p.source.code for p in Payment.objects.order_by("id")]
    assert sources == ["provincial_warmth", "provincial_warmth", "county_own"]
    assert list(
        BatchFunding.objects.order_by("id").values_list("line_count", flat=True)
    ) == [2, 1]


def test_release_before_the_notice_ends_is_refused() -> None:
    round_ = noticed_round(1)

    with pytest.raises(Refusal, match="公示到"):
        release_round(round_id=round_.pk, on=ON, by=SYSTEM)

    round_.refresh_from_db()
    assert round_.state == "noticed"
    assert PaymentClaim.objects.count() == Payment.objects.count() == 0
