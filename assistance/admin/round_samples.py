"""The sample on the page of a round: what it says, and the verbs that belong to it."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from assistance.actions.samples import (
    TAKEN_AT_ONCE,
    draw_sample,
    take_sample_items,
    waive_verification,
)
from assistance.admin.forms import ReasonForm
from assistance.admin.verification import PrecisionForm
from assistance.enums import RoundState
from assistance.models import Round
from assistance.permissions.verification import (
    can_draw_sample,
    can_take_sample_items,
    can_waive_verification,
)
from assistance.queries.rounds import rounds_visible_to
from assistance.queries.verification import (
    in_words,
    items_waiting,
    payments_to_verify,
    sample_of,
    sample_report,
    waiver_of,
)
from members.auth.staff import StaffPage
from unionportal.core.actor import Actor
from unionportal.core.admin.verbs import Verb, attempt
from unionportal.core.verdict import Verdict


class RoundSampleVerb(StaffPage):
    """Draw, waive, take: each is one action on a round."""

    def post(self, request: HttpRequest, pk: int, verb: str) -> HttpResponseBase:
        """Act, say how it went, and go back to the round or to the people taken."""
        round_ = get_object_or_404(rounds_visible_to(self.actor), pk=pk)
        action, done = self.action_of(verb, round_)
        was_done = attempt(request, action, done=done)
        if verb == "take" and was_done:
            names = reverse("staff_assistance:sample-items")
            return redirect(f"{names}?round={pk}&mine=1&state=waiting")
        return redirect("staff_assistance:round", pk=pk)

    def action_of(self, verb: str, round_: Round) -> tuple[Callable[[], object], str]:
        """Bind a verb of the address to its action and the sentence for success."""
        common: dict[str, Any] = {
            "round_id": round_.pk,
            "on": self.on,
            "by": self.actor,
        }
        post = self.request.POST
        bound: dict[str, tuple[Callable[[], object], str]] = {
            "draw": (
                lambda: draw_sample(
                    **common, precision=PrecisionForm(post).precision()
                ),
                "样本已抽取，请审计、复核或经办岗位领取核查。",
            ),
            "waive": (
                lambda: waive_verification(**common, reason=post.get("reason", "")),
                "已批准免予核查。",
            ),
            "take": (
                lambda: take_sample_items(**common),
                "已领取，请逐户核查并登记结果。",
            ),
        }
        if verb not in bound:
            raise Http404
        return bound[verb]


def sample_verbs(round_: Round, actor: Actor) -> list[Verb]:
    """What may be done about the sample of a round that is being paid."""
    if round_.state != RoundState.RELEASED or waiver_of(round_) is not None:
        return []

    def verb(name: str, label: str, verdict: Verdict, **more: Any) -> Verb:
        url = reverse("staff_assistance:round-sample-verb", args=(round_.pk, name))
        return Verb(label=label, url=url, verdict=verdict, **more)

    if sample_of(round_) is None:
        if not payments_to_verify(round_).exists():
            return []
        return [
            verb(
                "draw",
                "抽取核查样本",
                can_draw_sample(actor, round_),
                form=PrecisionForm(),
                effect="发放全部办完后抽取，只抽一次；种子取自审计链，谁也不能挑人。",
            ),
            verb(
                "waive",
                "免予核查",
                can_waive_verification(actor, round_),
                form=ReasonForm(),
            ),
        ]
    if not items_waiting(round_).filter(verifier=None).exists():
        return []
    return [
        verb(
            "take",
            "领取核查任务",
            can_take_sample_items(actor, round_),
            effect=f"领取下 {TAKEN_AT_ONCE} 户；您签过字的批次不在其内。",
        )
    ]


def sample_told(round_: Round, actor: Actor) -> dict[str, Any]:
    """What the page of a round says of its sample; nothing beyond the actor's reach."""
    sample, waiver = sample_of(round_), waiver_of(round_)
    if not actor.reaches(round_.organisation.path) or not (sample or waiver):
        return {"sample": sample, "waiver": None}
    report = sample_report(sample) if sample else None
    return {
        "sample": sample,
        "sample_words": in_words(report) if report else "",
        "sample_waiting": report.waiting if report else 0,
        "waiver": waiver,
    }
