"""The officers of a small round, at their browsers: they click, look, and click again.

Each looks at what is stored and does what is due next; whoever got no answer, or was
told to come back, looks again and clicks again. Nothing else is repaired by hand: what
died is started again as the machine's supervisor would.
"""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from http.client import HTTPException
from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import DatabaseError, InterfaceError, connections, transaction
from django.db.models import Count, Q, Sum

from assistance.actions.returns import COLLECT_JOB
from assistance.enums import BatchKind, BatchState, PaymentState, RoundState
from assistance.models import (
    Batch,
    BatchFunding,
    Payment,
    Period,
    Round,
    SchemeVersion,
)
from assistance.permissions.batches import NEXT_STEP, SUBMIT
from assistance.queries.rounds import last_payments
from assistance.queries.verification import items_waiting, sample_of
from members.actions.account import open_account, verify_account
from members.enums import Role
from members.models import BankAccount, Organisation, User
from tests.assistance.builders import AS_OF, COUNTY, ON, PROVINCE, union
from tests.assistance.paying import AFTER_NOTICE
from tests.faults.acts import call_everybody
from tests.faults.ground import Ground
from tests.faults.processes import Web
from tests.faults.stages import SEED
from unionportal.core.actor import SYSTEM
from unionportal.core.jobs import enqueue
from unionportal.core.models.audit import AuditEntry
from unionportal.core.models.jobs import LIVE_STATES, Job, JobState
from unionportal.demo.cast import Cast
from unionportal.demo.chance import seeded
from unionportal.demo.identity import Identifiers
from unionportal.embedded import EngineError

STAFF_BACKEND = "members.auth.backends.StaffBackend"
TOKEN = "t" * 32
LONGEST_SECONDS = 240.0  # a busy machine is not a stuck round
ANSWER_SECONDS = 60
PAUSE_SECONDS = 0.1
SESSION_SECONDS = 400 * 24 * 3600  # under a clock that is a year ahead as well

Errand = Callable[[], object]


