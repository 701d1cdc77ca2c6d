"""Work queues of assistance: what waits for a post, at its union or passed up to it."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q

from assistance.enums import (
    BatchState,
    Outcome,
    PaymentState,
    ReconciliationState,
    RoundState,
)
from assistance.models import (
    Batch,
    Determination,
    HouseholdDossier,
    PayingAccount,
    Payment,
    Reconciliation,
    Round,
    SignaturePerson,
)
from assistance.permissions.batches import NEXT_STEP, holders_on, place_to_sign
from assistance.queries.account_changes import changes_waiting
from assistance.queries.application_queue import applications_to_take
from assistance.queries.doubts import doubts_waiting
from assistance.queries.inquiries import inquiries_waiting
from assistance.queries.intakes import intakes_waiting
from assistance.queries.leavings import leavings_waiting
from assistance.queries.proofs import proofs_waiting
from assistance.queries.reconciliations import end_of
from assistance.queries.standing_lists import BY_CODE
from assistance.queries.verification_queue import verification_waiting
from assistance.queries.vouchers import batches_to_voucher
from assistance.workflow import BATCH
from members.enums import NoticeState, Role
from members.models import Notice
from unionportal.core.actor import Actor
from unionportal.core.calendar import months_before
from unionportal.core.queues import QueueItem, WorkQueue
from unionportal.core.scope import within

STAFF = "/staff/assistance"
RECONCILED_WITHIN = 10  # days after the month's end


def _seats_of(actor: Actor, role: Role) -> list[int]:
    """The unions at which an actor holds a role himself."""
    return [seat.organisation_id for seat in actor.seats if seat.role == role]


# --- rounds

_ROUND_TASKS = {
    RoundState.OPENED: "测算名单",
    RoundState.COMPUTED: "核对测算结果，发布公示或生成批次",
    RoundState.NOTICED: "公示期满后生成发放批次",
    RoundState.RELEASED: "各县办完后办结",
}


def rounds_waiting(actor: Actor, on: date) -> list[QueueItem]:
    """Rounds whose next step is the maker's at the organising union.

    A released round waits once all of its batches are settled.
    """
    unsettled = Batch.objects.filter(round=OuterRef("pk")).exclude(
        state__in=(BatchState.SETTLED, BatchState.CANCELLED)
    )
    rounds = (
        Round.objects.filter(
            organisation__in=_seats_of(actor, Role.MAKER), state__in=_ROUND_TASKS
        )
        .exclude(Q(state=RoundState.RELEASED) & Exists(unsettled))
        .select_related("version__scheme", "period", "organisation")
    )
    ends = _notice_ends(rounds)
    return [_round_item(round_, ends.get(round_.pk)) for round_ in rounds]


def _notice_ends(rounds: Iterable[Round]) -> dict[int, date]:
    """When the last notice of a round ends; the release is due after it."""
    rows = (
        Notice.objects.filter(
            about_kind="assistance.round", about_id__in=[r.pk for r in rounds]
        )
        .exclude(state=NoticeState.CANCELLED)
        .values_list("about_id")
        .annotate(last=Max("ends_on"))
        .order_by()
    )
    return dict(rows)


def _round_item(round_: Round, notice_ends: date | None) -> QueueItem:
    is_noticed = round_.state == RoundState.NOTICED and notice_ends is not None
    dates = (round_.released_on, round_.computed_on, round_.opened_on)
    since = next(day for day in dates if day is not None)
    return QueueItem(
        title=round_.occasion,
        detail=_ROUND_TASKS[RoundState(round_.state)],
        url=f"{STAFF}/rounds/{round_.pk}/",
        organisation_name=round_.organisation.short_name,
        waiting_since=notice_ends if is_noticed and notice_ends else since,
        due_on=notice_ends + timedelta(days=1) if is_noticed and notice_ends else None,
        role=Role.MAKER,
    )


# --- batches


def batches_waiting(actor: Actor, on: date) -> list[QueueItem]:
    """Batches whose next signature is due from one of the actor's posts.

    Where it is due, the paying union or one above it (代审), is the permission's to say.
    Left out: batches that the actor has signed in this cycle already.
    """
    if not actor.seats:
        return []
    batches = list(
        Batch.objects.filter(
            within(actor, "organisation__path"), state__in=tuple(NEXT_STEP)
        )
        .select_related("organisation", "round__period", "round__version__scheme")
        .annotate(last_signed=Max("signatures__on"))
    )
    holders, signers = holders_on(on), _signers_of(batches)
    return [
        _batch_item(batch)
        for batch in batches
        if actor.user_id not in signers[batch.pk]
        and place_to_sign(batch, NEXT_STEP[batch.state], holders, signers[batch.pk])
        in _paths_of(actor, batch)
    ]


def _signers_of(batches: Iterable[Batch]) -> dict[int, set[int]]:
    """Who stands behind a signature of the current cycle, by batch."""
    found: dict[int, set[int]] = {batch.pk: set() for batch in batches}
    rows = SignaturePerson.objects.filter(batch__in=found, cycle=F("batch__cycle"))
    for batch_id, user_id in rows.values_list("batch_id", "user_id"):
        found[batch_id].add(user_id)
    return found


def _paths_of(actor: Actor, batch: Batch) -> set[str]:
    role = NEXT_STEP[batch.state].role
    return {seat.path for seat in actor.seats if seat.role == role}


def _batch_item(batch: Batch) -> QueueItem:
    signed: date | None = getattr(batch, "last_signed", None)
    verb = BATCH.actions_from(batch.state)[0]
    return QueueItem(
        title=batch.round.occasion,
        detail=(
            f"{BATCH.action_label(verb)}：批次 {batch.number}，"
            f"{batch.line_count} 人 {batch.total:,.2f} 元"
        ),
        url=f"{STAFF}/batches/{batch.pk}/",
        organisation_name=batch.organisation.short_name,
        waiting_since=signed or batch.drafted_on,
        due_on=None,
        role=NEXT_STEP[batch.state].role,
    )


# --- lists that must become empty


def unknowns_waiting(actor: Actor, on: date) -> list[QueueItem]:
    """How many answers of the actor's unions are open for want of a fact, per round."""
    rows = (
        Determination.objects.filter(
            organisation__in=_seats_of(actor, Role.MAKER),
            outcome=Outcome.UNKNOWN,
            superseded_by=None,
            round__state__in=(RoundState.NOTICED, RoundState.RELEASED),
        )
        .values("round_id", "organisation__short_name", "round__period__title")
        .annotate(count=Count("id"), since=Max("round__computed_on"))
        .order_by("round_id")
    )
    return [
        QueueItem(
            title=f"{row['round__period__title']} 待补材料 {row['count']} 人",
            detail="补齐后由补充轮次重新认定",
            url=f"{STAFF}/determinations/?round={row['round_id']}&outcome=unknown",
            organisation_name=row["organisation__short_name"],
            waiting_since=row["since"],
            due_on=None,
            role=Role.MAKER,
        )
        for row in rows
    ]


