"""Batches on the staff site: the list of what a union pays, its signatures, its lines."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from assistance.actions.askings import request_asking
from assistance.actions.batches import (
    approve_batch,
    check_batch,
    endorse_batch,
    send_back_batch,
    submit_batch,
)
from assistance.actions.disbursements import instruct_batch
from assistance.actions.doubts import confirm_doubt, find_doubt
from assistance.actions.follow_ups import draft_follow_up_batch
from assistance.actions.vouchers import draw_accounting_voucher
from assistance.admin.forms import CommentForm, DoubtForm, ReasonForm
from assistance.admin.search import leave_out, offer, offer_unions
from assistance.enums import BatchState
from assistance.models import Batch
from assistance.permissions.batches import (
    can_approve_batch,
    can_check_batch,
    can_draft_follow_up_batch,
    can_endorse_batch,
    can_instruct_batch,
    can_send_back_batch,
    can_submit_batch,
)
from assistance.permissions.doubts import (
    can_ask_bank,
    can_confirm_doubt,
    can_find_doubt,
)
from assistance.permissions.vouchers import can_draw_voucher
from assistance.queries.account_changes import has_left_over, held_for_accounts
from assistance.queries.batches import (
    batches_visible_to,
    fundings_of,
    signatures_of,
)
from assistance.queries.doubts import link_standing
from assistance.queries.filters import BatchFilter, PaymentFilter
from assistance.queries.payments import bank_files_visible_to, payments_visible_to
from assistance.queries.rounds import rounds_visible_to
from assistance.queries.subjects import subject_name_of
from assistance.queries.vouchers import not_yet_vouchered, vouchers_visible_to
from members.auth.staff import StaffPage
from unionportal.core.actor import Actor
from unionportal.core.admin.keyset import keyset_page
from unionportal.core.admin.verbs import Verb, arranged, attempt
from unionportal.core.audit import history_of
from unionportal.core.money import capital_yuan, show_yuan
from unionportal.core.verdict import Verdict

LISTED = 300
SIGNING: dict[str, tuple[Callable[..., object], Callable[..., Verdict], str, str]] = {
    "submit": (submit_batch, can_submit_batch, "提交复核", "已提交复核。"),
    "check": (check_batch, can_check_batch, "复核通过", "已复核。"),
    "approve": (approve_batch, can_approve_batch, "审批通过", "已审批。"),
    "endorse": (endorse_batch, can_endorse_batch, "上级审批通过", "上级已审批。"),
    "instruct": (instruct_batch, can_instruct_batch, "送银行发放", "已送银行。"),
}
DOUBTS = ("ask-bank", "find-doubt", "confirm-doubt")
NEAR: dict[str, tuple[str, ...]] = {
    BatchState.DRAFTED: ("submit",),
    BatchState.SUBMITTED: ("check", "send-back"),
    BatchState.CHECKED: ("approve", "send-back"),
    BatchState.ENDORSING: ("endorse", "send-back"),
    BatchState.APPROVED: ("instruct",),
    BatchState.INSTRUCTED: ("follow-up",),
    BatchState.SETTLED: ("follow-up",),
    BatchState.CANCELLED: (),
}


class BatchList(StaffPage):
    """Batches in reach; the filter by state is the signer's usual way in."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the filtered list with its totals."""
        chosen = BatchFilter(request.GET, queryset=batches_visible_to(self.actor))
        offer_unions(chosen, self.actor)
        offer(chosen, "round", rounds_offered(self.actor))
        batches = list(chosen.qs[:LISTED])
        return self.page(
            "staff/batches.html",
            title="发放批次",
            filter=chosen,
            batches=batches,
            count=sum(batch.line_count for batch in batches),
            total=sum((batch.total for batch in batches), Decimal("0.00")),
            paid=sum((batch.paid_total for batch in batches), Decimal("0.00")),
            returned=sum(batch.returned_count for batch in batches),
            is_cut=len(batches) == LISTED,
        )