@dataclass
class People:
    """All officers together; `finish` takes the round from wherever it stands."""

    ground: Ground
    web: Web
    progress: list[float] = field(default_factory=list)
    leave_down: tuple[str, ...] = ()
    watch: Callable[[], None] = lambda: None
    afterwards: Callable[["People"], Iterator[Errand]] = lambda _people: iter(())
    patience: float = LONGEST_SECONDS
    _sessions: dict[int, str] = field(default_factory=dict)
    _last: str = ""
    _moved: tuple[int, ...] = ()

    def finish(self) -> None:
        """Go on until the round is closed; AssertionError when it does not get there."""
        deadline = time.monotonic() + self.patience
        while True:
            assert time.monotonic() < deadline, f"stuck: {self._where()}"
            self.watch()
            self.supervise()
            try:
                self._notice_progress()
                errand = self._due()
                if errand is None:
                    return
                errand()
            except (DatabaseError, InterfaceError):
                # Our own look at the books failed: the database is away just now.
                connections.close_all()
                time.sleep(PAUSE_SECONDS)

    def supervise(self) -> None:
        """Start again what died, as `restart: unless-stopped` does."""
        if "engines" not in self.leave_down:
            # One that is killed again while it starts is started again.
            with suppress(EngineError):
                self.ground.mend_engines()
        for each in self.ground.running:
            if not each.is_alive:
                each.kill()
                each.start()

    # --- what is due

    def _due(self) -> Errand | None:
        round_ = Round.objects.filter(parent=None).first()
        if round_ is None:
            return self._open
        if Job.objects.filter(state__in=LIVE_STATES).exists():
            return self._wait
        if round_.state in CALCULATING:
            verb, on = CALCULATING[round_.state]
            path = f"rounds/{round_.pk}/{verb}/"
            return lambda: self.ask(Role.MAKER, PROVINCE, path, on=on)
        if round_.state == RoundState.CLOSED:
            return next(self.afterwards(self), None)
        return next(self._at_the_counties(round_), self._wait)

    def _at_the_counties(self, round_: Round) -> Iterator[Errand]:
        for batch in Batch.objects.order_by("id").select_related(
            "organisation", "round__version"
        ):
            yield from self._second_thoughts(batch)
            if batch.state in NEXT_STEP:
                yield lambda batch=batch: self._sign(batch)  # type: ignore[misc]
        if self._mail():
            yield self._collect
        if Batch.objects.filter(state=BatchState.INSTRUCTED).exists():
            yield self._wait
        yield from self._returned(round_)
        if sample_of(round_) is None:
            yield lambda: self.by_hand("draw")
        if items_waiting(round_).exists():
            yield lambda: call_everybody(round_)
        yield lambda: self.ask(
            Role.MAKER, PROVINCE, f"rounds/{round_.pk}/close/", on=AFTER_NOTICE
        )

    def _second_thoughts(self, batch: Batch) -> Iterator[Errand]:
        """On the first list of Gulou: one is held and resumed, one taken off, and the
        list is sent back once.
        """
        is_first = batch.organisation.code == COUNTY and batch.kind == BatchKind.MAIN
        if not is_first or batch.state not in {"drafted", "submitted"}:
            return
        lines = list(Payment.objects.filter(batch=batch).order_by("id"))
        acts = set(AuditEntry.objects.values_list("verb", flat=True))
        for verb, line in (
            ("hold", lines[0]),
            ("resume", lines[0]),
            ("withdraw", lines[1]),
        ):
            if f"{verb}_payment" not in acts:
                yield lambda verb=verb, line=line: self.ask(  # type: ignore[misc]
                    Role.APPROVER, COUNTY, f"payments/{line.pk}/{verb}/", reason="核对"
                )
        if batch.state == BatchState.SUBMITTED and batch.cycle == 1:
            yield lambda: self.ask(
                Role.CHECKER,
                COUNTY,
                f"batches/{batch.pk}/send-back/",
                reason="再核",
                digest=batch.digest,
            )

    def _returned(self, round_: Round) -> Iterator[Errand]:
        """The first that came back is ended, the others get another card, once."""
        came_back = last_payments(round_).filter(state=PaymentState.RETURNED)
        for payment in came_back.select_related("claim__payee", "batch").order_by("id"):
            union_ = payment.batch.organisation.code
            is_ended = AuditEntry.objects.filter(verb="end_payment").exists()
            if payment.attempt > 1 or not is_ended:
                path = f"payments/{payment.pk}/end/"
                yield lambda path=path, at=union_: self.ask(  # type: ignore[misc]
                    Role.MAKER, at, path, reason="unreachable"
                )
            else:
                yield lambda one=payment: self._pay_again(one)  # type: ignore[misc]

    # --- errands

    def _open(self) -> None:
        version = SchemeVersion.objects.get()
        self.ask(
            Role.MAKER,
            PROVINCE,
            f"schemes/{version.pk}/open/",
            on=ON,
            organisation=str(union(PROVINCE).pk),
            period=str(Period.objects.get().pk),
            as_of=AS_OF.isoformat(),
        )

    def _sign(self, batch: Batch) -> None:
        step = NEXT_STEP[batch.state]
        signer = Cast(AFTER_NOTICE).signer(batch, step)
        verb = "submit" if step is SUBMIT else step.action
        self.click(
            User.objects.get(pk=signer.user_id or 0),
            f"batches/{batch.pk}/{verb}/",
            on=AFTER_NOTICE,
            digest=batch.digest,
            typed=payable(batch) if verb == "instruct" else "",
        )

    def _collect(self) -> None:
        """Taijiang's payer collects at the browser, the rest is the worker's."""
        acts = AuditEntry.objects.filter(verb="import_return")
        if not acts.exists():
            self.ask(Role.PAYER, COUNTY, "bank-files/")
            return
        with transaction.atomic():
            arguments = {"on": AFTER_NOTICE.isoformat()}
            enqueue(kind=COLLECT_JOB, key="faults", arguments=arguments, by=SYSTEM)

    def _pay_again(self, payment: Payment) -> None:
        give_account(payment)
        first = Batch.objects.get(pk=payment.batch_id)
        path = f"batches/{first.pk}/follow-up/"
        self.ask(Role.MAKER, first.organisation.code, path)

    def _wait(self) -> None:
        time.sleep(PAUSE_SECONDS)

    def _mail(self) -> bool:
        inbox = self.ground.bank_folder / "inbox"
        return inbox.is_dir() and any(inbox.glob("[!.]*.*"))

    # --- at the browser

    def ask(
        self, role: Role, at: str, path: str, *, on: date = AFTER_NOTICE, **fields: str
    ) -> int:
        organisation = Organisation.objects.get(code=at)
        holder = Cast(on).holder(role, organisation)
        return self.click(
            User.objects.get(pk=holder.user_id or 0), path, on=on, **fields
        )

    def click(self, user: User, path: str, *, on: date, **fields: str) -> int:
        """Post a form; the status of the answer, 0 when none came."""
        headers = {
            "Cookie": f"sessionid={self._session(user)}; csrftoken={TOKEN}",
            "X-CSRFToken": TOKEN,
            "X-Business-Date": on.isoformat(),
        }
        whole = path if path.startswith("/") else f"/staff/assistance/{path}"
        return self._post(whole, fields, headers)

    def by_hand(self, act: str) -> int:
        """Have the web server carry out an act that has no page."""
        return self._post(f"/by-hand/{act}", {}, {})

    def _post(self, path: str, fields: dict[str, str], headers: dict[str, str]) -> int:
        request = urllib.request.Request(  # noqa: S310
            self.web.address + path,
            data=urllib.parse.urlencode(fields).encode(),
            headers=headers,
        )
        status = answered(request)
        self._last = f"{status} from {path} {fields}"
        assert status != HTTPStatus.INTERNAL_SERVER_ERROR, f"500 from {path}"
        if status != HTTPStatus.FOUND:
            time.sleep(PAUSE_SECONDS)
        return status

    def _session(self, user: User) -> str:
        if user.pk not in self._sessions:
            store = import_module(settings.SESSION_ENGINE).SessionStore()
            store[SESSION_KEY] = str(user.pk)
            store[BACKEND_SESSION_KEY] = STAFF_BACKEND
            store[HASH_SESSION_KEY] = user.get_session_auth_hash()
            store.set_expiry(SESSION_SECONDS)
            store.save()
            self._sessions[user.pk] = str(store.session_key)
        return self._sessions[user.pk]

    def _notice_progress(self) -> None:
        """Note when the books moved: an act recorded, a job taken up or ended."""
        ended = Count("pk", filter=Q(state=JobState.DONE))
        jobs = Job.objects.aggregate(Sum("attempt_count"), ended=ended)
        moved = AuditEntry.objects.count(), *jobs.values()
        if moved != self._moved:
            self.progress.append(time.monotonic())
        self._moved = moved

    def _where(self) -> str:
        rounds = list(Round.objects.values_list("state", flat=True))
        batches = list(Batch.objects.values_list("number", "state"))
        jobs = Job.objects.exclude(state="done")
        work = [str(vars(one)) for one in jobs]
        return json.dumps([self._last, rounds, batches, work], ensure_ascii=False)


