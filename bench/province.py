"""A province of households for the rows: invented set-wise, and led to a named step."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import connection

from assistance.actions.batches import (
    approve_batch,
    check_batch,
    endorse_batch,
    submit_batch,
)
from assistance.actions.computations import compute_round
from assistance.actions.disbursements import instruct_batch
from assistance.actions.funds import receive_funds
from assistance.actions.notices import publish_round_notice
from assistance.actions.releases import release_round
from assistance.actions.rounds import open_round
from assistance.actions.schemes import load_shipped_schemes
from assistance.enums import BatchState
from assistance.models import (
    BankFile,
    Batch,
    FundSource,
    PayingAccount,
    Period,
    Round,
    SchemeVersion,
)
from bench.scratch import run_as_owner
from members.enums import Role
from members.models import Organisation, Post, User
from members.queries.post import actor_of
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.secrets import seal

HERE = Path(__file__).resolve().parent
ON = date(2025, 12, 1)
PAID_ON = date(2025, 12, 22)  # after the notice
PROVINCE = "350000"
EVERYWHERE = 1000  # counties; more than there are
CARD = "6222021402001234567"
ID_NUMBER = "350102199001011234"


def populate(rows: int, *, counties: int = EVERYWHERE) -> SchemeVersion:
    """So many dossiers in so many counties, the sources and the scheme."""
    version = winter_warmth()
    verifier = User.objects.create(username="bench", name="核验人", is_staff=True)
    values: dict[str, Any] = {
        "rows": rows,
        "verifier": verifier.pk,
        "counties": counties,
        "card": seal(CARD, context="members.bankaccount.number"),
        "id_number": seal(ID_NUMBER, context="members.person.id_number"),
    }
    with connection.cursor() as cursor:
        cursor.execute((HERE / "population.sql").read_text("utf-8"), values)
    run_as_owner("VACUUM ANALYZE")
    return version


def winter_warmth() -> SchemeVersion:
    """The shipped winter warmth, published, with its sources."""
    for code in ("provincial_warmth", "county_own"):
        FundSource.objects.create(code=code, name=code, basis="基准")
    (version,) = (
        one
        for one in load_shipped_schemes(on=ON, by=SYSTEM)
        if one.scheme.code == "winter_warmth"
    )
    return version


def opened(version: SchemeVersion, turn: str = "") -> Round:
    """A round of a period of its own."""
    period, _ = Period.objects.get_or_create(
        code=f"bench-{turn}",
        defaults={
            "title": f"基准 {turn}",
            "year": ON.year,
            "starts_on": ON,
            "ends_on": ON,
        },
    )
    return open_round(
        version_id=version.pk,
        organisation_id=Organisation.objects.get(code=PROVINCE).pk,
        period_id=period.pk,
        as_of=ON,
        on=ON,
        by=SYSTEM,
    )


def noticed(version: SchemeVersion) -> Round:
    """A round computed and published; its notices are over on PAID_ON."""
    round_ = opened(version)
    compute_round(round_id=round_.pk, on=ON, by=SYSTEM)
    publish_round_notice(round_id=round_.pk, on=ON, by=SYSTEM)
    run_as_owner("VACUUM ANALYZE")
    round_.refresh_from_db()
    return round_


def released(version: SchemeVersion) -> Round:
    """A round frozen into its batches."""
    round_ = noticed(version)
    release_round(round_id=round_.pk, on=PAID_ON, by=SYSTEM)
    run_as_owner("VACUUM ANALYZE")
    round_.refresh_from_db()
    return round_


@dataclass(frozen=True, slots=True)
class Officers:
    """One person for each step at a union."""

    maker: Actor
    checker: Actor
    approver: Actor
    payer: Actor
    endorser: Actor


def officers_of(union: Organisation, above: Actor | None = None) -> Officers:
    """Four persons of a union, its paying account, and more money than it needs.

    Who endorses sits in the city above: a new one, or the one who is given.
    """
    own = FundSource.objects.get(code="county_own")
    receive_funds(
        organisation_id=union.pk,
        source_id=own.pk,
        amount=Decimal("1000000000.00"),
        document=f"基准 {union.code}",
        by=SYSTEM,
        on=ON,
    )
    PayingAccount.objects.create(
        organisation=union,
        bank_name="工商银行",
        number="1402020709001234567",
        layout="delimited_gbk",
    )
    return Officers(
        maker=holder(Role.MAKER, union),
        checker=holder(Role.CHECKER, union),
        approver=holder(Role.APPROVER, union),
        payer=holder(Role.PAYER, union),
        endorser=above or holder(Role.APPROVER, above_of(union)),
    )


def above_of(union: Organisation) -> Organisation:
    """The union one step up the tree."""
    return Organisation.objects.get(path=union.path[: -Organisation.steplen])


def holder(role: Role, union: Organisation) -> Actor:
    """A new member of staff in a post of a union."""
    name = f"{role}-{union.code}"
    user = User.objects.create(username=name, name=name, is_staff=True)
    Post.objects.create(user=user, organisation=union, role=role, starts_on=ON)
    return actor_of(user, on=PAID_ON)


def approved(batch: Batch, who: Officers) -> None:
    """Sign a batch as far as its approval, by the union above where that is needed."""
    for action, by in (
        (submit_batch, who.maker),
        (check_batch, who.checker),
        (approve_batch, who.approver),
        (endorse_batch, who.endorser),
    ):
        if batch.state != BatchState.APPROVED:
            batch = action(
                batch_id=batch.pk,
                digest=batch.digest,
                comment="基准",
                by=by,
                on=PAID_ON,
            )


def instructed(batch: Batch, who: Officers) -> BankFile:
    """Send an approved batch to the bank; its file is not written yet."""
    return instruct_batch(
        batch_id=batch.pk, digest=batch.digest, by=who.payer, on=PAID_ON
    )
