"""A month of an account on the staff site: the table, its open items, who signed."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assistance.actions.matches import confirm_matches, match_statement
from assistance.actions.reconciliations import (
    close_reconciliation,
    confirm_opening,
    explain_outstanding,
    prepare_reconciliation,
    reopen_reconciliation,
    return_reconciliation,
)
from assistance.admin.forms import ReasonForm
from assistance.enums import OutstandingKind, ReconciliationState
from assistance.models import Reconciliation
from assistance.permissions.statements import (
    can_close_reconciliation,
    can_confirm_opening,
    can_match_lines,
    can_prepare_reconciliation,
    can_reopen_reconciliation,
    can_return_reconciliation,
)
from assistance.queries.matches import proposals_for
from assistance.queries.reconciliation_documents import (
    rows_of,
)
from assistance.queries.reconciliations import (
    Chosen,
    end_of,
    items_of,
    reconciliations_visible_to,
    standing_of,
)
from assistance.rules.reconciliation import Standing
from members.auth.staff import StaffPage
from unionportal.core.admin.verbs import Verb, arranged, attempt
from unionportal.core.audit import history_of
from unionportal.core.errors import Refusal
from unionportal.core.money import show_yuan
from unionportal.core.typed import record_key

PAGE = 50
NEAR: dict[str, tuple[str, ...]] = {
    ReconciliationState.OPEN: ("match", "opening", "prepare"),
    ReconciliationState.PREPARED: ("close", "return"),
    ReconciliationState.CLOSED: ("reopen",),
}


class OpeningForm(forms.Form):
    """What lay on the account before, and the paper that says so."""

    amount = forms.DecimalField(
        label=_("启用余额（元）"), max_digits=16, decimal_places=2
    )
    document = forms.CharField(label=_("依据（文号、凭证号）"), max_length=200)


class ItemFilterForm(forms.Form):
    """The search row of the work list."""

    kind = forms.ChoiceField(
        label=_("类别"),
        choices=[("", _("全部")), *OutstandingKind.choices],
        required=False,
    )
    only = forms.BooleanField(label=_("只看未说明的"), required=False)


class ReconciliationPage(StaffPage):
    """The month: both balances, the four classes, proposals, and what may be done now."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show where the month stands."""
        month = found(self, pk)
        standing = standing_of(month)
        until = end_of(month.month)
        is_open = month.state == ReconciliationState.OPEN
        account = month.paying_account
        return self.page(
            "staff/reconciliation.html",
            title=f"{account.organisation.short_name}{month}对账",
            month=month,
            until=until,
            standing=standing,
            rows=rows_of(standing) if standing else [],
            items=items_of(month, Chosen(limit=PAGE)),
            proposals=proposals_for(account, until=until) if is_open else [],
            may_match=can_match_lines(self.actor, account),
            statements=account.statements.filter(
                period_from__lte=until, period_to__gte=month.month
            ),
            verbs=arranged(verbs_of(month, standing, self)),
            history=history_of(month)[:30],
        )


class ReconciliationVerb(StaffPage):
    """A verb on a month; each is one action."""

    def post(self, request: HttpRequest, pk: int, verb: str) -> HttpResponseBase:
        """Act, say how it went, and go back to where it was asked."""
        month = found(self, pk)
        action, done = self.action_of(verb, month)
        attempt(request, action, done=done)
        if verb == "explain":
            asked = request.GET.urlencode()
            back = reverse("staff_assistance:outstanding", args=(pk,))
            return redirect(f"{back}?{asked}".rstrip("?"))
        return redirect("staff_assistance:reconciliation", pk=pk)

    def action_of(
        self, verb: str, month: Reconciliation
    ) -> tuple[Callable[[], object], str]:
        """Bind a verb of the address to its action and the sentence for success."""
        common: dict[str, Any] = {"by": self.actor, "on": self.on}
        key, account = month.pk, month.paying_account_id
        post = self.request.POST
        reason = post.get("reason", "")
        bound: dict[str, tuple[Callable[[], object], str]] = {
            "match": (
                lambda: match_statement(account_id=account, **common),
                "已自动核对。",
            ),
            "confirm": (
                lambda: confirm_matches(
                    account_id=account, pairs=_pairs(post.getlist("pair")), **common
                ),
                "已核对所选账项。",
            ),
            "opening": (
                lambda: confirm_opening(
                    account_id=account,
                    amount=_amount(post.get("amount", "")),
                    document=post.get("document", ""),
                    **common,
                ),
                "已确认启用余额。",
            ),
            "explain": (
                lambda: explain_outstanding(
                    reconciliation_id=key,
                    line_id=_number(post.get("line", "")),
                    movement_id=_number(post.get("movement", "")),
                    note=post.get("note", ""),
                    **common,
                ),
                "已说明。",
            ),
            "prepare": (
                lambda: prepare_reconciliation(reconciliation_id=key, **common),
                "调节表已编制，等待审核。",
            ),
            "return": (
                lambda: return_reconciliation(
                    reconciliation_id=key, reason=reason, **common
                ),
                "已退回重新核对。",
            ),
            "close": (
                lambda: close_reconciliation(
                    reconciliation_id=key, digest=post.get("digest", ""), **common
                ),
                "已审核关账。",
            ),
            "reopen": (
                lambda: reopen_reconciliation(
                    reconciliation_id=key, reason=reason, **common
                ),
                "已重新打开。",
            ),
        }
        if verb not in bound:
            raise Http404
        return bound[verb]


