"""Ways into the demonstration: one post of each kind, one worker in each situation."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet

from assistance.enums import Outcome, PaymentState, RoundState
from assistance.models import Determination, HouseholdDossier, Payment
from members.enums import AccountState, Role
from members.models import BankAccount, Organisation, Person, Post
from members.queries.organisation import ancestors_of
from unionportal.demo.staff import PROVINCE_LETTERS

STAFF_PATH, WORKER_PATH, API_PATH = (
    "/staff/login/",
    "/login/",
    "/api/v1/schema/swagger/",
)
CODE_PLACE = "短信验证码见 {log}"


@dataclass(frozen=True, kw_only=True)
class Login:
    """A way into the demonstration, printed at every start."""

    who: str
    username: str
    password: str
    path: str


def keep_client(client_id: str, secret: str, name: str) -> None:
    """Remember the secret of the demonstration's client: the database has its hash."""
    path = _client_file()
    path.touch(mode=0o600)
    path.write_text(json.dumps({"id": client_id, "secret": secret, "name": name}))


def logins() -> list[Login]:
    """Everything to print; empty outside a demonstration or before it is loaded."""
    if not settings.DEMONSTRATION or not HouseholdDossier.objects.exists():
        return []
    return [*_staff(), *_workers(), *_clients()]


def _client_file() -> Path:
    return Path(settings.VAR_DIR) / "demo-client.json"


def _staff() -> Iterator[Login]:
    """The province's posts, one city's, and those of the county that pays most."""
    letters = PROVINCE_LETTERS.get(settings.DEMO_PROVINCE, "")
    posts = Post.objects.select_related("user", "organisation").order_by("id")
    province = posts.filter(user__username__startswith=f"{letters}-")
    county = _busiest_county()
    shown = [
        *province,
        *posts.filter(
            organisation__in=ancestors_of(county.path), organisation__depth=2
        ),
        *posts.filter(organisation=county),
    ]
    for post in shown:
        yield Login(
            who=f"{post.organisation.short_name} {Role(post.role).label} {post.user.name}",
            username=post.user.username,
            password=settings.DEMO_PASSWORD,
            path=STAFF_PATH,
        )


def _busiest_county() -> Organisation:
    """Where the latest batches wait, else where the first dossier lies."""
    latest = Payment.objects.order_by("-id").select_related("batch__organisation")
    payment = latest.first()
    if payment is not None:
        return payment.batch.organisation
    return HouseholdDossier.objects.select_related("organisation")[0].organisation


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
    returned = payments.filter(state=PaymentState.RETURNED)
    given = BankAccount.objects.filter(state=AccountState.PENDING, version__gt=1)
    waiting = returned.exclude(claim__payee__in=given.values("person"))
    yield "退回，等新的收款账户", _payee(waiting)
    yield (
        "已登记新卡，等核验",
        _payee(returned.filter(claim__payee__in=given.values("person"))),
    )
    yield "待发放", _payee(payments.filter(state=PaymentState.PLANNED))
    yield "有人提出异议，暂缓", _payee(payments.filter(state=PaymentState.HELD))
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
    if path.exists():
        kept = json.loads(path.read_text())
        yield Login(
            who=f"接口客户端 {kept['name']}",
            username=kept["id"],
            password=kept["secret"],
            path=API_PATH,
        )