class BatchPage(StaffPage):
    """One batch: the frozen list, its digest, who signed, what may be done now."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the batch with a page of its lines."""
        batch = get_object_or_404(batches_visible_to(self.actor), pk=pk)
        lines = PaymentFilter(
            request.GET,
            queryset=payments_visible_to(self.actor)
            .filter(year=batch.round.year, batch=batch)
            .annotate(subject_name=subject_name_of("claim__")),
        )
        leave_out(lines, "batch", "union")
        return self.page(
            "staff/batch.html",
            title=f"批次 {batch.number}",
            batch=batch,
            capital=capital_yuan(batch.total),
            fundings=fundings_of(batch),
            signatures=signatures_of(batch),
            verbs=arranged(verbs_of(batch, actor=self.actor, on=self.on)),
            filter=lines,
            lines=keyset_page(request, lines.qs),
            files=bank_files_visible_to(self.actor).filter(batch=batch),
            vouchers=vouchers_visible_to(self.actor).filter(batch=batch),
            link=link_standing(batch),
            history=history_of(batch)[:30],
        )


class BatchVerb(StaffPage):
    """A verb on a batch; each is one action, bound to the digest that was shown."""

    def post(self, request: HttpRequest, pk: int, verb: str) -> HttpResponseBase:
        """Act, say how it went, and go back to the batch."""
        batch = get_object_or_404(batches_visible_to(self.actor), pk=pk)
        action, done = self.action_of(verb, batch)
        if self.is_confirmed(verb, batch):
            if attempt(request, action, done=done) and verb == "instruct":
                self.tell_held(batch)
        else:
            messages.error(
                request, "输入的金额与应付金额不一致，没有办理；请核对后重新确认。"
            )
        return redirect("staff_assistance:batch", pk=pk)

    def tell_held(self, batch: Batch) -> None:
        """Say who stayed behind because of his account."""
        count = held_for_accounts(batch)
        if count:
            messages.warning(
                self.request,
                f"其中 {count} 人的收款账户在审批之后停用或变更，已自动暂缓，没有送银行；"
                "新账户由第二人核验后自动恢复，再由重发批次发放。",
            )

    def is_confirmed(self, verb: str, batch: Batch) -> bool:
        """Whether a verb that wants the amount typed was given the right one."""
        if verb not in SIGNING:
            return True
        asked = verb_of(batch, verb, actor=self.actor, on=self.on)
        return asked.is_confirmed(self.request.POST.get("typed", ""))

    def action_of(self, verb: str, batch: Batch) -> tuple[Callable[[], object], str]:
        """Bind a verb of the address to its action and the sentence for success."""
        common: dict[str, Any] = {"by": self.actor, "on": self.on}
        post = self.request.POST
        signed: dict[str, Any] = {
            "batch_id": batch.pk,
            "digest": post.get("digest", ""),
        }
        if verb == "send-back":
            reason = post.get("reason", "")
            return (
                lambda: send_back_batch(**signed, **common, reason=reason),
                "已退回经办。",
            )
        if verb == "follow-up":
            keys: dict[str, Any] = {
                "round_id": batch.round_id,
                "organisation_id": batch.organisation_id,
            }
            return lambda: draft_follow_up_batch(**keys, **common), "已生成重发批次。"
        if verb == "voucher":
            return (
                lambda: draw_accounting_voucher(batch_id=batch.pk, **common),
                "已开具记账凭证，请在本单位账上记账后登记凭证字号。",
            )
        if verb in DOUBTS:
            return self.doubt_of(verb, batch, common)
        if verb not in SIGNING:
            raise Http404
        action, _may, _label, done = SIGNING[verb]
        comment = post.get("comment", "")
        return lambda: action(**signed, **common, comment=comment), done

    def doubt_of(
        self, verb: str, batch: Batch, common: dict[str, Any]
    ) -> tuple[Callable[[], object], str]:
        """Bind a verb about payments in doubt."""
        post, asked = self.request.POST, {"batch_id": batch.pk, **common}
        if verb == "ask-bank":
            return lambda: request_asking(**asked), "已安排询问银行，稍后刷新查看结果。"
        if verb == "confirm-doubt":
            return lambda: confirm_doubt(**asked), "已确认，结果已入账。"
        verdict, reason = post.get("verdict", ""), post.get("reason", "")
        return (
            lambda: find_doubt(**asked, verdict=verdict, reason=reason),
            "已登记核实结论，等待审批人确认。",
        )


