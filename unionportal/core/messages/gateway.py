"""A text-message gateway over HTTP, signed with a shared secret (docs/operations.md).

``POST {url}/messages`` with ``{"reference", "phone", "text"}`` answers ``accepted`` or
``refused`` with a reason; the same reference again sends nothing again.
``GET {url}/reports?after=7`` answers with the reports under higher numbers.
"""

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any

import requests
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from unionportal.core.messages import SmsInDoubt, SmsRefused
from unionportal.core.messages.reports import Report

CONNECT_SECONDS = 3.0
LARGEST_ANSWER = 2 * 1024 * 1024
REFERENCE = "message-"
_OK = 200


def sign(secret: str, told: str, path: str, body: bytes) -> str:
    """HMAC-SHA256 over time, path and body, as 64 hexadecimal digits."""
    message = f"{told}\n{path}\n".encode() + body
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


class GatewayError(Exception):
    """The gateway was not reached, or did not take the message; it may be tried again."""


class HttpBackend:
    """Hands messages to the gateway, and asks it what became of them."""

    def __init__(self) -> None:
        """Read the address; refuse to begin without one."""
        self.url = str(settings.SMS_HTTP_URL).rstrip("/")
        self.key = str(settings.SMS_HTTP_KEY)
        self.secret = str(settings.SMS_HTTP_SECRET)
        if not (self.url and self.key and self.secret):
            raise ImproperlyConfigured(
                "短信网关没有配置：请设置 SMS_HTTP_URL、SMS_HTTP_KEY、SMS_HTTP_SECRET。"
            )

    def send(self, phone: str, text: str, *, reference: str = "") -> None:
        """Hand over one message.

        What certainly was not taken may be tried again. Where the answer did not come,
        it may too if the gateway knows a reference again; else it is in doubt.
        """
        order = {
            "reference": reference or f"code-{secrets.token_hex(12)}",
            "phone": phone,
            "text": text,
        }
        body = json.dumps(order, ensure_ascii=False).encode()
        try:
            answer = self._ask("POST", "/messages", body)
        except requests.ConnectTimeout as error:
            raise GatewayError("not reached") from error
        except requests.ConnectionError as error:
            if _was_refused(error):
                raise GatewayError("not reached") from error
            raise self._unanswered() from error
        except (requests.RequestException, ValueError) as error:
            raise self._unanswered() from error
        if answer.get("result") == "refused":
            raise SmsRefused(f"短信网关拒绝：{str(answer.get('reason', ''))[:150]}")
        if answer.get("result") != "accepted":
            raise self._unanswered()

    def reports(self, after: int) -> Sequence[Report]:
        """Ask for the reports under higher numbers; those on sign-in codes are left out."""
        try:
            answer = self._ask("GET", f"/reports?after={int(after)}", b"")
        except (requests.RequestException, ValueError) as error:
            raise GatewayError("no reports") from error
        told = answer.get("reports")
        if not isinstance(told, list):
            raise GatewayError("no reports")
        return [report for each in told if (report := _report(each)) is not None]

    def _unanswered(self) -> Exception:
        if settings.SMS_HTTP_REPEATABLE:
            return GatewayError("no answer")
        return SmsInDoubt()

    def _ask(self, method: str, path: str, body: bytes) -> dict[str, Any]:
        told = str(int(time.time()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "X-Key": self.key,
            "X-Time": told,
            "X-Signature": sign(self.secret, told, path, body),
        }
        with requests.request(
            method,
            self.url + path,
            data=body or None,
            headers=headers,
            timeout=(CONNECT_SECONDS, settings.SMS_HTTP_SECONDS),
            allow_redirects=False,
            stream=True,
        ) as answer:
            content = answer.raw.read(LARGEST_ANSWER, decode_content=True)
            if answer.status_code != _OK:
                raise GatewayError(f"status {answer.status_code}")
        found = json.loads(content)
        return found if isinstance(found, dict) else {}


def _was_refused(error: requests.ConnectionError) -> bool:
    """Whether nobody listened, so that nothing can have arrived."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ConnectionRefusedError):
            return True
        reason = cause.args[0] if cause.args else None
        inner = getattr(reason, "reason", reason)
        cause = inner if isinstance(inner, BaseException) else cause.__cause__
    return False


def _report(told: Mapping[str, Any]) -> Report | None:
    reference = str(told.get("reference", ""))
    number, _dash, sending = reference.removeprefix(REFERENCE).partition("-")
    known = reference.startswith(REFERENCE) and number.isdecimal()
    known = known and (not sending or sending.isdecimal())
    return Report(
        number=int(told["number"]),
        message_id=int(number) if known else 0,
        is_delivered=told.get("state") == "delivered",
        reason=str(told.get("reason", ""))[:200],
        sending=int(sending) if known and sending else 0,
    )
