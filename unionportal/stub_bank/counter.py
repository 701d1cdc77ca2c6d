"""The stub bank's counter: the direct link over HTTP, on the same books as the desk.

An order is entered in the books before anything is answered. An order older than the
bank's window is refused, so is a nonce seen before. An idempotent bank pays a reference
once and says again what it said; the other pays whatever it is ordered.
"""

import hashlib
import json
import os
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from assistance.rules.banks.direct import (
    DIRECT,
    NONCE,
    ORDERS,
    QUESTIONS,
    SIGNATURE,
    TIME,
    Said,
    is_signed,
    sign,
    write_reply,
)
from unionportal.stub_bank.books import Books, Line, Sheet
from unionportal.stub_bank.faults import Faults
from unionportal.stub_bank.judgement import Judgement

STALL_SECONDS = 12.0  # longer than anybody waits for an answer
LATE_AFTER = 3  # questions
PORT_FILE, SECRET_FILE = "port", "secret"
OK, FORBIDDEN, GONE, ERROR = 200, 403, 410, 500
_FEN = Decimal("0.01")


class Cut(Exception):  # noqa: N818 - what the bank does
    """The connection ends without an answer."""


@dataclass(slots=True)
class Counterparty:
    """What the counter knows: books, secret, faults, and whether it is idempotent."""

    books: Books
    judgement: Judgement
    faults: Faults
    secret: str = field(repr=False)
    window_seconds: float = 300.0
    is_idempotent: bool = True
    say: Callable[[str], object] = print
    lock: threading.RLock = field(default_factory=threading.RLock)
    _nonces: set[str] = field(default_factory=set)
    _asked: Counter[str] = field(default_factory=Counter)

    def is_fresh(self, told: str, nonce: str) -> bool:
        """Within the window, and never seen before."""
        with self.lock:
            is_new = nonce not in self._nonces
            self._nonces.add(nonce)
        return is_new and abs(time.time() - float(told)) <= self.window_seconds

    def take_order(self, content: bytes) -> tuple[str, list[Said]]:
        """Enter an order; say what became of each payment."""
        order = json.loads(content)
        batch = str(order["batch"])
        if self.faults.strikes("cut-before-paying", batch):
            raise Cut
        with self.lock:
            self._enter(order, batch, content)
        if self.faults.concerns("answer-late", batch):
            said = [_line(row[0], "processing", row[4]) for row in order["lines"]]
        else:
            said = [self._said(row[0]) for row in order["lines"]]
        return batch, said

    def answer(self, content: bytes) -> tuple[str, list[Said]]:
        """Say what is known of the references asked for; changes nothing."""
        question = json.loads(content)
        batch, references = str(question["batch"]), question["references"]
        self._asked[batch] += 1
        is_late = self._asked[batch] <= LATE_AFTER
        if self.faults.concerns("cannot-say", batch):
            return batch, [_line(each, "unable", 0) for each in references]
        with self.lock:
            if self.faults.concerns("answer-late", batch) and is_late:
                return batch, [self._waiting(each) for each in references]
            said = [self._said(each) for each in references]
            paid = [each for each in said if each.status == "paid"]
            if paid and self.faults.strikes("return-after-success", batch):
                self.books.give_back(paid[0].reference, "closed")
            return batch, said

    def _enter(self, order: dict[str, Any], batch: str, content: bytes) -> None:
        lines = [
            Line(row[0], row[1], row[2], row[4], self.judgement.reason_for(row[1]))
            for row in order["lines"]
        ]
        if self.is_idempotent:
            lines = [each for each in lines if not self.books.line_by(each.reference)]
        if not lines:
            return
        taken = len(self.books.references_of(batch))
        sheet = Sheet(
            name=f"{DIRECT}-{batch}-{order['number']}-{taken}",
            sha256=hashlib.sha256(content).hexdigest(),
            batch=batch,
            layout=DIRECT,
            line_count=len(lines),
            total_fen=sum(each.amount_fen for each in lines),
        )
        # First the paper, then the books: a statement reads the payer from it.
        keep_order(self.books.path.parent, sheet.name, content)
        self.books.repeat(sheet, lines)
        self.say(f"直联 {batch}：{len(lines)} 笔")

    def _said(self, reference: str) -> Said:
        line = self.books.line_by(reference)
        if line is None:
            return _line(reference, "unknown", 0)
        status = "refused" if line.reason else "paid"
        amount, tail = line.amount_fen * _FEN, line.account[-4:]
        return Said(reference, status, line.reason, amount, tail)

    def _waiting(self, reference: str) -> Said:
        line = self.books.line_by(reference)
        return _line(reference, "processing" if line else "unknown", 0)


def _line(reference: str, status: str, amount_fen: int) -> Said:
    return Said(reference, status, "", amount_fen * _FEN)


