"""What waits: cards to verify, objections to look into, notices that are over."""

from datetime import date

from django.db.models import F
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from members.enums import AccountState, NoticeState, ObjectionState, Role
from members.models import BankAccount, Notice, Objection
from members.queries.account import account_in_use, accounts_visible_to
from members.queries.job import failed_jobs_waiting
from members.queries.notice import notices_visible_to, objections_visible_to
from unionportal.core.actor import Actor
from unionportal.core.calendar import add_working_days
from unionportal.core.cards import Card
from unionportal.core.queues import QueueItem, WorkQueue

SHOWN = 50
# A card or an objection that waits longer than this holds up somebody's money.
ACCOUNT_DAYS = 3
OBJECTION_DAYS = 5


def _has_seat(actor: Actor, *roles: str) -> bool:
    return any(seat.role in roles for seat in actor.seats)


def accounts_to_verify(actor: Actor, on: date) -> list[QueueItem]:
    """Pending cards that this checker did not enter himself."""
    if not _has_seat(actor, Role.CHECKER):
        return []
    pending = accounts_visible_to(actor).filter(state=AccountState.PENDING)
    others = pending.exclude(created_by_id=actor.user_id, created_by__isnull=False)
    found = others.select_related("person__organisation").order_by("created_at")
    return [_account_item(account) for account in found[:SHOWN]]


def _account_item(account: BankAccount) -> QueueItem:
    entered_on = localtime(account.created_at).date()
    return QueueItem(
        title=_("核验收款账户"),
        detail=f"{account.person.name} {account.bank_name} {_('尾号')} {account.number_last4}",
        url=reverse("admin:members_bankaccount_change", args=[account.pk]),
        organisation_name=account.person.organisation.name,
        waiting_since=entered_on,
        due_on=add_working_days(entered_on, ACCOUNT_DAYS).on,
        role=Role.CHECKER,
    )


def objections_to_decide(actor: Actor, on: date) -> list[QueueItem]:
    """Open objections, for checkers and approvers."""
    if not _has_seat(actor, Role.CHECKER, Role.APPROVER):
        return []
    waiting = objections_visible_to(actor).filter(state=ObjectionState.OPEN)
    return [_objection_item(objection) for objection in waiting[:SHOWN]]


def _objection_item(objection: Objection) -> QueueItem:
    about = str(objection.line) if objection.line else _("整份名单")
    return QueueItem(
        title=_("核查公示异议"),
        detail=f"{objection.notice.title}：{about}",
        url=reverse("admin:members_objection_change", args=[objection.pk]),
        organisation_name=objection.notice.organisation.name,
        waiting_since=objection.filed_on,
        due_on=add_working_days(objection.filed_on, OBJECTION_DAYS).on,
        role=Role.CHECKER,
    )


def notices_to_end(actor: Actor, on: date) -> list[QueueItem]:
    """Open notices whose last day has passed."""
    if not _has_seat(actor, Role.MAKER, Role.APPROVER):
        return []
    over = notices_visible_to(actor).filter(state=NoticeState.OPEN, ends_on__lt=on)
    return [_notice_item(notice) for notice in over.order_by(F("ends_on"))[:SHOWN]]


def _notice_item(notice: Notice) -> QueueItem:
    return QueueItem(
        title=_("结束公示"),
        detail=notice.title,
        url=reverse("admin:members_notice_change", args=[notice.pk]),
        organisation_name=notice.organisation.name,
        waiting_since=notice.ends_on,
        due_on=None,
        role=Role.MAKER,
    )


QUEUES = (
    WorkQueue("members.accounts", "待核验账户", accounts_to_verify),
    WorkQueue("members.objections", "待核查异议", objections_to_decide),
    WorkQueue("members.notices", "期满待结束公示", notices_to_end),
    WorkQueue("members.jobs", "没有办成的后台任务", failed_jobs_waiting),
)


def account_cards(actor: Actor, on: date) -> list[Card]:
    """Ask a worker without a usable card for one."""
    if actor.kind != "worker" or actor.person_id is None:
        return []
    if account_in_use(actor.person_id) is not None:
        return []
    pending = BankAccount.objects.filter(
        person_id=actor.person_id, state=AccountState.PENDING
    )
    if pending.exists():
        return [
            Card(
                title=_("收款银行卡"),
                state=_("等工会核验"),
                next_step=_("核验后即可收款，您无需再办。"),
                url=reverse("members:me"),
            )
        ]
    return [
        Card(
            title=_("收款银行卡"),
            state=_("还没有登记"),
            next_step=_("登记本人名下的银行卡，帮扶款才能直接到账。"),
            url=reverse("members:account-new"),
            action_label=_("登记银行卡"),
            needs_action=True,
        )
    ]
