"""Return files (回盘): what the bank answers, applied once or refused whole."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction

from assistance.actions.batches import constraint_of
from assistance.actions.settlements import Answers, Settlement, Unfit, settle
from assistance.enums import BankFileState, FileDirection
from assistance.models import BankFile, Batch
from assistance.permissions.batches import can_import_return
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.faults import crashpoint, declare_crashpoint
from unionportal.core.money import show_yuan

BEFORE = declare_crashpoint("import_return.before_commit")
AFTER = declare_crashpoint("import_return.after_commit")
BEFORE_MOVE = declare_crashpoint("collect_returns.before_move")
AFTER_MOVE = declare_crashpoint("collect_returns.after_move")

COLLECT_JOB = "assistance.collect_returns"
LARGEST_FILE = 64 * 1024 * 1024  # bytes; a province's round is about a tenth of it
_SHOWN = 10
_KEPT = 1000


@dataclass(frozen=True, slots=True)
class ReturnOutcome:
    """What a file came to. Without a settlement it had been applied before."""

    bank_file: BankFile
    settlement: Settlement | None

    @property
    def is_repeated(self) -> bool:
        """Tell whether the file had been applied before, so that nothing changed."""
        return self.settlement is None

    @property
    def sentence(self) -> str:
        """Say it to a person."""
        name, came_to = self.bank_file.name, self.settlement
        if came_to is None:
            return f"回盘文件“{name}”此前已经入账，本次未作任何改动。"
        known = came_to.known_count
        return (
            f"回盘文件“{name}”已入账：到账 {came_to.paid_count} 笔 "
            f"{show_yuan(came_to.paid_total)} 元，退回 {came_to.returned_count} 笔 "
            f"{show_yuan(came_to.returned_total)} 元"
            f"{f'，另有 {known} 笔结果此前已登记' if known else ''}。"
        )