def keep_order(own: Path, name: str, content: bytes) -> None:
    """Put an order away beside the instructions that came as files, whole."""
    folder = own / "taken"
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{name}.{os.getpid()}"
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / name)


def _other(tail: str) -> str:
    """The end of another account."""
    return f"{(int(tail) + 1) % 10_000:04d}" if tail else tail


class Handler(BaseHTTPRequestHandler):
    """One connection at the counter."""

    protocol_version = "HTTP/1.1"

    @property
    def counterparty(self) -> Counterparty:
        server = self.server
        assert isinstance(server, CounterServer)  # noqa: S101
        return server.counterparty

    def do_POST(self) -> None:
        try:
            self._serve()
        except Cut:
            self.close_connection = True
        except (ValueError, KeyError, TypeError, IndexError):
            self._reply(ERROR, b"", "")

    def _serve(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        told, nonce = self.headers.get(TIME, ""), self.headers.get(NONCE, "")
        mark, secret = self.headers.get(SIGNATURE, ""), self.counterparty.secret
        parts = ("request", self.path, told, nonce, content)
        if not is_signed(mark, secret, *parts):
            self._reply(FORBIDDEN, b"", nonce)
        elif not self.counterparty.is_fresh(told, nonce):
            self._reply(GONE, b"", nonce)
        elif self.path == ORDERS:
            batch, said = self.counterparty.take_order(content)
            self._misbehave(batch)
            self._say(batch, said, nonce)
        elif self.path == QUESTIONS:
            self._say(*self.counterparty.answer(content), nonce)
        else:
            self._reply(ERROR, b"", nonce)

    def _misbehave(self, batch: str) -> None:
        """What happens after the money went, before anything is answered."""
        faults = self.counterparty.faults
        if faults.strikes("timeout-after-paying", batch):
            time.sleep(STALL_SECONDS)
            raise Cut
        if faults.strikes("cut-after-paying", batch):
            raise Cut
        if faults.strikes("error-after-paying", batch) or faults.strikes(
            "cannot-say", batch
        ):
            raise ValueError

    def _say(self, batch: str, said: list[Said], nonce: str) -> None:
        faults = self.counterparty.faults
        if faults.strikes("duplicates", batch):
            said = [*said, *said[:1]]
        if faults.strikes("wrong-account", batch):
            said = [replace(each, tail=_other(each.tail)) for each in said]
        body = write_reply(batch, nonce, said)
        if faults.strikes("wrong-total", batch):
            told = json.loads(body)
            body = json.dumps(told | {"total": told["total"] + 1}).encode()
        if faults.strikes("wrong-encoding", batch):
            body = body.replace(b'"batch"', '"批次":1,"batch"'.encode("gbk"))
        if faults.strikes("wrong-signature", batch):
            nonce = f"{nonce}0"
        cut = faults.strikes("pieces", batch)
        self._reply(OK, body, nonce, told=len(body) // 2 if cut else len(body))
        if faults.strikes("answer-twice", batch):
            self._reply(OK, body, nonce)

    def _reply(
        self, status: int, body: bytes, nonce: str, told: int | None = None
    ) -> None:
        at = f"{time.time():.3f}"
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header(TIME, at)
        parts = ("reply", self.path, at, nonce, body)
        self.send_header(SIGNATURE, sign(self.counterparty.secret, *parts))
        self.end_headers()
        self.wfile.write(body if told is None else body[:told])
        if told is not None and told < len(body):
            raise Cut

    def log_message(self, *arguments: object) -> None:
        """Keep no log of requests: they name people."""


class CounterServer(ThreadingHTTPServer):
    """The counter's threads, which share one counterparty."""

    daemon_threads = True

    def __init__(self, counterparty: Counterparty, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.counterparty = counterparty


def open_counter(counterparty: Counterparty, port: int) -> CounterServer:
    """Listen on the loopback, in threads, until the process ends or shuts it down."""
    server = CounterServer(counterparty, port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def open_counter_again(counterparty: Counterparty, port: int, own: Path) -> int:
    """Listen where the bank listened last, so that its address stays; return the port.

    A port that is named is used; another process on the last one leaves any free one.
    """
    told = own / PORT_FILE
    last = int(told.read_text(encoding="ascii")) if told.exists() else 0
    try:
        server = open_counter(counterparty, port or last)
    except OSError:
        if port:
            raise
        server = open_counter(counterparty, 0)
    return int(server.server_address[1])


def keep_port(own: Path, port: int) -> None:
    """Tell the port, whole."""
    draft = own / f".{PORT_FILE}"
    draft.write_text(str(port), encoding="ascii")
    draft.replace(own / PORT_FILE)


def secret_in(path: Path) -> str:
    """The secret of the link; made when the bank opens its link for the first time."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(24), encoding="utf-8")
    return path.read_text(encoding="utf-8").strip()
