"""An outage of the database passes; every other fault stays one."""

import pytest
from django.db import (
    DatabaseError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    connection,
)
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from redis.exceptions import ConnectionError as RedisAway

from unionportal.core.outage import is_outage
from unionportal.pages.outage import api_exception, server_error


def raised_by(sql: str) -> DatabaseError:
    with pytest.raises(DatabaseError) as caught, connection.cursor() as cursor:
        cursor.execute(sql)
    return caught.value


def test_lost_connection_and_timeouts_pass(db: None) -> None:
    late = raised_by("SET LOCAL statement_timeout = 1; SELECT pg_sleep(1)")
    assert isinstance(late, OperationalError)
    assert is_outage(late)
    assert is_outage(InterfaceError("connection already closed"))
    assert is_outage(RedisAway("refused"))
    wrapped = RuntimeError("while saving")
    wrapped.__cause__ = OperationalError("server closed the connection")
    assert is_outage(wrapped)


def test_faults_of_the_program_are_none(db: None) -> None:
    assert not is_outage(raised_by("SELECT 1 / 0"))
    assert not is_outage(IntegrityError("twice"))
    assert not is_outage(None)


def answer_to(error: Exception, request: HttpRequest) -> HttpResponse:
    def fail() -> None:
        raise error

    try:
        fail()
    except type(error):
        return server_error(request)
    raise AssertionError


@pytest.mark.parametrize(
    ("path", "kind"), [("/staff/", "text/html"), ("/api/v1/x", "application/json")]
)
def test_outage_is_answered_with_503_and_when_to_come_back(
    path: str, kind: str, rf: RequestFactory
) -> None:
    answer = answer_to(OperationalError("server closed the connection"), rf.get(path))
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer["Content-Type"].startswith(kind)


def test_other_faults_are_answered_with_500(rf: RequestFactory) -> None:
    assert answer_to(ZeroDivisionError(), rf.get("/staff/")).status_code == 500


def test_api_leaves_an_outage_to_the_same_answer() -> None:
    assert api_exception(OperationalError("gone"), {}) is None  # type: ignore[typeddict-item]
