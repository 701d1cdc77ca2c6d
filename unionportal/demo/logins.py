"""Ways into the demonstration: one post of each kind, one worker in each situation."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from assistance.enums import (
    AidApplicationState,
    BatchState,
    Outcome,
    PaymentState,
    RoundState,
)
from assistance.models import (
    AidApplication,
    Batch,
    Determination,
    HouseholdDossier,
    Payment,
    Round,
)
from assistance.permissions.batches import NEXT_STEP
from members.actions.api_client import NewClient
from members.enums import AccountState, Role
from members.models import BankAccount, Person, Post, User
from unionportal.core.actor import Actor
from unionportal.demo.cast import Cast
from unionportal.demo.staff import PROVINCE_LETTERS

STAFF_PATH, WORKER_PATH, API_PATH = (
    "/staff/login/",
    "/login/",
    "/api/v1/docs/",
)
CODE_PLACE = "短信验证码见 {log}"


@dataclass(frozen=True, kw_only=True)
class Login:
    """A way into the demonstration, printed at every start."""

    who: str
    username: str
    password: str
    path: str


def keep_clients(made: Iterable[NewClient]) -> None:
    """Remember the secrets of the demonstration's clients: the database has hashes."""
    path = _client_file()
    path.touch(mode=0o600)
    kept = [
        {"id": one.client_id, "secret": one.secret, "name": one.api_client.name}
        for one in made
    ]
    path.write_text(json.dumps(kept))


def logins(*, on: date) -> list[Login]:
    """Everything to print; empty outside a demonstration or before it is loaded."""
    if not settings.DEMONSTRATION or not HouseholdDossier.objects.exists():
        return []
    return [*_province(), *_waited_for(on), *_workers(), *_clients()]


def _client_file() -> Path:
    return Path(settings.VAR_DIR) / "demo-clients.json"


def _province() -> Iterator[Login]:
    """Every post of the province's union."""
    letters = PROVINCE_LETTERS.get(settings.DEMO_PROVINCE, "")
    posts = Post.objects.select_related("user", "organisation").order_by("id")
    for post in posts.filter(user__username__startswith=f"{letters}-"):
        where = f"{post.organisation.short_name} {Role(post.role).label}"
        yield _staff(post.user.username, f"{where} {post.user.name}")


def _waited_for(on: date) -> Iterator[Login]:
    """Somebody for each step that waits: signatures, returned money, a new card."""
    cast = Cast(on)
    batches = Batch.objects.select_related("organisation", "round__version")
    for state, step in NEXT_STEP.items():
        batch = batches.filter(state=state).order_by("-id").first()
        if batch is not None:
            title = f"{batch.organisation.short_name} {BatchState(state).label}"
            yield from _held(cast.signer(batch, step), title)
    lacking = batches.filter(state=BatchState.SUBMITTED).exclude(
        organisation__posts__role=Role.CHECKER
    )
    for batch in lacking[:1]:
        signer = cast.signer(batch, NEXT_STEP[BatchState.SUBMITTED])
        yield from _held(signer, f"代审 {batch.organisation.short_name} 复核")
    computed = Round.objects.filter(state=RoundState.COMPUTED).order_by("-id")
    for round_ in computed.select_related("organisation")[:1]:
        maker = cast.holder(Role.MAKER, round_.organisation)
        yield from _held(maker, f"{round_.organisation.short_name} 经办 轮次待公示")
    doubtful = batches.filter(payment__state=PaymentState.IN_DOUBT).order_by("-id")
    for batch in doubtful[:1]:
        for role, word in ((Role.PAYER, "登记"), (Role.APPROVER, "确认")):
            holder = cast.holder(role, batch.organisation)
            title = f"{batch.organisation.short_name} {role.label} 银行答复不明待{word}"
            yield from _held(holder, title)
    returned = Payment.objects.filter(state=PaymentState.RETURNED).order_by("-id")
    for payment in returned.select_related("batch__organisation")[:1]:
        union = payment.batch.organisation
        maker = cast.holder(Role.MAKER, union)
        yield from _held(maker, f"{union.short_name} 经办 银行退回")


def _held(actor: Actor, who: str) -> Iterator[Login]:
    for user in User.objects.filter(pk__in=[actor.user_id or 0]):
        yield _staff(user.username, f"{who} {user.name}")


def _staff(username: str, who: str) -> Login:
    return Login(
        who=who, username=username, password=settings.DEMO_PASSWORD, path=STAFF_PATH
    )


def _workers() -> Iterator[Login]:
    code = CODE_PLACE.format(log=Path(settings.VAR_DIR) / "log" / "web.log")
    for who, person in _situations():
        if person is not None and person.phone:
            yield Login(
                who=f"职工 {person.name}（{who}）",
                username=person.phone,
                password=code,
                path=WORKER_PATH,
            )


def _situations() -> Iterator[tuple[str, Person | None]]:
    payments = Payment.objects.select_related("claim__payee").order_by("-id")
    paid_again = Payment.objects.filter(
        year=OuterRef("year"), claim=OuterRef("claim"), attempt__gt=OuterRef("attempt")
    )
    returned = payments.filter(~Exists(paid_again), state=PaymentState.RETURNED)
    given = BankAccount.objects.filter(state=AccountState.PENDING, version__gt=1)
    waiting = returned.exclude(claim__payee__in=given.values("person"))
    yield "退回，等新的收款账户", _payee(waiting)
    yield (
        "已登记新卡，等核验",
        _payee(returned.filter(claim__payee__in=given.values("person"))),
    )
    yield "待发放", _payee(payments.filter(state=PaymentState.PLANNED))
    yield (
        "有人提出异议，暂缓",
        _payee(payments.filter(state=PaymentState.HELD, reason_code="")),
    )
    yield (
        "收款账户停用，暂缓",
        _payee(payments.filter(state=PaymentState.HELD).exclude(reason_code="")),
    )
    applied = AidApplication.objects.select_related("applicant").order_by("-id")
    for state, words in (
        (AidApplicationState.ASKED, "申请待补材料"),
        (AidApplicationState.REFUSED, "申请没有受理"),
    ):
        asked = applied.filter(state=state).first()
        yield words, asked.applicant if asked else None
    yield "已到账", _payee(payments.filter(state=PaymentState.PAID))
    standing = Determination.objects.filter(superseded_by=None).order_by("-id")
    yield (
        "名单公示中",
        _subject(
            standing.filter(outcome=Outcome.ELIGIBLE, round__state=RoundState.NOTICED)
        ),
    )
    yield "缺材料", _subject(standing.filter(outcome=Outcome.UNKNOWN))
    yield "不符合条件", _subject(standing.filter(outcome=Outcome.INELIGIBLE))


def _payee(payments: QuerySet[Payment]) -> Person | None:
    payment = payments.first()
    return payment.claim.payee if payment else None


def _subject(determinations: QuerySet[Determination]) -> Person | None:
    """The payee; shown to the worker only once the list was published."""
    shown = determinations.exclude(
        round__state__in=(RoundState.OPENED, RoundState.COMPUTED)
    )
    found = shown.select_related("payee").first()
    return found.payee if found else None


def _clients() -> Iterator[Login]:
    path = _client_file()
    for one in json.loads(path.read_text()) if path.exists() else ():
        yield Login(
            who=f"接口客户端 {one['name']}",
            username=one["id"],
            password=one["secret"],
            path=API_PATH,
        )
