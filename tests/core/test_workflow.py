"""State tables: what they allow, how they refuse, and which tables are refused."""

import pytest

from unionportal.core.errors import Refusal
from unionportal.core.workflow import Transition, Workflow

LABELS = {"drafted": "草稿", "submitted": "待复核", "approved": "已批准"}
PAPER = Workflow(
    name="审批单",
    initial="drafted",
    transitions=(
        Transition("submit", "drafted", "submitted", "提交"),
        Transition("send_back", "submitted", "drafted", "退回"),
        Transition("remark", "submitted", "submitted", "加注"),
        Transition("approve", "submitted", "approved", "批准"),
    ),
    labels=LABELS,
)


def test_target_is_what_the_table_says() -> None:
    assert PAPER.target_of("submit", "drafted") == "submitted"
    assert PAPER.target_of("remark", "submitted") == "submitted"


def test_target_refuses_naming_the_state_and_the_remedy() -> None:
    with pytest.raises(Refusal) as caught:
        PAPER.target_of("approve", "drafted")
    assert str(caught.value) == (
        "审批单现在是“草稿”，不能“批准”；只有“待复核”的才可以。请刷新页面后再试。"
    )
    assert caught.value.code == "state"


def test_an_unknown_action_is_a_fault_of_the_program() -> None:
    with pytest.raises(ValueError, match="没有动作 burn"):
        PAPER.target_of("burn", "drafted")


def test_actions_come_in_table_order() -> None:
    assert PAPER.actions_from("submitted") == ("send_back", "remark", "approve")
    assert PAPER.actions_from("approved") == ()
    assert PAPER.sources_of("approve") == ("submitted",)


def test_states_pairs_and_final_states_follow_from_the_rows() -> None:
    assert PAPER.states == ("drafted", "submitted", "approved")
    assert PAPER.final == {"approved"}
    assert PAPER.pairs == (
        ("drafted", "submitted"),
        ("submitted", "drafted"),
        ("submitted", "approved"),
    )


def test_a_state_without_label_shows_itself() -> None:
    assert Workflow(name="x", initial="a", transitions=()).label_of("a") == "a"
    assert PAPER.label_of("drafted") == "草稿"
    assert PAPER.action_label("send_back") == "退回"


def test_an_action_with_two_targets_is_refused() -> None:
    rows = (Transition("go", "a", "b", "办"), Transition("go", "a", "c", "办"))
    with pytest.raises(ValueError, match="有两个去向"):
        Workflow(name="x", initial="a", transitions=rows)


def test_a_state_that_nothing_leads_to_is_refused() -> None:
    rows = (Transition("go", "a", "b", "办"), Transition("end", "c", "b", "办"))
    with pytest.raises(ValueError, match=r"到不了的状态 \['c'\]"):
        Workflow(name="x", initial="a", transitions=rows)


def test_an_action_after_a_named_final_state_is_refused() -> None:
    rows = (Transition("go", "a", "b", "办"), Transition("back", "b", "a", "退"))
    with pytest.raises(ValueError, match="终态 b 之后还有动作"):
        Workflow(name="x", initial="a", transitions=rows, final=frozenset({"b"}))


def test_a_labelled_table_names_every_state() -> None:
    rows = (Transition("go", "a", "b", "办"),)
    with pytest.raises(ValueError, match=r"没有名称的状态 \['b'\]"):
        Workflow(name="x", initial="a", transitions=rows, labels={"a": "甲"})
