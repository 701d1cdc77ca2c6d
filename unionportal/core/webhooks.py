"""Signed notices to other systems' addresses, after the published Standard Webhooks.

The signature is HMAC-SHA256 over `id.time.body`. The receiver refuses a time further off
than five minutes and an id it has seen, so that nobody can play a notice again.
"""

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import requests
from django.conf import settings

from unionportal.core.deadline import Deadline, DeadlineAdapter

PREFIX = "whsec_"
LONGEST_URL = 300
# No user, no fragment, nothing that two readers of an address could read differently.
URL_PATTERN = r"^https?://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?(/[A-Za-z0-9._~/?=&%-]*)?$"
CONNECT_SECONDS = 3.0
LATE = "对方没有按时答复"


def new_secret() -> str:
    """32 random bytes, in the form of the standard."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def is_allowed(url: str) -> bool:
    """Whether the operator's list (`WEBHOOK_HOSTS`) names the host of an address.

    A host alone stands for https; plain http must be written out with its port.
    """
    if len(url) > LONGEST_URL or not re.fullmatch(URL_PATTERN, url):
        return False
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}".lower()
    known = {one.strip().lower().rstrip("/") for one in settings.WEBHOOK_HOSTS}
    return origin in {one if "://" in one else f"https://{one}" for one in known if one}


def signature_of(secret: str, number: str, told: int, body: bytes) -> str:
    """What the header `webhook-signature` bears: version and base64."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{number}.{told}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the receiver answered; `status` is None where it did not."""

    status: int | None
    error: str = ""

    @property
    def is_taken(self) -> bool:
        """Whether it said that it has it."""
        return self.status is not None and 200 <= self.status < 300


def post_signed(
    *, url: str, secret: str, number: str, body: str, at: datetime
) -> Outcome:
    """Post once, within `WEBHOOK_SECONDS` from the host's name to the last header.

    Follows no redirect, reads no answer beyond its headers, whatever it claims to be.
    """
    if not is_allowed(url):
        return Outcome(None, "地址不在 WEBHOOK_HOSTS 中")
    content, told = body.encode(), int(at.timestamp())
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "webhook-id": number,
        "webhook-timestamp": str(told),
        "webhook-signature": signature_of(secret, number, told, content),
    }
    with Deadline(settings.WEBHOOK_SECONDS) as deadline:
        try:
            outcome = _outcome(_status_of(url, content, headers, deadline))
        except requests.Timeout:
            outcome = Outcome(None, LATE)
        except requests.RequestException:
            outcome = Outcome(None, "连接不上对方")
        # What was cut off may look like an answer that had ended.
        return Outcome(None, LATE) if deadline.is_over else outcome


def _status_of(
    url: str, content: bytes, headers: dict[str, str], deadline: Deadline
) -> int:
    """Straight through the adapter: a session would read what redirects bring."""
    with requests.Session() as session, DeadlineAdapter(deadline) as adapter:
        asked = requests.Request("POST", url, headers=headers, data=content)
        options = session.merge_environment_settings(url, {}, True, None, None)  # noqa: FBT003
        answer = adapter.send(
            session.prepare_request(asked),
            timeout=(min(CONNECT_SECONDS, deadline.seconds), deadline.seconds),
            **options,
        )
        answer.close()
        return answer.status_code


def _outcome(status: int) -> Outcome:
    outcome = Outcome(status)
    return outcome if outcome.is_taken else Outcome(status, f"对方答复 {status}")
