"""Health, metrics, content policy and the log line of a request."""

import json
import logging

import pytest
import structlog
from django.http import HttpRequest
from django.test import Client, RequestFactory
from pytest_django import Settings

from tests.assistance.builders import staff_user
from unionportal.logs import RequestLog, without_row_details


def test_ready_asks_database_and_cache(client: Client, db: None) -> None:
    answer = client.get("/health/ready/")

    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert set(answer.json().values()) == {"OK"}
    assert len(answer.json()) == 2


def test_health_says_when_no_worker_answers(client: Client, db: None) -> None:
    answer = client.get("/health/")

    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert "Celery" in answer.content.decode()


def test_metrics_are_for_this_machine(client: Client) -> None:
    assert client.get("/metrics").status_code == 200


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("203.0.113.9", {}, 404),
        ("203.0.113.9", {"Authorization": "Bearer wrong"}, 404),
        ("203.0.113.9", {"Authorization": "Bearer a-token"}, 200),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}, 404),
        ("::1", {}, 200),
        ("", {}, 404),
    ],
)
def test_metrics_refuse_strangers(
    client: Client,
    settings: Settings,
    address: str,
    headers: dict[str, str],
    status: int,
) -> None:
    settings.METRICS_TOKEN = "a-token"

    assert (
        client.get("/metrics", headers=headers, REMOTE_ADDR=address).status_code
        == status
    )


def test_metrics_without_a_token_refuse_an_empty_one(
    client: Client, settings: Settings
) -> None:
    settings.METRICS_TOKEN = ""
    answer = client.get(
        "/metrics", headers={"Authorization": "Bearer "}, REMOTE_ADDR="203.0.113.9"
    )

    assert answer.status_code == 404


def test_content_policy_names_this_site_alone(client: Client, db: None) -> None:
    policy = client.get("/health/ready/")["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_staff_pages_loosen_the_policy_for_the_theme(client: Client, db: None) -> None:
    staff_user()  # else the sign-in leads to the first-run page

    answer = client.get("/staff/login/")

    assert answer.status_code == 200
    assert "'unsafe-eval'" in client.get("/staff/")["Content-Security-Policy"]


def test_log_line_holds_the_path_without_the_query() -> None:
    request = RequestFactory().get(
        "/staff/members/person/", {"q": "张三 350203199001011234"}
    )

    assert RequestLog.format_request(request) == "GET /staff/members/person/"


def test_log_line_holds_no_row_and_no_browser() -> None:
    event = without_row_details(
        None,
        "error",
        {
            "event": "violates check\nDETAIL:  Failing row contains (1, 张三).\n",
            "exception": "Traceback\nDETAIL:  Key (phone)=(13800000000) already exists.\n",
            "user_agent": "Mozilla",
        },
    )

    assert event == {
        "event": "violates check\nDETAIL: …\n",
        "exception": "Traceback\nDETAIL: …\n",
    }


def test_log_lines_are_json_with_the_request_id(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    formatter = logging.getLogger().handlers
    configured = settings.LOGGING["formatters"]["json"]
    line = structlog.stdlib.ProcessorFormatter(
        processors=configured["processors"],
        foreign_pre_chain=configured["foreign_pre_chain"],
    )
    record = logging.LogRecord("x", logging.INFO, "", 0, "发生", None, None)
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        written = json.loads(line.format(record))

    assert formatter
    assert (written["event"], written["request_id"]) == ("发生", "r-1")


def test_request_middleware_keeps_its_library_contract() -> None:
    log = RequestLog(lambda request: None)  # type: ignore[arg-type, return-value]

    assert log.format_request(HttpRequest()) == "None "
