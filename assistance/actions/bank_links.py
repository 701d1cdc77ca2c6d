"""Links to banks: one interface, the exchange of files and the direct link.

A link sends what was committed and is asked by reference. It changes nothing in the
database, and it never says that money went or did not go: only a bank's own answer does.
Whatever a link cannot make sense of is ``Unclear``.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import requests
from django.db import connection

from assistance.actions.disbursements import write_whole
from assistance.enums import LinkKind
from assistance.models import PayingAccount
from assistance.rules.banks.direct import (
    NONCE,
    ORDERS,
    QUESTIONS,
    SIGNATURE,
    TIME,
    Said,
    Unclear,
    is_signed,
    read_reply,
    sign,
    write_question,
)

CONNECT_SECONDS, READ_SECONDS = 3.0, 10.0
LARGEST_REPLY = 64 * 1024 * 1024  # bytes; a line is about 40
_OK = 200


@dataclass(frozen=True, slots=True)
class Parcel:
    """What leaves: a batch's bytes as they were committed, and when they were meant to.

    ``sent_at`` is in seconds by the database's clock; a bank refuses what is older
    than its window, so that a parcel held up on the way is not paid afterwards.
    """

    batch: str
    content: bytes
    sent_at: float
    path: Path | None = None


class BankLink(Protocol):
    """How one bank is reached."""

    def send(self, parcel: Parcel) -> list[Said]:
        """Send an instructed batch; return what the bank says of it at once."""

    def ask(self, batch: str, references: Sequence[str]) -> list[Said]:
        """Ask by reference what became of payments; this is also how late answers
        and late returns are collected. Changes nothing at the bank.
        """


class FileLink:
    """The exchange of files: the same bytes under the same name, as often as needed.

    A folder answers no question; the answers lie in the inbox (`collect_returns`).
    """

    def send(self, parcel: Parcel) -> list[Said]:
        """Put the file in place, whole."""
        if parcel.path is not None:
            digest = hashlib.sha256(parcel.content).hexdigest()
            write_whole(parcel.path, [parcel.content], sha256=digest)
        return []

    def ask(self, batch: str, references: Sequence[str]) -> list[Said]:
        """Say nothing."""
        del batch, references
        return []


@dataclass(frozen=True, slots=True)
class DirectLink:
    """The direct link over HTTP, signed both ways with the account's secret."""

    endpoint: str
    secret: str = field(repr=False)
    window_seconds: int

    def send(self, parcel: Parcel) -> list[Said]:
        """Post the order once; a transport never repeats it."""
        return self._post(ORDERS, parcel.batch, parcel.content, parcel.sent_at)

    def ask(self, batch: str, references: Sequence[str]) -> list[Said]:
        """Ask; only what was asked may be answered."""
        question = write_question(batch, references)
        said = self._post(QUESTIONS, batch, question, database_seconds())
        if {each.reference for each in said} - set(references):
            raise Unclear("应答中有没有问过的发放编号")
        return said

    def _post(
        self, path: str, batch: str, content: bytes, sent_at: float
    ) -> list[Said]:
        told, nonce = f"{sent_at:.3f}", secrets.token_hex(16)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            TIME: told,
            NONCE: nonce,
            SIGNATURE: sign(self.secret, "request", path, told, nonce, content),
        }
        try:
            with requests.post(
                self.endpoint.rstrip("/") + path,
                data=content,
                headers=headers,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as response:
                body = response.raw.read(LARGEST_REPLY + 1, decode_content=False)
                length = response.headers.get("Content-Length", "")
                return self._read(response, path, batch, nonce, body, length)
        except (requests.RequestException, OSError) as error:
            raise Unclear(f"连接中断或超时（{type(error).__name__}）") from error
        except Unclear:
            raise
        except Exception as error:
            raise Unclear(f"应答读不出（{type(error).__name__}）") from error

    def _read(
        self,
        response: requests.Response,
        path: str,
        batch: str,
        nonce: str,
        body: bytes,
        length: str,
    ) -> list[Said]:
        if response.status_code != _OK:
            raise Unclear(f"银行应答 HTTP {response.status_code}")
        if length != str(len(body)):
            raise Unclear("应答不完整")
        at, mark = response.headers.get(TIME, ""), response.headers.get(SIGNATURE, "")
        if not is_signed(mark, self.secret, "reply", path, at, nonce, body):
            raise Unclear("应答的签名不对")
        if abs(float(at) - database_seconds()) > self.window_seconds:
            raise Unclear("银行的时钟与我方相差超过受理时限")
        return read_reply(body, batch=batch, nonce=nonce)


def link_of(account: PayingAccount) -> BankLink:
    """The link over which a union's bank is reached."""
    if account.link == LinkKind.DIRECT:
        return DirectLink(
            account.endpoint, account.secret or "", account.window_seconds
        )
    return FileLink()


def database_seconds() -> float:
    """Seconds since 1970 by the database's clock, which alone counts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())::float8")
        return float(cursor.fetchone()[0])