def returns_waiting(actor: Actor, on: date) -> list[QueueItem]:
    """How many payments came back and have neither a follow-up nor an end."""
    later = Payment.objects.filter(
        year=OuterRef("year"), claim=OuterRef("claim"), attempt__gt=OuterRef("attempt")
    )
    rows = (
        Payment.objects.filter(
            ~Exists(later),
            batch__organisation__in=_seats_of(actor, Role.MAKER),
            state=PaymentState.RETURNED,
        )
        .values("batch__round", "batch__organisation__short_name")
        .annotate(count=Count("id"), since=Max("settled_on"))
        .order_by("batch__round")
    )
    return [
        QueueItem(
            title=f"银行退回 {row['count']} 笔",
            detail="联系本人更换账户后重发，或写明理由终止",
            url=f"{STAFF}/payments/?round={row['batch__round']}&state=returned",
            organisation_name=row["batch__organisation__short_name"],
            waiting_since=row["since"],
            due_on=None,
            role=Role.MAKER,
        )
        for row in rows
    ]


# What the clerk of a county is told of a standing list: how it reads, and what to do.
_STANDING = (
    ("recheck_due", "应复核档案", "满一年未复核的，本人不能享受帮扶"),
    ("never_aided", "在档未帮扶过", "查明原因：不符合方案、缺材料，还是漏了"),
    ("not_visited", "近一年未走访", "安排入户走访，登记走访记录"),
    ("return_visit", "脱困后应回访", "上门回访，返困的在原档案上重开"),
)


def standing_lists_waiting(actor: Actor, on: date) -> list[QueueItem]:
    """How many dossiers of the actor's unions stand on each list that must be empty."""
    seats = _seats_of(actor, Role.MAKER)
    return [
        item
        for code, title, remedy in _STANDING
        for item in _standing_items(code, title, remedy, seats, on)
    ]


def _standing_items(
    code: str, title: str, remedy: str, seats: list[int], on: date
) -> list[QueueItem]:
    rows = (
        BY_CODE[code]
        .narrow(HouseholdDossier.objects.filter(organisation__in=seats), on)
        .values("organisation__code", "organisation__short_name")
        .annotate(count=Count("id"), oldest=Min(BY_CODE[code].since))
        .order_by("organisation__path")
    )
    return [
        QueueItem(
            title=f"{title} {row['count']} 户",
            detail=remedy,
            url=f"{STAFF}/dossiers/?standing={code}&union={row['organisation__code']}",
            organisation_name=row["organisation__short_name"],
            waiting_since=row["oldest"],
            due_on=(
                months_before(row["oldest"], -12) if code == "recheck_due" else None
            ),
            role=Role.MAKER,
        )
        for row in rows
    ]


