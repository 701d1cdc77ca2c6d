"""Every scheme that is shipped walks its whole round once: from its text to the bank.

A new file in `assistance/schemes/` is walked too. Who applies has everything that the
first eligible example says, and a household on file besides.
"""

from datetime import date, timedelta
from decimal import Decimal
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Sum

from assistance.actions.application_drafts import (
    Statement,
    add_aid_evidence,
    save_aid_answers,
    start_aid_application,
)
from assistance.actions.applications import submit_aid_application
from assistance.actions.batches import approve_batch, check_batch, submit_batch
from assistance.actions.certificates import close_round
from assistance.actions.computations import compute_round
from assistance.actions.disbursements import instruct_batch, write_instruction
from assistance.actions.dossiers import DossierEntry, register_dossier
from assistance.actions.intake import accept_aid_application
from assistance.actions.notices import publish_round_notice
from assistance.actions.releases import release_round
from assistance.actions.returns import import_return
from assistance.actions.rounds import open_round
from assistance.actions.schemes import publish_scheme_version, save_scheme_version
from assistance.actions.windows import open_aid_window
from assistance.enums import Outcome
from assistance.models import AidApplication, Payment, Period, Round, SchemeVersion
from assistance.queries.ledger import ledger_proof
from assistance.queries.rounds import current_determinations, notice_end_of
from assistance.queries.schemes import SHIPPED, reading_of, scheme_of
from assistance.rules.scheme import Scheme
from members.actions.membership import admit_member
from members.actions.person import PersonEntry, register_person
from members.actions.post import appoint
from members.enums import Role, TargetGroup
from members.models import Person
from members.queries.post import actor_of
from tests.assistance.applying import photo
from tests.assistance.builders import (
    COUNTY,
    ON_THE_LINE,
    account,
    fund_sources,
    id_number,
    staff_user,
    standard,
    union,
    worker,
)
from tests.assistance.paying import answer_to, batch_of, fund, paying_account
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.errors import Refusal

pytestmark = pytest.mark.django_db

LONG_AGO = date(2012, 1, 1)
FILES = sorted(SHIPPED.glob("*.yaml"))
HOME = "360102"  # in another province than the union


def published(path: Path) -> SchemeVersion:
    """The file's version, after those it follows."""
    code = reading_of(path.read_text(encoding="utf-8")).scheme.code
    versions = [
        one
        for one in FILES
        if reading_of(one.read_text(encoding="utf-8")).scheme.code == code
    ]
    last = None
    for one in [*takewhile(lambda each: each != path, versions), path]:
        text = one.read_text(encoding="utf-8")
        draft = save_scheme_version(source=text, on=LONG_AGO, by=SYSTEM)
        last = publish_scheme_version(version_id=draft.pk, on=LONG_AGO, by=SYSTEM)
    assert last is not None
    return last


def year_of(scheme: Scheme) -> int:
    """A year in which the version is in force."""
    latest = scheme.valid_to.year if scheme.valid_to else 2025
    return min(max(2025, scheme.valid_from.year), latest)


def period_of(year: int) -> Period:
    return Period.objects.create(
        code=f"{year}-walk",
        title=f"{year}年",
        year=year,
        starts_on=date(year, 1, 1),
        ends_on=date(year, 12, 31),
    )


def someone(year: int) -> Person:
    """A member from elsewhere with a card, and a household on file."""
    entry = PersonEntry(
        name="林大山",
        id_number=id_number(),
        organisation_id=union().pk,
        division_code=HOME,
    )
    who = register_person(entry=entry, on=LONG_AGO, by=SYSTEM).person
    who.target_groups = [TargetGroup.MIGRANT]
    who.save(update_fields=["target_groups"])
    admit_member(
        person_id=who.pk,
        organisation_id=who.organisation_id,
        document="入会申请书",
        on=LONG_AGO,
        by=SYSTEM,
    )
    account(who)
    standard(since=date(year, 1, 1))
    register_dossier(
        entry=DossierEntry(
            principal_id=who.pk,
            division_code=COUNTY,
            keeper_id=union().pk,
            facts=ON_THE_LINE,
            applied_on=date(year, 1, 1),
            approved_on=date(year, 1, 1),
        ),
        on=date(year, 1, 1),
        by=SYSTEM,
    )
    return who


