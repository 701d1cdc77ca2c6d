"""The direct link (银企直联): its messages and how both sides sign them.

A message is JSON in UTF-8. Whoever sends it signs what it is, when it was sent, a nonce
and every byte of it by HMAC-SM3 (GB/T 32905) with the secret both sides hold. A reply
carries the nonce of what it answers, so an old reply cannot be shown for a new question.
"""

import hmac
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC

from assistance.rules.banks.layout import OTHER_REASON
from assistance.rules.banks.writing import Instruction, InstructionLine

DIRECT = "direct_json"
DIRECT_TITLE = "银企直联（JSON，分）"
ORDERS, QUESTIONS = "/orders", "/questions"
TIME, NONCE, SIGNATURE = "X-Bank-Time", "X-Bank-Nonce", "X-Bank-Signature"

Status = Literal["paid", "refused", "processing", "unknown", "unable"]
STATUSES = ("paid", "refused", "processing", "unknown", "unable")
REASONS = ("name_mismatch", "not_found", "closed", "frozen", "dormant", "limit")


class Unclear(Exception):  # noqa: N818 - what happened, not a fault of ours
    """Nobody can tell from this whether the bank paid; the text says what was seen."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the bank says of one payment; the amount in yuan.

    ``tail`` is the end of the account the money went to, or came back from.
    """

    reference: str
    status: str
    reason: str
    amount: Decimal
    tail: str = ""


def sign(secret: str, *parts: str | bytes) -> str:
    """The signature over the parts in their order, 64 hexadecimal digits."""
    mac = HMAC(secret.encode(), hashes.SM3())
    for part in parts:
        told = part.encode() if isinstance(part, str) else part
        mac.update(len(told).to_bytes(8, "big") + told)
    return mac.finalize().hex()


def is_signed(signature: str, secret: str, *parts: str | bytes) -> bool:
    """Whether the signature is that of the parts."""
    return hmac.compare_digest(signature.encode(), sign(secret, *parts).encode())


def write_order(
    instruction: Instruction, number: int, lines: Iterable[InstructionLine]
) -> bytes:
    """The order of a batch; the same values give the same bytes. Amounts are in fen."""
    return _written(
        {
            "batch": instruction.batch,
            "number": number,
            "date": f"{instruction.date:%Y%m%d}",
            "payer": instruction.payer,
            "count": instruction.count,
            "total": fen(instruction.total),
            "lines": [
                [
                    line.reference,
                    line.account,
                    line.holder,
                    line.bank,
                    fen(line.amount),
                    line.purpose,
                ]
                for line in lines
            ],
        }
    )


def write_question(batch: str, references: Sequence[str]) -> bytes:
    """Ask what became of some payments of a batch."""
    return _written({"batch": batch, "references": list(references)})


def write_reply(batch: str, nonce: str, said: Sequence[Said]) -> bytes:
    """The bank's side: what it says of each payment, with control totals."""
    return _written(
        {
            "batch": batch,
            "nonce": nonce,
            "count": len(said),
            "total": sum(fen(each.amount) for each in said),
            "lines": [
                [
                    each.reference,
                    each.status,
                    each.reason,
                    fen(each.amount),
                    each.tail,
                ]
                for each in said
            ],
        }
    )


def read_reply(content: bytes, *, batch: str, nonce: str) -> list[Said]:
    """Read a reply, or raise Unclear naming line and field. Half a reply is none."""
    told = _read(content)
    if told.get("batch") != batch:
        raise Unclear("应答的 batch 不是所问的批次")
    if told.get("nonce") != nonce:
        raise Unclear("应答的 nonce 不是本次请求的")
    lines = told.get("lines")
    if not isinstance(lines, list):
        raise Unclear("应答没有 lines")
    said = [_said(number, line) for number, line in enumerate(lines, 1)]
    if len({each.reference for each in said}) < len(said):
        raise Unclear("应答的 lines 中有重复的发放编号")
    if told.get("count") != len(said):
        raise Unclear("应答的 count 与明细不符")
    if told.get("total") != sum(fen(each.amount) for each in said):
        raise Unclear("应答的 total 与明细不符")
    return said


def fen(amount: Decimal) -> int:
    """Yuan with two places as whole fen."""
    return int(amount.scaleb(2))


def _written(told: dict[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _read(content: bytes) -> dict[str, Any]:
    try:
        told = json.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise Unclear("应答不是完整的 UTF-8 JSON") from error
    if not isinstance(told, dict):
        raise Unclear("应答不是一个 JSON 对象")
    return told


_REPLY_CELLS = 5
_TAIL = re.compile(r"[0-9]{4}")


def _said(number: int, line: object) -> Said:
    if not isinstance(line, list) or len(line) != _REPLY_CELLS:
        raise Unclear(f"应答第 {number} 行的格式不对")
    reference, status, reason, amount, tail = line
    if not isinstance(reference, str) or not isinstance(reason, str):
        raise Unclear(f"应答第 {number} 行的 reference 或 reason 不是文字")
    if status not in STATUSES:
        raise Unclear(f"应答第 {number} 行的 status 不认识")
    if not isinstance(amount, int) or isinstance(amount, bool) or amount < 0:
        raise Unclear(f"应答第 {number} 行的 amount 不是以分为单位的整数")
    if not isinstance(tail, str):
        raise Unclear(f"应答第 {number} 行的 tail 不是文字")
    if status in ("paid", "refused") and not _TAIL.fullmatch(tail):
        raise Unclear(f"应答第 {number} 行没有收款账号的后四位")
    known = reason if reason in REASONS else OTHER_REASON
    return Said(
        reference,
        status,
        known if status == "refused" else "",
        Decimal(amount).scaleb(-2).quantize(Decimal("0.01")),
        tail,
    )
