"""What a round reads of applications."""

import pytest

from assistance.actions.computations import compute_round
from assistance.actions.rounds import open_round
from tests.assistance.applying import DECIDED, autumn, autumn_version
from tests.assistance.builders import PROVINCE, union
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal

pytestmark = pytest.mark.django_db


def test_a_round_for_which_nobody_applied_pays_nobody() -> None:
    round_ = open_round(
        version_id=autumn_version().pk,
        organisation_id=union(PROVINCE).pk,
        period_id=autumn().pk,
        as_of=DECIDED,
        on=DECIDED,
        by=SYSTEM,
    )
    with pytest.raises(Refusal) as refused:
        compute_round(round_id=round_.pk, on=DECIDED, by=SYSTEM)
    assert refused.value.code == "empty"