CALCULATING: dict[str, tuple[str, date]] = {
    RoundState.OPENED: ("compute", ON),
    RoundState.COMPUTED: ("publish", ON),
    RoundState.NOTICED: ("release", AFTER_NOTICE),
}


class _Stay(urllib.request.HTTPRedirectHandler):
    """A click ends with its own answer."""

    def redirect_request(self, *_answer: object) -> None:
        return None


_OPENER = urllib.request.build_opener(_Stay)


def answered(request: urllib.request.Request) -> int:
    """The status of an answer; 0 when the line was cut before it."""
    try:
        with _OPENER.open(request, timeout=ANSWER_SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except (OSError, HTTPException):
        return 0


def payable(batch: Batch) -> str:
    """What the payer is asked to type: the list without those taken off."""
    found = BatchFunding.objects.filter(batch=batch).aggregate(
        amount=Sum("amount"), withdrawn=Sum("withdrawn_amount")
    )
    return str(found["amount"] - found["withdrawn"])


def give_account(payment: Payment) -> None:
    """The payee gives another card, the same in every run; a colleague checks it."""
    person = payment.claim.payee
    used = BankAccount.objects.get(pk=payment.account_id).version
    if BankAccount.objects.filter(person=person, version__gt=used).exists():
        return
    bank_name, number = Identifiers(seeded(SEED, "card", person.pk, used)).card()
    checker = Cast(AFTER_NOTICE).holder(Role.CHECKER, person.organisation)
    with transaction.atomic():
        account = open_account(
            person_id=person.pk,
            bank_name=bank_name,
            number=number,
            holder_name=person.name,
            on=AFTER_NOTICE,
            by=SYSTEM,
        )
        verify_account(account_id=account.pk, on=AFTER_NOTICE, by=checker)
