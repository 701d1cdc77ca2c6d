"""The direct link's messages: signed to the byte, and half a reply is none."""

import json
from decimal import Decimal
from typing import Any

import pytest

from assistance.rules.banks.direct import (
    Said,
    Unclear,
    is_signed,
    read_reply,
    sign,
    write_reply,
)

BATCH, NONCE = "2026-1-21-M1", "0a"
SAID = [
    Said("2026000000000101", "paid", "", Decimal("600.00"), "0042"),
    Said("2026000000000201", "refused", "closed", Decimal("0.01"), "0043"),
    Said("2026000000000301", "processing", "", Decimal("0.00")),
    Said("2026000000000401", "unknown", "", Decimal("0.00")),
]


def read(told: Any) -> list[Said]:  # noqa: ANN401 - anything a bank might write
    content = told if isinstance(told, bytes) else json.dumps(told).encode()
    return read_reply(content, batch=BATCH, nonce=NONCE)


def reply(**changes: object) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(write_reply(BATCH, NONCE, SAID))
    return whole | changes


def line(**changes: object) -> dict[str, Any]:
    names = ("reference", "status", "reason", "amount", "tail")
    first = dict(zip(names, reply()["lines"][0], strict=True)) | changes
    return reply(lines=[list(first.values())], count=1, total=60000)


def test_a_reply_is_read_as_it_was_written() -> None:
    assert read(write_reply(BATCH, NONCE, SAID)) == SAID


def test_a_reason_of_the_banks_own_becomes_another_one() -> None:
    told = line(status="refused", reason="柜面挂失")
    assert read(told)[0].reason == "other"


@pytest.mark.parametrize(
    ("told", "seen"),
    [
        (b"\xff", "不是完整的 UTF-8 JSON"),
        (b"[" * 100_000, "不是完整的 UTF-8 JSON"),
        ([], "不是一个 JSON 对象"),
        (reply(batch="other"), "batch 不是所问的批次"),
        (reply(nonce="0b"), "nonce 不是本次请求的"),
        (reply(lines=None), "没有 lines"),
        (reply(count=3), "count 与明细不符"),
        (reply(total=1), "total 与明细不符"),
        (reply(lines=[*reply()["lines"], reply()["lines"][0]]), "重复的发放编号"),
        (reply(lines=[["a"]]), "第 1 行的格式不对"),
        (line(reference=1), "第 1 行的 reference 或 reason 不是文字"),
        (line(reason=None), "第 1 行的 reference 或 reason 不是文字"),
        (line(status="perhaps"), "第 1 行的 status 不认识"),
        (line(status=["paid"]), "第 1 行的 status 不认识"),
        (line(amount=True), "第 1 行的 amount 不是以分为单位的整数"),
        (line(amount=600.0), "第 1 行的 amount 不是以分为单位的整数"),
        (line(amount=-1), "第 1 行的 amount 不是以分为单位的整数"),
        (line(tail=42), "第 1 行的 tail 不是文字"),
        (line(tail=""), "第 1 行没有收款账号的后四位"),
        (line(tail="004"), "第 1 行没有收款账号的后四位"),
        (line(tail="00４2"), "第 1 行没有收款账号的后四位"),
        (line(status="refused", tail=""), "第 1 行没有收款账号的后四位"),
    ],
)
def test_a_reply_that_is_not_whole_is_unclear_and_says_what_was_seen(
    told: object, seen: str
) -> None:
    with pytest.raises(Unclear, match=seen):
        read(told)


def test_a_signature_holds_for_every_byte_and_every_border() -> None:
    mark = sign("key", "request", "/orders", b"12")
    assert is_signed(mark, "key", "request", "/orders", b"12")
    assert not is_signed(mark, "key", "request", "/orders", b"13")
    assert not is_signed(mark, "key", "request", "/orders1", b"2")
    assert not is_signed(mark, "another", "request", "/orders", b"12")
    assert not is_signed("", "key", "request", "/orders", b"12")
