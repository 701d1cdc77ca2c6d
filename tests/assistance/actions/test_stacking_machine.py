"""Any order of releases, withdrawals, returns for good, merges and their undoing.

Whatever happens, no human ever has more of a group than it allows, and what the
database holds for him is what the raw claims come to.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from assistance.actions.payments import end_payment, withdraw_payment
from assistance.enums import PaymentEnd
from assistance.models import Payment, PaymentClaim, SchemeVersion, StackingBalance
from assistance.queries.stacking_evidence import STACKING_EVIDENCE
from members.actions.person_merge import merge_people, propose_merge, undo_merge
from members.enums import Role
from members.models import Person, PersonMerge
from tests.assistance.actions.test_stacking import ONE, cap
from tests.assistance.builders import COUNTY, NEXT_COUNTY, ON, dossier, staff
from tests.assistance.students import released, school_aid, student, students
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.errors import Refusal

__all__ = ["students"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("students")]
PER_YEAR = Decimal("6000.00")
AMOUNTS = ("0.01", "2500.01", "3500.00")


class Ground:
    """What every walk begins from: two registrations of one child, another child."""

    versions: list[SchemeVersion]
    kept: Person
    duplicate: Person
    maker: Actor
    checker: Actor


class StackingMachine(RuleBasedStateMachine):
    """One walk, undone at its end."""

    ground: Ground

    def __init__(self) -> None:
        super().__init__()
        self.periods = 0
        self.savepoint = transaction.savepoint()

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.savepoint)

    @rule(place=st.integers(0, len(AMOUNTS)), at=st.sampled_from((COUNTY, NEXT_COUNTY)))
    def release(self, place: int, at: str) -> None:
        self.periods += 1
        version = self.ground.versions[place]
        self.attempt(lambda: released(version, at, f"p{self.periods}"))

    @rule(place=st.integers(0, 5))
    def withdraw(self, place: int) -> None:
        payment = self.payment(place)
        if payment is not None:
            self.attempt(
                lambda: withdraw_payment(
                    payment_id=payment.pk, reason="重复", by=SYSTEM, on=ON
                )
            )

    @rule(place=st.integers(0, 5))
    def comes_back_for_good(self, place: int) -> None:
        payment = self.payment(place)
        if payment is None:
            return
        rows = Payment.objects.filter(pk=payment.pk, year=payment.year)
        rows.update(state="instructed", instructed_on=ON)
        rows.update(
            state="returned", settled_on=date(2025, 12, 2), reason_code="closed"
        )
        self.attempt(
            lambda: end_payment(
                payment_id=payment.pk, reason=PaymentEnd.DECLINED, by=SYSTEM, on=ON
            )
        )

    @rule()
    def merge(self) -> None:
        def propose_and_decide() -> None:
            proposal = propose_merge(
                kept_id=self.ground.kept.pk,
                duplicate_id=self.ground.duplicate.pk,
                reason="同一人",
                on=ON,
                by=self.ground.maker,
            )
            merge_people(merge_id=proposal.pk, on=ON, by=self.ground.checker)

        self.attempt(propose_and_decide)

    @rule()
    def merge_past_the_portal(self) -> None:
        rows = Person.objects.filter(pk=self.ground.duplicate.pk)
        self.attempt(lambda: rows.update(merged_into=self.ground.kept))

    @rule()
    def undo(self) -> None:
        merge = PersonMerge.objects.filter(state="merged").first()
        if merge is not None:
            self.attempt(
                lambda: undo_merge(
                    merge_id=merge.pk, reason="两人", on=ON, by=self.ground.checker
                )
            )

    @invariant()
    def nobody_has_more_than_a_group_allows(self) -> None:
        human = Person.objects.in_bulk()
        sums: dict[tuple[int, str], list[Decimal]] = {}
        for claim in PaymentClaim.objects.filter(released=False, ended=False):
            own = human[claim.subject_id]
            group = "school_aid" if claim.scheme.code == "test_one" else "warmth"
            key = (own.merged_into_id or own.pk, group)
            sums.setdefault(key, []).append(claim.amount)
        found = {
            (row.human_id, row.code): (row.count, row.amount)
            for row in StackingBalance.objects.filter(count__gt=0)
        }
        assert found == {key: (len(s), sum(s)) for key, s in sums.items()}
        for (_, group), amounts in sums.items():
            assert (
                len(amounts) == 1 if group == "school_aid" else sum(amounts) <= PER_YEAR
            )

    @invariant()
    def the_proof_counts_the_same(self) -> None:
        with connection.cursor() as cursor:
            for sql in STACKING_EVIDENCE:
                cursor.execute(sql, {"round": None})
                assert cursor.fetchall() == []

    def payment(self, place: int) -> Payment | None:
        rows = list(Payment.objects.filter(state="planned").order_by("-id")[:6])
        return rows[place % len(rows)] if rows else None

    def attempt(self, act: Callable[[], object]) -> None:
        """What is refused changes nothing."""
        with suppress(Refusal, IntegrityError), transaction.atomic():
            act()


def test_no_order_of_acts_gives_anybody_more_than_a_group_allows() -> None:
    father, mother = dossier("张父"), dossier("张母", at=NEXT_COUNTY)
    ground = Ground()
    ground.kept = student("张大", father)
    ground.duplicate = student("张大旧", mother)
    student("李小", father, mother)
    ground.maker, ground.checker = staff(Role.MAKER), staff(Role.CHECKER)
    ground.versions = [
        school_aid(amount, code=f"test_{place}", title=f"方案{place}", stacking=cap())
        for place, amount in enumerate(AMOUNTS)
    ]
    ground.versions.append(
        school_aid("3000.00", code="test_one", title="助学", stacking=ONE)
    )
    StackingMachine.ground = ground
    run_state_machine_as_test(
        StackingMachine,
        settings=settings(
            max_examples=8,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
