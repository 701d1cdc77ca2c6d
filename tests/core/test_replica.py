"""What is decided is never read from a replica; what is read from it says so."""

import ast
from pathlib import Path

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import RequestFactory
from django.urls import NoReverseMatch, reverse

from assistance.models import Account as FundAccount
from assistance.models import Batch, Payment, PaymentClaim, Round
from members.models import Post, User
from unionportal.core.errors import Refusal
from unionportal.core.models import AuditEntry, Job
from unionportal.core.replica import (
    PRIMARY,
    REPLICA,
    Router,
    freshness,
    is_report,
    reading_aliases,
    reading_from_replica,
)

MONEY = (Batch, Payment, PaymentClaim, FundAccount, Round, Job, AuditEntry)


@pytest.mark.parametrize("model", MONEY)
def test_without_the_mark_nothing_names_the_replica(model: type[Round]) -> None:
    assert Router().db_for_read(model) is None
    assert Router().db_for_write(model) is None
    assert reading_aliases() == (PRIMARY,)


@pytest.mark.parametrize("model", MONEY)
def test_inside_a_report_every_write_is_refused(model: type[Round]) -> None:
    with reading_from_replica():
        assert Router().db_for_read(model) == REPLICA
        with pytest.raises(Refusal, match="报表页面只读"):
            Router().db_for_write(model)


@pytest.mark.parametrize("model", [User, Post])
def test_who_somebody_is_is_asked_of_the_primary_while_it_answers(
    model: type[Round],
) -> None:
    with reading_from_replica():
        assert Router().db_for_read(model) == PRIMARY
        assert reading_aliases() == (PRIMARY, REPLICA)
    with reading_from_replica(primary_answers=False):
        assert Router().db_for_read(model) == REPLICA
        assert reading_aliases() == (REPLICA,)


@pytest.mark.parametrize("model", [Session, UserSession])
def test_that_the_visitor_is_still_there_is_written_to_the_primary(
    model: type[Round],
) -> None:
    with reading_from_replica():
        assert Router().db_for_write(model) is None
        assert Router().db_for_read(model) == PRIMARY


def test_the_mark_ends_with_the_report_whatever_happens() -> None:
    with pytest.raises(LookupError), reading_from_replica():
        raise LookupError
    assert reading_aliases() == (PRIMARY,)
    assert freshness() is None


def test_only_reading_a_named_page_is_a_report() -> None:
    asked = RequestFactory()
    report, verb = (
        reverse("staff_assistance:rounds"),
        reverse("staff_assistance:round-verb", args=(1, "compute")),
    )
    assert is_report(asked.get(report))
    assert is_report(asked.head(report))
    assert not is_report(asked.post(report))
    assert not is_report(asked.get(verb))
    assert not is_report(asked.get("/"))
    assert not is_report(asked.get("/nowhere/"))


def test_every_named_report_exists() -> None:
    for name in settings.REPLICA_PAGES:
        assert any(reverses(name, count) for count in (0, 1)), name


def reverses(name: str, arguments: int) -> bool:
    try:
        return bool(reverse(name, args=(1,) * arguments))
    except NoReverseMatch:
        return False


def test_no_action_job_or_permission_may_name_the_replica() -> None:
    root = Path(settings.BASE_DIR)
    strays = [
        str(path.relative_to(root))
        for app in (
            "members",
            "assistance",
            "modelworkers",
            "competitions",
            "mediation",
        )
        for path in (root / app).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (
            isinstance(node, ast.ImportFrom)
            and node.module == "unionportal.core.replica"
        )
        or (isinstance(node, ast.Constant) and node.value == REPLICA)
    ]
    assert strays == []
