"""What the bank answers, taken in until every batch of a round has its results."""

import time
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from assistance.actions.disbursements import WRITE_JOB
from assistance.actions.returns import COLLECT_JOB
from assistance.actions.sendings import ASK_JOB, UNSETTLED
from assistance.enums import BatchState, FileDirection
from assistance.models import BankFile, Batch, Payment, Round
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal
from unionportal.core.jobs import enqueue
from unionportal.core.models.jobs import LIVE_STATES, Job
from unionportal.demo.progress import Bar
from unionportal.demo.walk.bank import silent_batches
from unionportal.demo.walk.stage import Stage
from unionportal.stub_bank.desk import INBOX

POLL_SECONDS = 0.2
SILENCE_SECONDS = 60


def settle(stage: Stage, round_: Round) -> None:
    """Take in what the bank answers until every batch of the round has its results."""
    stage.bank.open()
    total = _at_bank(round_)
    with stage.step("write", "写出银行文件", total) as bar:
        for job in _writing(round_):
            stage.engine.finish(job, Bar("", StringIO()))
            bar.advance()
    with stage.step("bank", "银行回盘入账", total) as bar:
        quiet_since = time.monotonic()
        while left := _at_bank(round_):
            if _has_mail():
                _collect(stage)
            stage.engine.lend_hand(_asking(round_))
            now_left = _at_bank(round_)
            bar.show(total - now_left)
            if now_left < left:
                quiet_since = time.monotonic()
            elif time.monotonic() - quiet_since > SILENCE_SECONDS:
                raise Refusal(
                    f"银行 {SILENCE_SECONDS} 秒没有新的回盘，还有 {now_left} 个批次没有结果；"
                    "请查看银行进程（manage.py stub_bank）和它拒收的文件"
                    f"（{settings.BANK_EXCHANGE_DIR}/bank/refused）后再次运行，会从这里继续。",
                    code="bank",
                )
            else:
                time.sleep(POLL_SECONDS)
        stage.engine.lend_hand(_asking(round_))
    stage.next_day()


def _at_bank(round_: Round) -> int:
    """The batches with payments under way, but those of which the bank says nothing."""
    under_way = Payment.objects.filter(
        year=round_.year, batch=OuterRef("pk"), state__in=UNSETTLED
    )
    at_bank = Batch.objects.filter(
        Exists(under_way), round=round_, state=BatchState.INSTRUCTED
    )
    return at_bank.exclude(number__in=silent_batches()).count()


def _asking(round_: Round) -> list[Job]:
    """The jobs that ask the bank about this round's batches over the direct link."""
    batches = Batch.objects.filter(round=round_).exclude(number__in=silent_batches())
    keys = [f"ask-{key}" for key in batches.values_list("pk", flat=True)]
    jobs = Job.objects.filter(kind=ASK_JOB, key__in=keys, state__in=LIVE_STATES)
    return list(jobs.order_by("id"))


def _writing(round_: Round) -> list[Job]:
    """The jobs that still have to write a file of this round."""
    files = BankFile.objects.filter(batch__round=round_, direction=FileDirection.OUT)
    keys = [f"bank-file-{key}" for key in files.values_list("pk", flat=True)]
    jobs = Job.objects.filter(kind=WRITE_JOB, key__in=keys, state__in=LIVE_STATES)
    return list(jobs.order_by("id"))


def _has_mail() -> bool:
    inbox = Path(settings.BANK_EXCHANGE_DIR) / INBOX
    return inbox.is_dir() and any(not p.name.startswith(".") for p in inbox.iterdir())


def _collect(stage: Stage) -> None:
    with transaction.atomic():
        job = enqueue(
            kind=COLLECT_JOB,
            key="walk",
            arguments={"on": stage.on.isoformat()},
            by=SYSTEM,
        )
    stage.engine.finish(job, Bar("", StringIO()))
