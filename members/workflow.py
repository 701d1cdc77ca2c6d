"""State tables of members: the actions and the database read the same rows."""

from members.enums import (
    AccountState,
    NoticeState,
    ObjectionState,
    OrganisationState,
)
from unionportal.core.workflow import Transition, Workflow

ACCOUNT = Workflow(
    name="收款账户",
    initial=AccountState.PENDING,
    transitions=(
        Transition("verify", AccountState.PENDING, AccountState.VERIFIED, "核验"),
        Transition("stop", AccountState.PENDING, AccountState.STOPPED, "停用"),
        Transition("stop", AccountState.VERIFIED, AccountState.STOPPED, "停用"),
    ),
    labels=dict(AccountState.choices),
)

NOTICE = Workflow(
    name="公示",
    initial=NoticeState.OPEN,
    transitions=(
        Transition("end", NoticeState.OPEN, NoticeState.ENDED, "期满结束"),
        Transition("cancel", NoticeState.OPEN, NoticeState.CANCELLED, "撤销"),
    ),
    labels=dict(NoticeState.choices),
)

OBJECTION = Workflow(
    name="异议",
    initial=ObjectionState.OPEN,
    transitions=(
        Transition("uphold", ObjectionState.OPEN, ObjectionState.UPHELD, "成立"),
        Transition("dismiss", ObjectionState.OPEN, ObjectionState.DISMISSED, "不成立"),
    ),
    labels=dict(ObjectionState.choices),
)

ORGANISATION = Workflow(
    name="工会",
    initial=OrganisationState.FORMING,
    transitions=(
        Transition(
            "approve", OrganisationState.FORMING, OrganisationState.NORMAL, "批准成立"
        ),
        Transition(
            "decline",
            OrganisationState.FORMING,
            OrganisationState.DISSOLVED,
            "不予批准",
        ),
        Transition("lock", OrganisationState.NORMAL, OrganisationState.LOCKED, "锁定"),
        Transition(
            "unlock", OrganisationState.LOCKED, OrganisationState.NORMAL, "解除锁定"
        ),
        Transition(
            "merge", OrganisationState.NORMAL, OrganisationState.DISSOLVED, "并入"
        ),
        Transition(
            "merge", OrganisationState.LOCKED, OrganisationState.DISSOLVED, "并入"
        ),
        Transition(
            "dissolve", OrganisationState.NORMAL, OrganisationState.DISSOLVED, "注销"
        ),
        Transition(
            "dissolve", OrganisationState.LOCKED, OrganisationState.DISSOLVED, "注销"
        ),
    ),
    labels=dict(OrganisationState.choices),
)
