"""The round behind the stages: two counties, everybody's answer known beforehand.

Gulou: five are paid 600 yuan, one is over the line, one has no account. Taijiang: one
is paid. The threshold lies between the two lists, so that one needs the city's word.
"""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db.models import QuerySet

from assistance.actions.computations import compute_round
from assistance.actions.disbursements import write_instruction
from assistance.actions.notices import publish_round_notice
from assistance.actions.payments import end_payment
from assistance.actions.releases import release_round
from assistance.actions.returns import collect_returns
from assistance.actions.rounds import open_round
from assistance.actions.statements import collect_statements
from assistance.enums import BatchState, FileDirection, PaymentEnd
from assistance.models import BankFile, Batch, Payment, Round, SchemeVersion
from assistance.permissions.batches import NEXT_STEP
from members.enums import Role
from tests.assistance.builders import (
    AS_OF,
    CITY,
    COUNTY,
    NEXT_COUNTY,
    ON,
    PROVINCE,
    dossier,
    period,
    scheme_version,
    staff,
    standard,
    union,
)
from tests.assistance.paying import AFTER_NOTICE, fund, paying_account
from tests.faults.acts import draw
from tests.faults.stages import REFUSE, SEED
from tests.faults.tellers import AFTER_MONTH, lay_statement
from unionportal.core.actor import SYSTEM
from unionportal.demo.cast import Cast
from unionportal.demo.walk.signing import SIGNED

ROLES = (Role.MAKER, Role.CHECKER, Role.APPROVER, Role.PAYER)
ELIGIBLE, NEXT_ELIGIBLE = 5, 1


def ready() -> None:
    """People, officers, money and a scheme; no round yet."""
    for at in (COUNTY, NEXT_COUNTY):
        standard(at=at)
        for role in ROLES:
            staff(role, at=at)
        fund("100000.00", at=at)
        paying_account(at, number=f"1402020709{at}999")
    staff(Role.APPROVER, at=CITY)
    staff(Role.MAKER, at=PROVINCE)
    staff(Role.AUDITOR, at=PROVINCE)
    for number in range(ELIGIBLE):
        dossier(f"张{'一二三四五六七八九十'[number]}")
    dossier("李富", homes_count=3)
    dossier("王缺", with_account=False)
    for _number in range(NEXT_ELIGIBLE):
        dossier("赵邻", at=NEXT_COUNTY)
    scheme_version({'threshold: "500000.00"': 'threshold: "1000.00"'})
    period()


def main_round() -> Round:
    return Round.objects.get(parent=None)


def opened() -> None:
    open_round(
        version_id=SchemeVersion.objects.get().pk,
        organisation_id=union(PROVINCE).pk,
        period_id=period().pk,
        as_of=AS_OF,
        on=ON,
        by=SYSTEM,
    )


def computed() -> None:
    compute_round(round_id=main_round().pk, on=ON, by=SYSTEM)


def noticed() -> None:
    publish_round_notice(round_id=main_round().pk, on=ON, by=SYSTEM)


def released() -> None:
    release_round(round_id=main_round().pk, on=AFTER_NOTICE, by=SYSTEM)


def approved() -> None:
    while waiting := list(unsigned().exclude(state=BatchState.APPROVED)):
        for batch in waiting:
            sign_next(batch)


def instructed() -> None:
    for batch in unsigned():
        sign_next(batch)
    for file in BankFile.objects.filter(direction=FileDirection.OUT).order_by("id"):
        write_instruction(bank_file_id=file.pk, by=SYSTEM, on=AFTER_NOTICE)


def unsigned() -> QuerySet[Batch]:
    """Batches that somebody has still to sign."""
    found = Batch.objects.filter(state__in=NEXT_STEP)
    return found.select_related("organisation", "round__version").order_by("id")


def sign_next(batch: Batch) -> None:
    """The next signature of a batch, by whom it belongs to."""
    step = NEXT_STEP[batch.state]
    action, comment = SIGNED[step.step]
    action(
        batch_id=batch.pk,
        digest=batch.digest,
        comment=comment,
        by=Cast(AFTER_NOTICE).signer(batch, step),
        on=AFTER_NOTICE,
    )


def answered() -> None:
    """The bank pays some of each list and refuses some."""
    call_command("stub_bank", once=True, refuse=REFUSE, seed=SEED)


def settled() -> None:
    collect_returns(by=SYSTEM, on=AFTER_NOTICE)
    states = set(Payment.objects.values_list("batch__organisation", "state"))
    assert {state for _union, state in states} == {"paid", "returned"}, states


def reconciled() -> None:
    """Whoever came back is ended, a sample is drawn, the month's statement is in."""
    for payment in Payment.objects.filter(state="returned").order_by("id"):
        union_ = payment.batch.organisation
        end_payment(
            payment_id=payment.pk,
            reason=PaymentEnd.UNREACHABLE,
            by=Cast(AFTER_NOTICE).holder(Role.MAKER, union_),
            on=AFTER_NOTICE,
        )
    draw()
    lay_statement(Path(settings.BANK_EXCHANGE_DIR))
    collect_statements(by=SYSTEM, on=AFTER_MONTH)


STAGES: dict[str, Callable[[], None]] = {
    act.__name__: act
    for act in (
        ready,
        opened,
        computed,
        noticed,
        released,
        approved,
        instructed,
        answered,
        settled,
        reconciled,
    )
}
