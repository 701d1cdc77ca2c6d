"""A second winter left standing in the middle, so that every post has something to do.

Four cities run their own rounds: in the first the batches wait at different posts, and
one is at a bank that does not say whether it paid; in the second the list is under public
notice, in the third it is computed, in the fourth everybody is paid and half asked.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import cycle

from django.db import connection, transaction
from django.db.models import QuerySet

from assistance.enums import ACCOUNT_CHANGED, PaymentState, RoundState
from assistance.models import Batch, HouseholdDossier, PayingAccount, Payment, Round
from assistance.permissions.batches import APPROVE, CHECK, PAY, SUBMIT, Step
from assistance.queries.rounds import last_payments
from members.actions.account import open_account, stop_account
from members.actions.notice import file_objection
from members.enums import AccountState, Role
from members.models import Notice, NoticeLine, Organisation, Post
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.audit import record
from unionportal.core.calendar import is_working_day
from unionportal.core.uploads.evidence import read_evidence
from unionportal.demo.applications import load_applications
from unionportal.demo.chance import seeded
from unionportal.demo.dossier_intakes import load_dossier_intakes
from unionportal.demo.funding import fund_winter, register_winter
from unionportal.demo.half_verified import play_half_verified
from unionportal.demo.identity import Identifiers
from unionportal.demo.loading import bar
from unionportal.demo.memberships import load_matters
from unionportal.demo.messages import report_messages, shop_photo
from unionportal.demo.privacy import load_privacy
from unionportal.demo.staff import CHECKER
from unionportal.demo.trial import load_trial
from unionportal.demo.visits import load_visits
from unionportal.demo.walk import banking, opening, signing
from unionportal.demo.walk.bank import silent_batches, tell_fault
from unionportal.demo.walk.linking import link_directly
from unionportal.demo.walk.stage import ROUND_KIND, Plan, Stage
from unionportal.demo.walk.walker import stage_of

# Working days before today on which each city's round was opened.
OPENED_BEFORE = (14, 3, 0, 45)
# Where the first city's batches stop; in turn from the last, so that some are paid.
STOPS: tuple[tuple[Step, ...], ...] = (
    (),
    (SUBMIT,),
    (SUBMIT, CHECK),
    (SUBMIT, CHECK, APPROVE),
    (SUBMIT, CHECK, APPROVE, PAY),
)
OBJECTION = "听说这一户今年新开了一家店，请核实家庭收入。"

_RECHECK = """
    UPDATE assistance_householddossier AS dossier
    SET rechecked_on = greatest(
        dossier.approved_on, %s::date - 20 - (dossier.id %% 280)::integer)
    FROM assistance_householddossier AS same
    JOIN members_organisation AS organisation ON organisation.id = same.organisation_id
    WHERE dossier.id = same.id AND starts_with(organisation.path, %s)
      AND dossier.state = 'on_file' AND dossier.rechecked_on IS NOT NULL
      AND dossier.id %% 40 <> 0
"""


@dataclass(frozen=True, slots=True)
class Winter:
    """The coming winter as seen from today."""

    year: int
    today: date

    @property
    def period(self) -> str:
        return f"{self.year}-winter"


def coming_winter(today: date) -> Winter:
    """From July on, the next calendar year's; never one that is told already."""
    return Winter(max(2027, today.year + (today.month >= 7)), today)


def leave_in_the_middle(stage: Stage, winter: Winter) -> None:
    """Play the coming winter up to today; `stage` stands at the province."""
    root = stage.organisation
    register_winter(winter.year)
    recheck_register(root, winter.today)
    load_visits(root)
    started = working_days_before(winter.today, max(OPENED_BEFORE))
    with bar(f"{winter.year} 年资金下拨", 0, stage.stream) as advance:
        fund_winter(root, winter.year, on=started, advance=advance)
    plays = (_released, _noticed, _computed, play_half_verified)
    for city, before, play in zip(_cities(root), OPENED_BEFORE, plays, strict=False):
        on = working_days_before(winter.today, before)
        plan = replace(
            stage.plan, organisation=city.code, period=winter.period, as_of=on
        )
        play(_at(stage, plan))
    report_messages(root, on=working_days_before(winter.today, 1))
    load_matters(root, on=working_days_before(winter.today, 2), seed=stage.plan.seed)
    load_privacy(root, on=winter.today)
    applied_on = working_days_before(winter.today, 3)
    load_applications(root, on=applied_on, seed=stage.plan.seed)
    load_dossier_intakes(root, on=applied_on)
    load_trial(root, on=winter.today)


def _at(stage: Stage, plan: Plan) -> Stage:
    return stage_of(plan, engine=stage.engine, bank=stage.bank, stream=stage.stream)


