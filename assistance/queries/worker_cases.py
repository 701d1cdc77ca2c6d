"""What a worker's matter is told from: his answers with notice, batch and payment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from assistance.enums import (
    ACCOUNT_CHANGED,
    BatchState,
    Outcome,
    PaymentState,
    RoundState,
    SubjectKind,
)
from assistance.models import Batch, Determination, HouseholdDossier, Payment
from assistance.queries.payees import latest_attempts
from assistance.queries.subjects import subject_names
from assistance.rules.answers import return_in_words
from members.enums import AccountState, NoticeState
from members.models import BankAccount, Notice, NoticeLine
from members.queries.notice import lines_held

ROUND_KIND = "assistance.round"
DETERMINATION_KIND = "assistance.determination"
_SHOWN = (RoundState.NOTICED, RoundState.RELEASED, RoundState.CLOSED)
HOLDERS: dict[str, str] = {
    BatchState.DRAFTED: "经办人员",
    BatchState.SUBMITTED: "复核人员",
    BatchState.CHECKED: "审批人员",
    BatchState.ENDORSING: "上级工会审批人员",
    BatchState.APPROVED: "出纳人员",
    BatchState.INSTRUCTED: "银行",
}


@dataclass(frozen=True, slots=True)
class NoticeSeen:
    """The notice the worker stands on, and until when anybody may object."""

    notice_id: int
    line_id: int | None
    ends_on: date
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentSeen:
    """The latest attempt to pay, and what a return asks of the worker."""

    payment_id: int
    state: str
    state_label: str
    amount: Decimal
    attempt: int
    account_last4: str
    settled_on: date | None
    returned_because: str
    may_give_account: bool
    awaits_check: bool
    is_stopped: bool = False
    """Held because the account changed after the list was approved."""


@dataclass(frozen=True, slots=True)
class Case:
    """Everything a matter is told from; `subject` is the name of a person it is about."""

    determination: Determination
    subject: str
    dossier: HouseholdDossier | None
    notice: NoticeSeen | None
    batch: Batch | None
    payment: PaymentSeen | None
    is_shown: bool
    is_doubted: bool
    card: str

    @property
    def is_eligible(self) -> bool:
        return self.is_shown and self.determination.outcome == Outcome.ELIGIBLE

    @property
    def is_unknown(self) -> bool:
        return self.determination.outcome == Outcome.UNKNOWN

    @property
    def lacks_card(self) -> bool:
        return self.determination.missing_fact == "account_verified"

    @property
    def union(self) -> str:
        return self.determination.organisation.name

    @property
    def is_refused(self) -> bool:
        return self.is_shown and self.determination.outcome == Outcome.INELIGIBLE


def cases_of(person_id: int, rows: list[Determination], on: date) -> Iterable[Case]:
    """Everything each answer of a worker is told from."""
    dossiers = {
        dossier.pk: dossier
        for dossier in HouseholdDossier.objects.filter(
            principal_id=person_id
        ).select_related("keeper")
    }
    notices = _notices(rows, on)
    payments = latest_attempts(rows)
    accounts = list(BankAccount.objects.filter(person_id=person_id))
    published = [key for row in rows for key in (row.pk, row.supersedes) if key]
    held = lines_held(DETERMINATION_KIND).filter(about_id__in=published)
    names = subject_names(rows)
    doubted = set(held.values_list("about_id", flat=True))
    for row in rows:
        payment = payments.get(row.pk)
        yield Case(
            determination=row,
            subject=names.get(row.subject_id, "") if is_about_person(row) else "",
            dossier=None if is_about_person(row) else dossiers.get(row.subject_id),
            notice=notices.get(row.pk),
            batch=payment.batch if payment else None,
            payment=_payment_seen(payment, accounts) if payment else None,
            is_shown=row.round.state in _SHOWN,
            is_doubted=bool(doubted & {row.pk, row.supersedes}),
            card=_card_state(accounts),
        )


def is_about_person(row: Determination) -> bool:
    return row.subject_kind == SubjectKind.PERSON


def _card_state(accounts: list[BankAccount]) -> str:
    """The furthest that one of a worker's cards has come; empty without a card."""
    states = {account.state for account in accounts}
    wanted = (AccountState.VERIFIED, AccountState.PENDING)
    return next((str(state) for state in wanted if state in states), "")


def _notices(rows: list[Determination], on: date) -> dict[int, NoticeSeen]:
    # Published under its own number, or under that of the answer it replaced.
    standing = {row.supersedes: row.pk for row in rows if row.supersedes}
    standing |= {row.pk: row.pk for row in rows}
    lines = NoticeLine.objects.filter(
        about_kind=DETERMINATION_KIND, about_id__in=standing
    )
    lines = lines.select_related("notice").order_by(
        "notice_id"
    )  # the latest one counts
    return {
        standing[line.about_id]: _notice_seen(line.notice, line, on)
        for line in lines
        if line.notice.state != NoticeState.CANCELLED
    }


def _notice_seen(notice: Notice, line: NoticeLine, on: date) -> NoticeSeen:
    is_open = notice.state == NoticeState.OPEN and on <= notice.ends_on
    return NoticeSeen(notice.pk, line.pk, notice.ends_on, is_open)


def _payment_seen(payment: Payment, accounts: list[BankAccount]) -> PaymentSeen:
    is_returned = payment.state == PaymentState.RETURNED
    is_stopped = payment.reason_code == ACCOUNT_CHANGED
    newer = [one for one in accounts if one.version > payment.account.version]
    awaits = any(one.state == AccountState.PENDING for one in newer)
    verified = any(one.state == AccountState.VERIFIED for one in newer)
    return PaymentSeen(
        payment_id=payment.pk,
        state=payment.state,
        state_label=payment.get_state_display(),
        amount=payment.amount,
        attempt=payment.attempt,
        account_last4=payment.account.number_last4,
        settled_on=payment.settled_on,
        returned_because=return_in_words(payment.reason_code) if is_returned else "",
        may_give_account=(is_returned or is_stopped) and not awaits and not verified,
        awaits_check=(is_returned or is_stopped) and awaits,
        is_stopped=is_stopped,
    )
