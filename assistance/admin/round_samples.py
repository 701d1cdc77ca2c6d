"""The sample on the page of a round: what it says, and the verbs that belong to it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class RoundSample:
    """What the page of a round shows of its sample: values and verbs."""

    values: Mapping[str, Any]
    verbs: Sequence[Verb]


def sample_on_page(round_: Round, actor: Actor) -> RoundSample:
    """Read the sample once; nothing beyond the actor's reach is told."""
    sample, waiver = sample_of(round_), waiver_of(round_)
    if round_.state != RoundState.RELEASED or waiver is not None:
        verbs: list[Verb] = []
    elif sample is None:
        verbs = _before_the_draw(round_, actor)
    else:
        verbs = _after_the_draw(round_, actor)
    values: dict[str, Any] = {"sample": sample, "waiver": None}
    if actor.reaches(round_.organisation.path) and (sample or waiver):
        report = sample_report(sample) if sample else None
        values = {
            "sample": sample,
            "sample_words": in_words(report) if report else "",
            "sample_waiting": report.waiting if report else 0,
            "waiver": waiver,
        }
    return RoundSample(values, verbs)


def _verb(round_: Round, name: str, label: str, verdict: Verdict, **more: Any) -> Verb:
    url = reverse("staff_assistance:round-sample-verb", args=(round_.pk, name))
    return Verb(label=label, url=url, verdict=verdict, **more)


def _before_the_draw(round_: Round, actor: Actor) -> list[Verb]:
    if not payments_to_verify(round_).exists():
        return []
    return [
        _verb(
            round_,
            "draw",
            "抽取核查样本",
            can_draw_sample(actor, round_),
            form=PrecisionForm(),
            effect="发放全部办完后抽取，只抽一次；种子取自审计链，谁也不能挑人。",
        ),
        _verb(
            round_,
            "waive",
            "免予核查",
            can_waive_verification(actor, round_),
            form=ReasonForm(),
        ),
    ]


def _after_the_draw(round_: Round, actor: Actor) -> list[Verb]:
    if not items_waiting(round_).filter(verifier=None).exists():
        return []
    return [
        _verb(
            round_,
            "take",
            "领取核查任务",
            can_take_sample_items(actor, round_),
            effect=f"领取下 {TAKEN_AT_ONCE} 户；您签过字的批次不在其内。",
        )
    ]