class OutstandingList(StaffPage):
    """The work list of a month: what only one side knows, a page of keys at a time."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show a page of the items that the search row asks for."""
        month = found(self, pk)
        form = ItemFilterForm(request.GET)
        chosen = chosen_items(request, limit=PAGE + 1)
        items = items_of(month, chosen)
        shown = items[:PAGE]
        kept = request.GET.copy()
        kept.pop("after", None)
        first = f"?{kept.urlencode()}" if chosen.after else ""
        if len(items) > PAGE:
            kept["after"] = shown[-1].key
        return self.page(
            "staff/outstanding.html",
            title="未达账项",
            month=month,
            filter={"form": form},
            items=shown,
            asked=request.GET.urlencode(),
            lines={
                "first": first,
                "following": f"?{kept.urlencode()}" if len(items) > PAGE else "",
            },
            may_explain=month.state == ReconciliationState.OPEN
            and can_match_lines(self.actor, month.paying_account).allowed,
        )


def found(page: StaffPage, pk: int) -> Reconciliation:
    """A month in reach; another union's does not exist."""
    months = reconciliations_visible_to(page.actor).select_related(
        "prepared_for", "closed_for"
    )
    return get_object_or_404(months, pk=pk)


def chosen_items(request: HttpRequest, limit: int = 100_000) -> Chosen:
    """What the search row asks for; a class that is none means all."""
    kind = request.GET.get("kind", "")
    return Chosen(
        kind=kind if kind in OutstandingKind.values else "",
        only_unexplained=bool(request.GET.get("only")),
        after=request.GET.get("after", "")[:60],
        limit=limit,
    )


def verbs_of(
    month: Reconciliation, standing: Standing | None, page: StaffPage
) -> list[Verb]:
    """What may be done with a month where it stands, each with its verdict."""
    off = standing is not None and standing.difference != 0
    return [
        _verb(month, name, page)
        for name in NEAR[ReconciliationState(month.state)]
        if name != "opening" or off or (standing is not None and standing.opening)
    ]


def _verb(month: Reconciliation, name: str, page: StaffPage) -> Verb:
    url = reverse("staff_assistance:reconciliation-verb", args=(month.pk, name))
    actor, account = page.actor, month.paying_account
    made: dict[str, Callable[[], Verb]] = {
        "match": lambda: Verb(
            label="自动核对", url=url, verdict=can_match_lines(actor, account)
        ),
        "opening": lambda: Verb(
            label="确认启用余额",
            url=url,
            verdict=can_confirm_opening(actor, account),
            form=OpeningForm(),
        ),
        "prepare": lambda: Verb(
            label="编制调节表",
            url=url,
            verdict=can_prepare_reconciliation(actor, month),
            tone="next",
            effect="将以您的名义编制本月调节表，等待另一人审核。",
        ),
        "close": lambda: Verb(
            label="审核关账",
            url=url,
            verdict=can_close_reconciliation(actor, month),
            tone="next",
            effect=(
                f"关账后{month}及以前的账不能再记、再核对。"
                f"对账单余额 {show_yuan(month.bank_balance)} 元。"
            ),
            hidden={"digest": month.digest},
        ),
        "return": lambda: Verb(
            label="退回重新核对",
            url=url,
            verdict=can_return_reconciliation(actor, month),
            form=ReasonForm(),
        ),
        "reopen": lambda: Verb(
            label="重新打开",
            url=url,
            verdict=can_reopen_reconciliation(actor, month),
            tone="danger",
            effect=f"{month}的签字作废，须重新编制和审核。",
            form=ReasonForm(),
        ),
    }
    return made[name]()


def _pairs(texts: list[str]) -> list[tuple[int, int]]:
    pairs = [text.partition(":") for text in texts]
    keys = [(record_key(line), record_key(movement)) for line, _, movement in pairs]
    return [(line, movement) for line, movement in keys if line and movement]


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) <= 18 else None


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text.replace(",", ""))
    except InvalidOperation:
        raise Refusal("请填写金额，最多两位小数。", field="amount") from None