# --- months to be reconciled


def months_waiting(actor: Actor, on: date) -> list[QueueItem]:
    """Months that are over: to be matched and prepared, or to be reviewed and closed.

    And the payer's own accounts whose statement of the last month has not come.
    """
    rows = (
        Reconciliation.objects.filter(
            Q(
                state=ReconciliationState.OPEN,
                paying_account__organisation__in=_seats_of(actor, Role.MAKER),
            )
            | Q(
                state=ReconciliationState.PREPARED,
                paying_account__organisation__in=_seats_of(actor, Role.CHECKER),
            ),
            month__lt=on.replace(day=1),
        )
        .exclude(prepared_by=actor.user_id, state=ReconciliationState.PREPARED)
        .select_related("paying_account__organisation")
        .order_by("month", "id")
    )
    return [*(_month_item(row) for row in rows), *_statements_missing(actor, on)]


def _month_item(month: Reconciliation) -> QueueItem:
    is_prepared = month.state == ReconciliationState.PREPARED
    over = end_of(month.month) + timedelta(days=1)
    return QueueItem(
        title=f"{month}待对账",
        detail="审核余额调节表并关账"
        if is_prepared
        else "核对未达账项，编制余额调节表",
        url=f"{STAFF}/reconciliations/{month.pk}/",
        organisation_name=month.paying_account.organisation.short_name,
        waiting_since=month.prepared_on or over,
        due_on=over + timedelta(days=RECONCILED_WITHIN),
        role=Role.CHECKER if is_prepared else Role.MAKER,
    )


def _statements_missing(actor: Actor, on: date) -> list[QueueItem]:
    """Accounts that have statements, but none that reaches the end of last month."""
    over = on.replace(day=1)
    accounts = (
        PayingAccount.objects.filter(organisation__in=_seats_of(actor, Role.PAYER))
        .annotate(reached=Max("statements__period_to"))
        .filter(reached__lt=over - timedelta(days=1))
        .select_related("organisation")
        .order_by("organisation__path")
    )
    return [
        QueueItem(
            title="银行对账单待导入",
            detail=f"已导入到 {getattr(account, 'reached', '')}",
            url=f"{STAFF}/statements/",
            organisation_name=account.organisation.short_name,
            waiting_since=over,
            due_on=over + timedelta(days=RECONCILED_WITHIN),
            role=Role.PAYER,
        )
        for account in accounts
    ]


def vouchers_waiting(actor: Actor, on: date) -> list[QueueItem]:
    """Settled batches that the checker's accounts have not been told of whole."""
    return [
        QueueItem(
            title=f"批次 {batch.number} 待开记账凭证",
            detail="银行结果已到齐，开具记账凭证并登记凭证字号",
            url=f"{STAFF}/batches/{batch.pk}/",
            organisation_name=batch.organisation.short_name,
            waiting_since=batch.settled_on or on,
            due_on=None,
            role=Role.CHECKER,
        )
        for batch in batches_to_voucher(_seats_of(actor, Role.CHECKER))
    ]


QUEUES = (
    WorkQueue("assistance.rounds", "轮次", rounds_waiting),
    WorkQueue("assistance.batches", "待签批的批次", batches_waiting),
    WorkQueue("assistance.doubts", "银行答复不明", doubts_waiting),
    WorkQueue("assistance.account_changes", "收款账户变更", changes_waiting),
    WorkQueue("assistance.returns", "银行退回", returns_waiting),
    WorkQueue("assistance.verification", "抽样核查", verification_waiting),
    WorkQueue("assistance.proofs", "账目核对", proofs_waiting),
    WorkQueue("assistance.reconciliations", "本月待对账", months_waiting),
    WorkQueue("assistance.vouchers", "待开记账凭证", vouchers_waiting),
    WorkQueue("assistance.applications", "帮扶申请", applications_to_take),
    WorkQueue("assistance.intakes", "建档申请", intakes_waiting),
    WorkQueue("assistance.inquiries", "职工咨询", inquiries_waiting),
    WorkQueue("assistance.unknowns", "待补材料", unknowns_waiting),
    WorkQueue("assistance.leavings", "档案拟退出", leavings_waiting),
    WorkQueue("assistance.standing", "应为空的档案清单", standing_lists_waiting),
)
