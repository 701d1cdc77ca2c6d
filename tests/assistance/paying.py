"""A round at the bank's door, for the tests of money: unions, officers, funds, batches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from assistance.actions.batches import approve_batch, check_batch, submit_batch
from assistance.actions.computations import compute_round
from assistance.actions.disbursements import instruct_batch, write_instruction
from assistance.actions.funds import receive_funds
from assistance.actions.notices import publish_round_notice
from assistance.actions.releases import release_round
from assistance.actions.returns import ReturnOutcome, import_return
from assistance.models import Account, Batch, PayingAccount, Payment, Round
from assistance.rules.banks.layout import Cell, Layout, layout_named
from assistance.rules.banks.writing import write_file
from members.enums import Role
from members.models import BankAccount, User
from tests.assistance.builders import (
    CITY,
    COUNTY,
    ON,
    dossier,
    fund_sources,
    opened_round,
    scheme_version,
    staff,
    standard,
    union,
)
from unionportal.core.actor import SYSTEM, Actor

NOTICED_ON = ON
AFTER_NOTICE = date(2025, 12, 15)


@dataclass(frozen=True)
class Officers:
    """One person for each step at a county, and an approver at the city above."""

    maker: Actor
    checker: Actor
    approver: Actor
    payer: Actor
    endorser: Actor


def officers(at: str = COUNTY, above: str = CITY) -> Officers:
    return Officers(
        maker=staff(Role.MAKER, at=at, on=AFTER_NOTICE),
        checker=staff(Role.CHECKER, at=at, on=AFTER_NOTICE),
        approver=staff(Role.APPROVER, at=at, on=AFTER_NOTICE),
        payer=staff(Role.PAYER, at=at, on=AFTER_NOTICE),
        endorser=staff(Role.APPROVER, at=above, on=AFTER_NOTICE),
    )


def user_of(officer: Actor) -> User:
    """The user behind an officer, for a second post of the same person."""
    assert officer.user_id is not None
    return User.objects.get(pk=officer.user_id)


def fund(amount: str, *, source: str = "county_own", at: str = COUNTY) -> None:
    """Money that came in at a union, under a document of its own."""
    receive_funds(
        organisation_id=union(at).pk,
        source_id=fund_sources()[source].pk,
        amount=Decimal(amount),
        document=f"进账单 {at} {source} {amount}",
        by=SYSTEM,
        on=ON,
    )


def paying_account(
    at: str = COUNTY, layout: str = "", number: str = "1402020709001234567"
) -> PayingAccount:
    return PayingAccount.objects.create(
        organisation=union(at),
        bank_name="工商银行福州分行",
        number=number,
        layout=layout or "delimited_gbk",
    )


def noticed_round(
    names: int = 3,
    *,
    at: str = COUNTY,
    changes: Mapping[str, str] | None = None,
    called: str = "张小",
) -> Round:
    """A round under notice with so many eligible households at a county."""
    standard(at=at)
    for number in range(names):
        dossier(f"{called}{'一二三四五六七八九十'[number % 10]}", at=at)
    opened = opened_round(version=scheme_version(changes))
    round_ = compute_round(round_id=opened.pk, on=ON, by=SYSTEM)
    return publish_round_notice(round_id=round_.pk, on=NOTICED_ON, by=SYSTEM)


def released_round(names: int = 3, *, at: str = COUNTY) -> Round:
    round_ = noticed_round(names, at=at)
    return release_round(round_id=round_.pk, on=AFTER_NOTICE, by=SYSTEM)


def batch_of(round_: Round, at: str = COUNTY) -> Batch:
    """The latest batch of a union in a round, as it stands."""
    found = (
        Batch.objects.filter(round=round_, organisation=union(at)).order_by("id").last()
    )
    assert found is not None
    return found


def approved_batch(round_: Round, who: Officers, at: str = COUNTY) -> Batch:
    """Submitted, checked and approved by three persons."""
    batch = batch_of(round_, at)
    for step, by in (
        (submit_batch, who.maker),
        (check_batch, who.checker),
        (approve_batch, who.approver),
    ):
        batch = step(
            batch_id=batch.pk, digest=batch.digest, comment="", by=by, on=AFTER_NOTICE
        )
    return batch


def payments_of(batch: Batch) -> list[Payment]:
    return list(Payment.objects.filter(batch=batch).order_by("id"))


def books() -> dict[tuple[str, str, str], Decimal]:
    """Every balance that is not zero, by union, source and bucket."""
    rows = Account.objects.exclude(balance=0).values_list(
        "organisation__code", "source__code", "kind", "balance"
    )
    return {(union_, source, kind): balance for union_, source, kind, balance in rows}


def instructed_batch(
    round_: Round, who: Officers, *, at: str = COUNTY, layout: str = "delimited_gbk"
) -> Batch:
    """Approved and sent to the bank, the file written."""
    batch = batch_of(round_, at)
    if batch.state == "drafted":
        batch = approved_batch(round_, who, at)
    if not PayingAccount.objects.filter(organisation=union(at)).exists():
        paying_account(at, layout)
    bank_file = instruct_batch(
        batch_id=batch.pk, digest=batch.digest, by=who.payer, on=AFTER_NOTICE
    )
    write_instruction(bank_file_id=bank_file.pk, by=SYSTEM, on=AFTER_NOTICE)
    return batch_of(round_, at)


def answer_to(
    batch: Batch, *, returned: Mapping[str, str] | None = None, only: int | None = None
) -> bytes:
    """The bank's answer to a batch: all paid but those returned (reference → code)."""
    layout = layout_named(
        PayingAccount.objects.get(organisation=batch.organisation).layout
    )
    payments = Payment.objects.filter(batch=batch, instructed_on__isnull=False)
    lines = [
        (payment.reference, payment.account, payment.amount)
        for payment in payments.select_related("account").order_by("id")[:only]
    ]
    return answer_bytes(layout, batch, lines, returned or {})


def answer_bytes(
    layout: Layout,
    batch: Batch,
    lines: Sequence[tuple[str, BankAccount, Decimal]],
    returned: Mapping[str, str],
) -> bytes:
    """A return file with right totals over these lines."""
    codes = {ours: bank for bank, ours in layout.reasons.items()}
    back = [amount for reference, _account, amount in lines if reference in returned]
    total = sum((amount for *_rest, amount in lines), Decimal("0.00"))
    returned_total = sum(back, Decimal("0.00"))
    whole: dict[str, Cell] = {
        "batch": batch.number,
        "date": AFTER_NOTICE,
        "count": len(lines),
        "total": total,
        "paid_count": len(lines) - len(back),
        "paid_total": total - returned_total,
        "returned_count": len(back),
        "returned_total": returned_total,
    }
    cells: list[dict[str, Cell]] = [
        {
            "number": number,
            "reference": reference,
            "account": account.number,
            "holder": account.holder_name,
            "amount": amount,
            "result": layout.result_of[reference not in returned],
            "reason": codes[returned[reference]] if reference in returned else "",
        }
        for number, (reference, account, amount) in enumerate(lines, 1)
    ]
    return b"".join(write_file(layout, layout.answer, whole, cells))


def bring_in(content: bytes, name: str = "HP_1.txt") -> ReturnOutcome:
    return import_return(content=content, name=name, by=SYSTEM, on=AFTER_NOTICE)
