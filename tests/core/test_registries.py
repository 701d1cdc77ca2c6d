"""Registries: filled once, refuse duplicates, answer in a known order."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from time import sleep

import pytest
import redis

from unionportal.core import cards, figures, queues
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.cards import Card, home_cards, register_home_cards
from unionportal.core.errors import Refusal
from unionportal.core.figures import (
    Count,
    Figure,
    count_of,
    figure,
    register_figure,
    span_of,
    total_of,
)
from unionportal.core.queues import QueueItem, WorkQueue, register_queue, waiting_for
from unionportal.core.registry import Registry

ON = date(2014, 12, 10)
NOON = datetime(2014, 12, 10, 12, tzinfo=UTC)
HALF_AN_HOUR = timedelta(minutes=30)


@pytest.fixture(autouse=True)
def empty_registries(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (cards, figures, queues):
        monkeypatch.setattr(module, "_registered", Registry("thing"))


def paid(code: str = "paid", *, unit: str = "元", measure: str = "发放") -> Figure:
    return Figure(
        code, "发放金额", "已到账的慰问金", measure, unit, lambda path, on: Decimal(1)
    )


def item(title: str, *, since: int, due: int | None) -> QueueItem:
    due_on = None if due is None else date(2014, 12, due)
    return QueueItem(
        title, "", "/", "某县总工会", date(2014, 12, since), due_on, "checker"
    )


def test_figure_is_found_by_its_code() -> None:
    assert figure(register_figure(paid()).code).compute("0001", "2014") == 1
    assert figures.figures() == (figure("paid"),)
    with pytest.raises(LookupError, match="unknown"):
        figure("lent")


def test_what_took_long_to_count_is_kept_for_a_while_and_says_so(
    redis_client: redis.Redis,
) -> None:
    values = iter((Decimal(7), Decimal(8)))

    def count(_path: str, _period: str) -> Decimal:
        sleep(figures.COSTLY_SECONDS)
        return next(values)

    slow = Figure("slow", "会员", "在籍", "在册", "人", count)
    first, again = (
        count_of(slow, "0001", "2014", now=now) for now in (NOON, NOON + HALF_AN_HOUR)
    )
    assert (first.value, first.counted_at) == (Decimal(7), None)
    assert (again.value, again.counted_at) == (Decimal(7), NOON)
    assert count_of(slow, "0002", "2014", now=NOON).value == 8


def test_what_is_quick_to_count_is_counted_anew(redis_client: redis.Redis) -> None:
    values = iter((Decimal(7), Decimal(8)))
    quick = Figure("quick", "会员", "在籍", "在册", "人", lambda *_: next(values))
    for value in (7, 8):
        found = count_of(quick, "0001", "2014", now=NOON)
        assert found == Count(quick, Decimal(value))


def test_span_of_a_year_and_of_a_month() -> None:
    assert span_of("2024") == (date(2024, 1, 1), date(2024, 12, 31))
    assert span_of("2024-02") == (date(2024, 2, 1), date(2024, 2, 29))
    for wrong in ("", "2024-13", "今年"):
        with pytest.raises(Refusal, match="期间应写作"):
            span_of(wrong)


def test_duplicates_are_refused() -> None:
    register_figure(paid())
    register_queue(WorkQueue("check", "待复核", lambda actor, on: []))
    register_home_cards(no_cards)
    with pytest.raises(ValueError, match="twice"):
        register_figure(paid())
    with pytest.raises(ValueError, match="twice"):
        register_queue(WorkQueue("check", "又一个", lambda actor, on: []))
    with pytest.raises(ValueError, match="twice"):
        register_home_cards(no_cards)
    assert len(figures.figures()) == len(queues.queues()) == 1


def no_cards(actor: Actor, on: date) -> list[Card]:
    return []


def test_figure_without_a_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="without"):
        paid(unit="")


def test_like_figures_add_up_and_unlike_ones_do_not() -> None:
    assert total_of([(paid(), Decimal("1.50")), (paid("b"), Decimal("2.25"))]) == (
        Decimal("3.75")
    )
    for unlike in (paid("b", unit="人"), paid("b", measure="下拨")):
        with pytest.raises(ValueError, match="unlike"):
            total_of([(paid(), Decimal(1)), (unlike, Decimal(1))])


def test_queues_are_ordered_by_urgency() -> None:
    waiting: dict[str, list[QueueItem]] = {
        "calm": [item("无期限", since=1, due=None)],
        "late": [
            item("十二日", since=2, due=12),
            item("九日", since=3, due=9),
            item("九日先到", since=1, due=9),
        ],
        "none": [],
    }

    def waiting_in(code: str) -> Callable[[Actor, date], list[QueueItem]]:
        return lambda actor, on: waiting[code]

    for code in waiting:
        register_queue(WorkQueue(code, code, waiting_in(code)))
    found = waiting_for(SYSTEM, ON)
    assert [queue.code for queue, _items in found] == ["late", "calm"]
    assert [each.title for each in found[0][1]] == ["九日先到", "九日", "十二日"]
    assert [each.is_overdue(ON) for each in found[0][1]] == [True, True, False]
    assert not found[1][1][0].is_overdue(ON)


def test_cards_that_need_something_come_first() -> None:
    def sources(actor: Actor, on: date) -> list[Card]:
        return [
            Card("送温暖", "已到账"),
            Card("金秋助学", "缺少材料", "补交录取通知书", "/x", "去补交", True),  # noqa: FBT003
        ]

    register_home_cards(sources)
    assert [card.title for card in home_cards(SYSTEM, ON)] == ["金秋助学", "送温暖"]


def test_registry_answers_by_code() -> None:
    found: Registry[int] = Registry("number")
    found.add("one", 1)
    assert (found.get("one"), found.get("two"), len(found), list(found)) == (
        1,
        None,
        1,
        [1],
    )
