"""A merged union's dossiers go to its successor; what is frozen stays its own."""

import pytest

from assistance.models import Determination
from assistance.queries.determinations import determinations_visible_to
from members.actions.organisation_changes import merge_organisation
from members.enums import Role
from tests.assistance import builders as make
from unionportal.core.actor import SYSTEM

pytestmark = pytest.mark.django_db


def test_next_winter_is_paid_by_the_successor_who_also_reads_the_last_one() -> None:
    make.standard()
    household = make.dossier()
    round_ = make.computed_round()
    ended, into = make.union(make.COUNTY), make.union(make.NEXT_COUNTY)
    merge_organisation(
        organisation_id=ended.pk,
        into_id=into.pk,
        document="明工〔2025〕8号",
        on=make.ON,
        by=SYSTEM,
    )
    household.refresh_from_db()
    assert (household.organisation_id, household.keeper_id) == (into.pk, into.pk)
    answer = Determination.objects.get(round=round_)
    assert answer.organisation_id == ended.pk
    officer = make.staff(Role.MAKER, at=make.NEXT_COUNTY)
    assert list(determinations_visible_to(officer)) == [answer]
