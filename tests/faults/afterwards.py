"""After the round: a new version of its scheme, a roster handed in, the month at the bank.

Like the round's own steps: whoever is due looks at what is stored and clicks.
"""

from collections.abc import Iterator

from django.db import transaction

from assistance.actions.schemes import save_scheme_version
from assistance.actions.statements import COLLECT_STATEMENTS_JOB
from assistance.enums import MatchMethod, ReconciliationState
from assistance.models import (
    BankStatement,
    FundSource,
    Match,
    OpeningBalance,
    PayingAccount,
    Reconciliation,
    SchemeVersion,
    StatementLine,
)
from assistance.queries.matches import lines_open
from assistance.queries.reconciliations import items_of
from members.enums import Role
from members.models import Organisation
from tests.assistance.builders import COUNTY, winter_text
from tests.faults.people import Errand, People
from tests.faults.tellers import AFTER_MONTH as DAY
from tests.faults.tellers import BEFORE_FEN, lay_statement
from unionportal.core.actor import SYSTEM
from unionportal.core.jobs import enqueue
from unionportal.core.models.audit import AuditEntry
from unionportal.core.models.upload import Upload, UploadState
from unionportal.core.uploads.steps import receive_upload
from unionportal.demo.cast import Cast

ROSTER = """姓名,身份证号,性别,手机号,工会代码,户籍区划代码,开户行,银行卡号
林小满,11010519491231002X,女,13800138000,350102,350102,中国工商银行鼓楼支行,6222020299999999996
"""


def errands(people: People) -> Iterator[Errand]:
    """What is due after the round, the first of it first; nothing once all is done."""
    yield from _scheme(people)
    yield from _roster(people)
    yield from _statement(people)
    yield from _matches(people)
    yield from _month(people)


def _scheme(people: People) -> Iterator[Errand]:
    second = SchemeVersion.objects.filter(number=2).first()
    if second is None:
        text = winter_text({"version: 1\n": "version: 2\n"})
        yield lambda: save_scheme_version(source=text, on=DAY, by=SYSTEM)
    elif second.state == "draft":
        yield lambda: people.by_hand("publish")


def _roster(people: People) -> Iterator[Errand]:
    upload = Upload.objects.defer("content").first()
    if upload is None:
        yield _hand_in
    elif upload.state == UploadState.CHECKED:
        assert upload.new_count == 1, (upload.wrong_count, upload.note)
        yield lambda: people.ask(
            Role.MAKER, COUNTY, f"/staff/imports/{upload.pk}/confirm/", on=DAY
        )
    else:
        assert upload.state == UploadState.APPLIED, (upload.state, upload.problem)


def _hand_in() -> None:
    maker = Cast(DAY).holder(Role.MAKER, Organisation.objects.get(code=COUNTY))
    receive_upload(
        kind="people", name="名册.csv", content=ROSTER.encode(), on=DAY, by=maker
    )


def _statement(people: People) -> Iterator[Errand]:
    folder = people.ground.bank_folder
    if not any((folder / "statements").glob("[!.]*.*")):
        if not BankStatement.objects.exists():
            yield lambda: lay_statement(folder)
        return
    yield _collect


def _collect() -> None:
    with transaction.atomic():
        enqueue(
            kind=COLLECT_STATEMENTS_JOB,
            key="faults",
            arguments={"on": DAY.isoformat()},
            by=SYSTEM,
        )


def _matches(people: People) -> Iterator[Errand]:
    """Match again, take one match back, confirm it by hand, enter the interest."""
    month = Reconciliation.objects.get()
    acts = set(AuditEntry.objects.values_list("verb", flat=True))
    first = Match.objects.filter(method=MatchMethod.REFERENCE).earliest("id")
    line = f"statement-lines/{first.line_id}"
    source = FundSource.objects.get(code="county_own")
    if "match_statement" not in acts:
        yield _of_month(people, month, "match", Role.PAYER)
    if "undo_match" not in acts:
        yield lambda: people.ask(
            Role.PAYER, COUNTY, f"{line}/undo/", on=DAY, reason="再核"
        )
    if "confirm_matches" not in acts:
        movement = str(first.movement_id)
        yield lambda: people.ask(
            Role.PAYER, COUNTY, f"{line}/confirm/", on=DAY, movement=movement
        )
    for each in lines_open(month.paying_account).filter(kind="interest"):
        yield lambda each=each: people.ask(  # type: ignore[misc]
            Role.PAYER,
            COUNTY,
            f"statement-lines/{each.pk}/enter/",
            on=DAY,
            source=str(source.pk),
        )


def _month(people: People) -> Iterator[Errand]:
    """The month is signed twice: sent back once, and once opened again."""
    month = Reconciliation.objects.get()
    acts = set(AuditEntry.objects.values_list("verb", flat=True))
    if month.state == ReconciliationState.OPEN:
        if not OpeningBalance.objects.exists():
            amount = f"{BEFORE_FEN / 100:.2f}"
            yield _of_month(
                people, month, "opening", Role.APPROVER, amount=amount, document="旧账"
            )
        for item in items_of(month):
            if not item.explanation:
                which = {"line": item.line_id, "movement": item.movement_id}
                named = {name: str(key) for name, key in which.items() if key}
                yield _of_month(
                    people, month, "explain", Role.MAKER, note="次月入账", **named
                )
        yield _of_month(people, month, "prepare", Role.MAKER)
    elif month.state == ReconciliationState.PREPARED:
        if "return_reconciliation" not in acts:
            yield _of_month(people, month, "return", Role.CHECKER, reason="再核")
        yield _of_month(people, month, "close", Role.CHECKER, digest=month.digest)
    elif "reopen_reconciliation" not in acts:
        yield _of_month(people, month, "reopen", Role.APPROVER, reason="补记一笔")


def _of_month(
    people: People, month: Reconciliation, verb: str, role: Role, **fields: str
) -> Errand:
    path = f"reconciliations/{month.pk}/{verb}/"
    return lambda: people.ask(role, COUNTY, path, on=DAY, **fields)


def months_books() -> dict[str, object]:
    """What it came to, for the fingerprint."""
    return {
        "months": list(
            Reconciliation.objects.order_by("id").values_list(
                "state", "item_count", "bank_balance", "book_balance", "opening"
            )
        ),
        "matches": sorted(
            Match.objects.filter(undone_on=None).values_list("method", "line_amount")
        ),
        "lines": StatementLine.objects.count(),
        "accounts": PayingAccount.objects.count(),
        "uploads": list(Upload.objects.values_list("state", "new_count")),
        "schemes": sorted(SchemeVersion.objects.values_list("number", "state")),
    }
