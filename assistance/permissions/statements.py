"""Who may bring in statements, match them, sign for a month and open it again."""

from assistance.models import PayingAccount, Reconciliation
from assistance.permissions.roles import holds_role
from assistance.workflow import RECONCILIATION
from members.enums import Role
from members.models import Organisation
from unionportal.core.actor import Actor, Seat
from unionportal.core.verdict import ALLOWED, Verdict, denied

PREPARERS = (Role.MAKER, Role.PAYER)
REVIEWERS = (Role.CHECKER, Role.APPROVER)


def can_import_statement(actor: Actor, organisation: Organisation) -> Verdict:
    """The payer (出纳) of the union or of one above."""
    return holds_role(actor, Role.PAYER, organisation, "导入银行对账单")


def can_match_lines(actor: Actor, account: PayingAccount) -> Verdict:
    """The maker or the payer: whoever keeps the journal compares it with the bank."""
    return _holds_one(actor, PREPARERS, account, "核对银行账项")


def can_enter_bank_line(actor: Actor, account: PayingAccount) -> Verdict:
    """The payer enters fees and interest, as he enters what came in."""
    return holds_role(actor, Role.PAYER, account.organisation, "按对账单入账")


def can_confirm_opening(actor: Actor, account: PayingAccount) -> Verdict:
    """The approver answers for money that is on no book here."""
    return holds_role(actor, Role.APPROVER, account.organisation, "确认启用余额")


def can_prepare_reconciliation(actor: Actor, month: Reconciliation) -> Verdict:
    """The maker or the payer, while the month is open."""
    if month.state not in RECONCILIATION.sources_of("prepare"):
        return _wrong_state(month, "prepare")
    account = month.paying_account
    return _of_a_person(actor) and _holds_one(
        actor, PREPARERS, account, "编制余额调节表"
    )


def can_return_reconciliation(actor: Actor, month: Reconciliation) -> Verdict:
    """Whoever may prepare or review sends a prepared month back."""
    if month.state not in RECONCILIATION.sources_of("return"):
        return _wrong_state(month, "return")
    roles = (*PREPARERS, *REVIEWERS)
    return _holds_one(actor, roles, month.paying_account, "退回余额调节表")


def can_close_reconciliation(actor: Actor, month: Reconciliation) -> Verdict:
    """A checker or approver who has not prepared it, deputies included."""
    if month.state not in RECONCILIATION.sources_of("close"):
        return _wrong_state(month, "close")
    verdict = _of_a_person(actor) and _holds_one(
        actor, REVIEWERS, month.paying_account, "审核关账"
    )
    if not verdict:
        return verdict
    seat = reviewing_seat(actor, month)
    if seat is None or actor.user_id in _preparers(month):
        return denied(
            "调节表由您（或您代理的人）编制，不能由同一人审核；请由其他在岗人员审核关账。"
        )
    return ALLOWED


def can_reopen_reconciliation(actor: Actor, month: Reconciliation) -> Verdict:
    """An approver other than the one who closed it."""
    if month.state not in RECONCILIATION.sources_of("reopen"):
        return _wrong_state(month, "reopen")
    verdict = _of_a_person(actor) and holds_role(
        actor, Role.APPROVER, month.paying_account.organisation, "重新打开月份"
    )
    if not verdict:
        return verdict
    closers = {month.closed_by_id, month.closed_for_id} - {None}
    seat = _seat(actor, (Role.APPROVER,), month.paying_account, closers)
    if actor.user_id in closers or seat is None:
        return denied("这个月由您审核关账，须由第二人重新打开；请由其他审批人员办理。")
    return ALLOWED


def preparing_seat(actor: Actor, month: Reconciliation) -> Seat | None:
    """The post in which somebody prepares."""
    return _seat(actor, PREPARERS, month.paying_account, set())


def reviewing_seat(actor: Actor, month: Reconciliation) -> Seat | None:
    """The post in which somebody reviews; not as deputy of who prepared."""
    return _seat(actor, REVIEWERS, month.paying_account, _preparers(month))


def reopening_seat(actor: Actor, month: Reconciliation) -> Seat | None:
    """The post in which somebody opens a month again; not as deputy of who closed it."""
    closers = {month.closed_by_id, month.closed_for_id} - {None}
    return _seat(actor, (Role.APPROVER,), month.paying_account, closers)


def _preparers(month: Reconciliation) -> set[int | None]:
    return {month.prepared_by_id, month.prepared_for_id} - {None}


def _seat(
    actor: Actor,
    roles: tuple[Role, ...],
    account: PayingAccount,
    without: set[int | None],
) -> Seat | None:
    path = account.organisation.path
    seats = [
        seat
        for seat in actor.seats
        if seat.role in roles
        and seat.reaches(path)
        and seat.principal_id not in without
    ]
    seats.sort(key=lambda seat: (seat.principal_id is not None, -len(seat.path)))
    return seats[0] if seats else None


def _of_a_person(actor: Actor) -> Verdict:
    """A month is signed for by people."""
    if actor.user_id is not None:
        return ALLOWED
    return denied("余额调节表须由在岗人员签字，不能由系统办理。")


def _holds_one(
    actor: Actor, roles: tuple[Role, ...], account: PayingAccount, verb: str
) -> Verdict:
    organisation = account.organisation
    if any(holds_role(actor, role, organisation, verb) for role in roles):
        return ALLOWED
    words = "、".join(f"“{role.label}”" for role in roles)
    return denied(
        f"“{verb}”需要{organisation.name}或其上级工会的{words}岗位之一，您没有；"
        f"请由{organisation.name}的管理员在“岗位”中授予，或请该岗位的同事办理。"
    )


def _wrong_state(month: Reconciliation, action: str) -> Verdict:
    return denied(
        f"{month}现在是“{month.get_state_display()}”，"
        f"不能“{RECONCILIATION.action_label(action)}”；请刷新页面查看最新进展。"
    )
