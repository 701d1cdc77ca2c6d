"""What money says when two registrations turn out to be one human."""

from decimal import Decimal

import pytest

from assistance.actions.releases import release_round
from assistance.models import Determination, HouseholdDossier, PaymentClaim, Round
from assistance.queries.person_merges import (
    ON_FILE,
    PAID_TWICE,
    UNDER_WAY,
    money_against_merge,
)
from members.actions.person_merge import merge_people, propose_merge
from members.enums import Role
from members.models import Person
from tests.assistance.builders import NEXT_COUNTY, ON, person, staff, union
from tests.assistance.paying import (
    AFTER_NOTICE,
    batch_of,
    noticed_round,
    released_round,
)
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal

pytestmark = pytest.mark.django_db


def granted(to: Person, round_: Round, occurrence: str) -> PaymentClaim:
    """A grant under another household of another county, already made."""
    return PaymentClaim.objects.create(
        scheme_id=round_.version.scheme_id,
        subject_kind="household",
        subject_id=10**9,
        occurrence=occurrence,
        year=round_.year,
        round=round_,
        organisation_id=union(NEXT_COUNTY).pk,
        determination_id=0,
        payee=to,
        human=to,
        amount=Decimal("400.00"),
    )


def merge(kept: Person, duplicate: Person) -> None:
    proposal = propose_merge(
        kept_id=kept.pk,
        duplicate_id=duplicate.pk,
        reason="同一人",
        on=ON,
        by=staff(Role.MAKER),
    )
    merge_people(merge_id=proposal.pk, on=ON, by=staff(Role.CHECKER))


def test_what_the_duplicate_was_granted_is_not_granted_again() -> None:
    round_ = noticed_round(2)
    taken = Determination.objects.filter(round=round_).order_by("id")[0]
    assert taken.payee_id is not None
    kept = Person.objects.get(pk=taken.payee_id)
    duplicate = person("旧登记")
    granted(duplicate, round_, taken.occurrence)
    merge(kept, duplicate)

    released = release_round(round_id=round_.pk, on=AFTER_NOTICE, by=SYSTEM)

    new = Determination.objects.get(supersedes=taken.pk)
    assert (new.outcome, new.clause) == ("ineligible", "already_granted")
    assert "已安排 400.00 元" in new.facts["already_granted"]
    assert (released.eligible_count, released.ineligible_count) == (1, 1)
    assert batch_of(released).line_count == 1
    assert PaymentClaim.objects.filter(payee=kept).count() == 0


def test_money_to_both_matters_under_way_and_a_dossier_stand_against_it() -> None:
    round_ = released_round(2)
    first, second = HouseholdDossier.objects.order_by("id").select_related("principal")
    assert money_against_merge(first.principal, second.principal) == [
        PAID_TWICE.format(title=round_.period.title),
        UNDER_WAY,
        ON_FILE,
    ]
    with pytest.raises(Refusal, match="须先追回或终止其中一笔"):
        merge(first.principal, second.principal)
    bare = person("旧登记")
    assert money_against_merge(first.principal, bare) == []
    granted(bare, round_, PaymentClaim.objects.order_by("id")[0].occurrence)
    assert len(money_against_merge(first.principal, bare)) == 1