def recheck_register(root: Organisation, today: date) -> None:
    """The yearly recheck of the register, set-wise; one dossier in forty is late."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_RECHECK, [today, root.path])
        record(
            by=SYSTEM,
            verb="recheck_register",
            subject=root,
            on=today,
            organisation_id=root.pk,
            changes={"dossiers": cursor.rowcount},
        )


def working_days_before(day: date, count: int) -> date:
    """The working day so many working days before a day (itself for none)."""
    while not is_working_day(day):
        day -= timedelta(days=1)
    while count:
        day -= timedelta(days=1)
        count -= is_working_day(day)
    return day


def _cities(root: Organisation) -> list[Organisation]:
    """Cities with dossiers; first the one whose smallest county lacks a checker."""
    paying = (
        HouseholdDossier.objects.filter(organisation__path__startswith=root.path)
        .order_by()
        .values("organisation_id")
        .distinct()
    )
    counties = Organisation.objects.filter(pk__in=paying, depth__gt=root.depth + 1)
    checked = Post.objects.filter(role=CHECKER).values("organisation_id")
    lacking = counties.exclude(pk__in=checked).order_by("path").first()
    step = Organisation.steplen * (root.depth + 1)
    paths = dict.fromkeys(counties.order_by("path").values_list("path", flat=True))
    city_paths = list(dict.fromkeys(path[:step] for path in paths))
    first = lacking.path[:step] if lacking else ""
    city_paths.sort(key=lambda path: (path != first, path))
    found = {one.path: one for one in Organisation.objects.filter(path__in=city_paths)}
    return [found[path] for path in city_paths]


def _computed(stage: Stage) -> Round:
    round_ = opening.open_main_round(stage)
    opening.compute(stage, round_)
    return round_


def _noticed(stage: Stage) -> Round:
    round_ = _computed(stage)
    opening.publish(stage, round_)
    return round_


def _released(stage: Stage) -> Round:
    round_ = _noticed(stage)
    if round_.state == RoundState.NOTICED:
        stage.next_day()
    doubted = _object(stage, round_)
    opening.end_notices(stage, round_)
    opening.release(stage, round_)
    _sign_some(stage, round_, doubted)
    _give_card(stage, round_)
    return round_


def _object(stage: Stage, round_: Round) -> int:
    """Somebody without a name objects to one line; returns the union concerned."""
    notice = Notice.objects.filter(about_kind=ROUND_KIND, about_id=round_.pk).order_by(
        "-line_count", "id"
    )[0]
    line = NoticeLine.objects.filter(notice=notice).order_by("id")[0]
    if not notice.objections.exists():
        file_objection(
            notice_id=notice.pk,
            line_id=line.pk,
            text=OBJECTION,
            evidence=read_evidence([("新开的店.png", shop_photo())]),
            on=stage.on,
            by=Actor(kind="worker", name="匿名群众"),
        )
    return notice.organisation_id


def _sign_some(stage: Stage, round_: Round, doubted: int) -> None:
    """Let the batches stop at different posts; pay on until something came back."""
    batches = Batch.objects.filter(round=round_).order_by("id")
    goals = _goals(batches, doubted)
    for step in (SUBMIT, CHECK, APPROVE, PAY):
        waiting = signing.waiting_for(round_, step)
        chosen = [one for one in waiting if step in goals[one.organisation_id]]
        if step is PAY:
            _silence_one(stage, round_, chosen)
        signing.sign_step(stage, chosen, step)
    banking.settle(stage, round_)
    while not _returned(round_).exists():
        approved = signing.waiting_for(round_, PAY)[:1]
        if not approved:
            return
        _stop_one(stage, round_, approved[0])
        signing.sign_step(stage, approved, PAY)
        banking.settle(stage, round_)


def _silence_one(stage: Stage, round_: Round, leaving: list[Batch]) -> None:
    """One batch goes over the direct link to a bank that pays and then cannot say so."""
    numbers = Batch.objects.filter(round=round_).values_list("number", flat=True)
    if not leaving or set(numbers) & set(silent_batches()):
        return
    account = PayingAccount.objects.select_related("organisation").get(
        organisation=leaving[0].organisation_id
    )
    link_directly(stage, [account])
    tell_fault("cannot-say", leaving[0].number)


def _stop_one(stage: Stage, round_: Round, leaving: Batch) -> None:
    """Somebody's card is lost after the approval: the payer's sending holds him back."""
    told = Payment.objects.filter(batch__round=round_, reason_code=ACCOUNT_CHANGED)
    lines = Payment.objects.filter(batch=leaving, state=PaymentState.PLANNED)
    if leaving.line_count < 2 or told.exists():
        return
    account = lines.order_by("id").select_related("account")[0].account
    if account.state == AccountState.VERIFIED:
        stop_account(
            account_id=account.pk,
            reason="本人来电：银行卡遗失，已挂失",
            on=stage.on,
            by=stage.cast.holder(Role.MAKER, leaving.organisation),
        )


def _goals(batches: Iterable[Batch], doubted: int) -> dict[int, tuple[Step, ...]]:
    """The doubted list stays with the maker; where nobody checks, it waits for that."""
    checked = set(
        Post.objects.filter(role=CHECKER).values_list("organisation_id", flat=True)
    )
    goals: dict[int, tuple[Step, ...]] = {}
    turns = cycle(reversed(STOPS))
    for batch in batches:
        key = batch.organisation_id
        if key == doubted:
            goals[key] = STOPS[0]
        elif key not in checked:
            goals[key] = STOPS[1]
        else:
            goals[key] = next(turns)
    return goals


def _returned(round_: Round) -> QuerySet[Payment]:
    return last_payments(round_).filter(state=PaymentState.RETURNED).order_by("id")


def _give_card(stage: Stage, round_: Round) -> None:
    """Of two whose money came back, the second has sent a card that nobody verified."""
    returned = list(_returned(round_).select_related("claim__payee")[:2])
    if len(returned) < 2:
        return
    payee = returned[1].claim.payee
    if payee.accounts.filter(state=AccountState.PENDING).exists():
        return
    bank_name, number = Identifiers(seeded(stage.plan.seed, "new", payee.pk)).card()
    open_account(
        person_id=payee.pk,
        bank_name=bank_name,
        number=number,
        holder_name=payee.name,
        on=stage.on,
        by=Actor(kind="worker", name=payee.name, person_id=payee.pk),
    )