def rounds_offered(actor: Actor) -> list[tuple[int, str]]:
    """The rounds in reach, newest first."""
    return [(round_.pk, str(round_)) for round_ in rounds_visible_to(actor)[:100]]


def verbs_of(batch: Batch, *, actor: Actor, on: date) -> list[Verb]:
    """What may be done with a batch where it stands, each with its verdict."""
    near = [
        verb_of(batch, name, actor=actor, on=on)
        for name in NEAR[BatchState(batch.state)]
    ]
    if batch.state == BatchState.APPROVED and has_left_over(batch):
        near.append(verb_of(batch, "follow-up", actor=actor, on=on))
    if batch.state in (BatchState.INSTRUCTED, BatchState.SETTLED):
        near += doubt_verbs_of(batch, actor)
    if batch.settled_on is not None and (amounts := not_yet_vouchered(batch)):
        near.append(voucher_verb_of(batch, sum(amounts.values()), actor))
    return near


def voucher_verb_of(batch: Batch, amount: Decimal | int, actor: Actor) -> Verb:
    """Draw what arrived and stands in no voucher yet."""
    return Verb(
        label="开具记账凭证",
        url=reverse("staff_assistance:batch-verb", args=(batch.pk, "voucher")),
        verdict=can_draw_voucher(actor, batch.organisation),
        effect=f"到账而未开凭证的 {show_yuan(Decimal(amount))} 元将开具一张凭证。",
    )


def doubt_verbs_of(batch: Batch, actor: Actor) -> list[Verb]:
    """Ask the bank; and, where something is in doubt, say what was found there."""
    standing = link_standing(batch)
    if standing is None or not standing.is_direct:
        return []
    names = DOUBTS if standing.doubtful_count else ("ask-bank",)
    built = {
        "ask-bank": ("询问银行", can_ask_bank(actor, batch), None),
        "find-doubt": ("登记核实结论", can_find_doubt(actor, batch), DoubtForm()),
        "confirm-doubt": ("确认核实结论", can_confirm_doubt(actor, batch), None),
    }
    return [
        Verb(
            label=built[name][0],
            url=reverse("staff_assistance:batch-verb", args=(batch.pk, name)),
            verdict=built[name][1],
            form=built[name][2],
        )
        for name in names
    ]


def verb_of(batch: Batch, name: str, *, actor: Actor, on: date) -> Verb:
    """Build one button of a batch."""
    url = reverse("staff_assistance:batch-verb", args=(batch.pk, name))
    hidden = {"digest": batch.digest}
    if name == "follow-up":
        may = can_draft_follow_up_batch(actor, batch.organisation, on=on)
        return Verb(label="生成重发批次", url=url, verdict=may)
    if name == "send-back":
        back = can_send_back_batch(actor, batch, on=on)
        form = ReasonForm()
        return Verb(label="退回经办", url=url, verdict=back, hidden=hidden, form=form)
    _action, may_sign, label, _done = SIGNING[name]
    is_payment = name == "instruct"
    payable = getattr(batch, "payable", batch.total)
    amount = show_yuan(payable)
    return Verb(
        label=label,
        url=url,
        verdict=may_sign(actor, batch, on=on),
        tone="danger" if is_payment else "next",
        effect=f"将向 {batch.line_count:,} 人支付 {amount} 元。"
        if is_payment
        else f"名单 {batch.line_count:,} 人，{amount} 元，摘要 {batch.digest[:12]}。",
        typed=amount if is_payment else "",
        hidden=hidden,
        form=None if is_payment else CommentForm(),
    )
