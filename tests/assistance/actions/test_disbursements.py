"""The instruction to the bank: intent first, one file, never another content."""

from pathlib import Path

import pytest
from django.conf import settings

from assistance.actions.disbursements import instruct_batch, write_instruction
from assistance.actions.payments import hold_payment, resume_payment
from assistance.actions.releases import release_round
from assistance.models import BankFile, Batch, PayingAccount, Payment
from assistance.queries.digests import digest_of
from assistance.queries.ledger import ledger_proof
from assistance.rules.banks.layout import layout_named, layouts
from assistance.rules.banks.reading import take_apart
from members.enums import Role
from tests.assistance.builders import staff
from tests.assistance.paying import (
    AFTER_NOTICE,
    Officers,
    approved_batch,
    batch_of,
    fund,
    instructed_batch,
    noticed_round,
    officers,
    paying_account,
    payments_of,
    released_round,
    user_of,
)
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.errors import Refusal
from unionportal.core.jobs import run_due_jobs
from unionportal.core.models.jobs import Job

pytestmark = pytest.mark.django_db


def ready(names: int = 3, layout: str = "delimited_gbk") -> tuple[Batch, Officers]:
    round_ = released_round(names)
    fund("6000.00")
    paying_account(layout=layout)
    who = officers()
    return approved_batch(round_, who), who


def instruct(batch: Batch, by: Actor, *, digest: str | None = None) -> BankFile:
    return instruct_batch(
        batch_id=batch.pk,
        digest=batch.digest if digest is None else digest,
        by=by,
        on=AFTER_NOTICE,
    )


def nothing_left(batch: Batch) -> bool:
    batch.refresh_from_db()
    return (
        batch.state == "approved"
        and not BankFile.objects.exists()
        and not Job.objects.filter(kind="assistance.write_instruction").exists()
        and not Payment.objects.filter(instructed_on__isnull=False).exists()
    )


@pytest.mark.parametrize("layout", sorted(layouts()))
def test_the_job_writes_what_was_committed(layout: str) -> None:
    batch, who = ready(2, layout)

    bank_file = instruct(batch, who.payer)
    run_due_jobs()

    bank_file.refresh_from_db()
    content = (Path(settings.BANK_EXCHANGE_DIR) / bank_file.path).read_bytes()
    parsed = take_apart(layout_named(layout), layout_named(layout).instruction, content)
    batch.refresh_from_db()
    assert (batch.state, bank_file.state) == ("instructed", "sent")
    assert parsed.whole["batch"] == batch.number
    assert (bank_file.line_count, str(bank_file.total)) == (2, "1200.00")
    written = [cells for _number, cells in parsed.lines]
    for payment, cells in zip(payments_of(batch), written, strict=True):
        assert payment.reference in cells
        assert payment.account.number in cells
    assert digest_of(batch) == batch.digest
    assert ledger_proof(batch.round).problems == ()


def test_writing_again_changes_nothing() -> None:
    batch, who = ready(2)
    bank_file = instruct(batch, who.payer)
    path = write_instruction(bank_file_id=bank_file.pk, by=SYSTEM, on=AFTER_NOTICE)
    first = path.read_bytes()
    BankFile.objects.update(state="written")  # as if killed before this was noted
    path.unlink()

    write_instruction(bank_file_id=bank_file.pk, by=SYSTEM, on=AFTER_NOTICE)
    assert path.read_bytes() == first
    path.unlink()
    write_instruction(bank_file_id=bank_file.pk, by=SYSTEM, on=AFTER_NOTICE)

    assert not path.exists()  # sent: the bank has taken it away


def test_another_content_is_never_written() -> None:
    batch, who = ready(1)
    bank_file = instruct(batch, who.payer)
    PayingAccount.objects.update(number="6222000000000000000")

    with pytest.raises(Refusal, match="与出纳签发时不一致，未写出文件"):
        write_instruction(bank_file_id=bank_file.pk, by=SYSTEM, on=AFTER_NOTICE)

    assert not (Path(settings.BANK_EXCHANGE_DIR) / bank_file.path).exists()


def test_a_second_instruction_is_refused() -> None:
    batch, who = ready(1)
    instruct(batch, who.payer)

    with pytest.raises(Refusal, match="批次现在是“银行办理中”"):
        instruct(batch, staff(Role.PAYER, on=AFTER_NOTICE))

    assert BankFile.objects.count() == 1


def test_an_approver_who_pays_is_refused() -> None:
    batch, who = ready(1)
    both = staff(Role.PAYER, user=user_of(who.approver), on=AFTER_NOTICE)

    with pytest.raises(Refusal, match="您已在这份名单上签过“审批”"):
        instruct(batch, both)

    assert nothing_left(batch)


def test_a_pay_after_the_list_changed_is_refused() -> None:
    batch, who = ready(2)
    seen = batch.digest
    hold_payment(
        payment_id=payments_of(batch)[0].pk,
        reason="核实",
        by=who.checker,
        on=AFTER_NOTICE,
    )

    with pytest.raises(Refusal, match="名单在您打开之后有变动"):
        instruct(batch, who.payer, digest=seen)

    assert nothing_left(batch)


def test_a_union_without_a_paying_account_is_refused() -> None:
    round_ = released_round(1)
    fund("600.00")
    who = officers()
    batch = approved_batch(round_, who)

    with pytest.raises(Refusal, match="没有登记付款账户"):
        instruct(batch, who.payer)

    assert nothing_left(batch)


def test_a_name_the_bank_s_characters_lack_is_refused() -> None:
    round_ = noticed_round(1, called="张𠮷")
    release_round(round_id=round_.pk, on=AFTER_NOTICE, by=SYSTEM)
    fund("600.00")
    paying_account(layout="delimited_gbk")
    who = officers()
    batch = approved_batch(round_, who)

    with pytest.raises(Refusal, match="“𠮷”字不在银行文件的字符集（GBK）内"):
        instruct(batch, who.payer)

    assert nothing_left(batch)


def test_a_held_line_stays_behind_and_the_batch_waits_for_it() -> None:
    batch, who = ready(2)
    first, second = payments_of(batch)
    hold_payment(payment_id=first.pk, reason="核实", by=who.checker, on=AFTER_NOTICE)

    sent = instructed_batch(batch.round, who)

    assert [p.state for p in payments_of(sent)] == ["held", "instructed"]
    assert BankFile.objects.get().line_count == 1
    resume_payment(
        payment_id=first.pk, reason="已核实", by=who.checker, on=AFTER_NOTICE
    )
    assert batch_of(batch.round).digest == sent.digest
    assert second.reference in (
        Path(settings.BANK_EXCHANGE_DIR) / BankFile.objects.get().path
    ).read_text("gbk")