def applied(version: SchemeVersion, who: Person, period: Period) -> date:
    """Called for, filled in, handed in and accepted; the day it closed."""
    scheme = scheme_of(version)
    assert scheme.form is not None
    opened = open_aid_window(
        version_id=version.pk,
        organisation_id=union().pk,
        period_id=period.pk,
        phone="0591-87654321",
        hours="工作日 9:00–17:00",
        on=period.starts_on,
        by=SYSTEM,
    )
    by, on = worker(who), opened.closes_on
    draft = start_aid_application(
        window_id=opened.pk, applicant_id=who.pk, on=on, by=by
    )
    save_aid_answers(
        application_id=draft.pk, statement=statement(scheme, who), on=on, by=by
    )
    for item in scheme.form.asked:
        add_aid_evidence(
            application_id=draft.pk, item=item.code, papers=photo(), on=on, by=by
        )
    submit_aid_application(application_id=draft.pk, agreed=True, on=on, by=by)
    accept_aid_application(application_id=draft.pk, on=on, by=SYSTEM)
    return on


def statement(scheme: Scheme, who: Person) -> Statement:
    """The answers of the first eligible example; what it leaves open is a text."""
    example = next(one for one in scheme.examples if one.outcome is Outcome.ELIGIBLE)
    assert scheme.form is not None
    said = {
        field.code: example.facts.get(field.code, "甲一二三")
        for field in scheme.form.fields
    }
    if scheme.form.beneficiary == "child":
        number = id_number(born=date(2007, 2, 3))
        return Statement(subject_name="林小山", id_number=number, answers=said)
    return Statement(subject_name=who.name, id_number=who.id_number or "", answers=said)


def signed(round_: Round, on: date) -> None:
    """Checked, approved and paid by four persons; the bank says yes."""
    batch = batch_of(round_)
    for step, role in (
        (submit_batch, Role.MAKER),
        (check_batch, Role.CHECKER),
        (approve_batch, Role.APPROVER),
    ):
        step(
            batch_id=batch.pk,
            digest=batch.digest,
            comment="",
            by=officer(role, on),
            on=on,
        )
    bank_file = instruct_batch(
        batch_id=batch.pk, digest=batch.digest, by=officer(Role.PAYER, on), on=on
    )
    write_instruction(bank_file_id=bank_file.pk, by=SYSTEM, on=on)
    import_return(content=answer_to(batch_of(round_)), name="HP.txt", by=SYSTEM, on=on)


def officer(role: Role, on: date) -> Actor:
    user = staff_user()
    appoint(
        user_id=user.pk,
        organisation_id=union().pk,
        role=role,
        on=LONG_AGO,
        by=SYSTEM,
    )
    return actor_of(user, on=on)


def day_after_the_notice(round_: Round, on: date) -> date:
    """Published on a day; the first day on which it is over."""
    publish_round_notice(round_id=round_.pk, on=on, by=SYSTEM)
    last_day = notice_end_of(round_)
    assert last_day is not None
    return last_day + timedelta(days=1)


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def version(request: pytest.FixtureRequest) -> SchemeVersion:
    fund_sources()
    return published(request.param)


def test_a_shipped_scheme_is_paid_from_its_text_to_the_bank(
    version: SchemeVersion,
) -> None:
    scheme = scheme_of(version)
    period = period_of(year_of(scheme))
    who = someone(period.year)
    as_of = applied(version, who, period) if scheme.form else period.ends_on
    opened = open_round(
        version_id=version.pk,
        organisation_id=union(COUNTY).pk,
        period_id=period.pk,
        as_of=as_of,
        on=as_of,
        by=SYSTEM,
    )
    round_ = compute_round(round_id=opened.pk, on=as_of, by=SYSTEM)
    answer = current_determinations(round_).get()
    assert (answer.outcome, answer.clause, answer.missing_fact) == ("eligible", "", "")
    due = answer.decided_amount
    paying_on = as_of + timedelta(days=1)
    rule = scheme.notice
    if rule is not None and not rule.is_after:
        paying_on = day_after_the_notice(round_, as_of)
    release_round(round_id=round_.pk, on=paying_on, by=SYSTEM)
    paying_account()
    fund("20000.00")
    signed(round_, paying_on)

    payment = Payment.objects.get(claim__round=round_)
    assert (payment.state, payment.amount) == ("paid", due)
    assert Payment.objects.aggregate(paid=Sum("amount"))["paid"] == due
    assert ledger_proof(round_).problems == ()
    assert AidApplication.objects.count() == (1 if scheme.form else 0)
    assert due is not None
    assert due > Decimal(0)
    if rule is not None and rule.is_after:
        keys: dict[str, Any] = {"round_id": round_.pk, "by": SYSTEM}
        with pytest.raises(Refusal, match="先发放、后公示"):
            close_round(on=paying_on, **keys)
        over = day_after_the_notice(round_, paying_on)
        with pytest.raises(Refusal, match="期满之后才能办结"):
            close_round(on=over - timedelta(days=1), **keys)
        with pytest.raises(Refusal, match="抽"):
            close_round(on=over, **keys)
