"""Rounds on the staff site: the list, the page of one, and its verbs."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from assistance.actions.certificates import close_round
from assistance.actions.computations import request_computation
from assistance.actions.notices import request_publication
from assistance.actions.releases import request_release
from assistance.actions.rounds import cancel_round, open_supplementary_round
from assistance.admin.forms import DateForm, ReasonForm
from assistance.admin.round_samples import sample_on_page
from assistance.admin.round_work import pace_of, running_job, until_done
from assistance.admin.search import offer, offer_unions
from assistance.enums import RoundKind, RoundState
from assistance.models import Round
from assistance.permissions.batches import can_release_round
from assistance.permissions.rounds import (
    can_cancel_round,
    can_close_round,
    can_compute_round,
    can_open_round,
    can_publish_round_notice,
)
from assistance.queries.batches import batches_visible_to
from assistance.queries.certificates import (
    certificate_pdf,
    certificates_visible_to,
    open_ends,
)
from assistance.queries.filters import RoundFilter
from assistance.queries.rounds import (
    counties_visible_to,
    periods_on_record,
    round_clauses,
    round_cuts,
    round_unknowns,
    rounds_visible_to,
    totals_of,
    totals_visible_to,
    unions_without_notice,
)
from assistance.queries.schemes import scheme_of, scheme_versions_visible_to
from members.auth.staff import StaffPage
from members.queries.notice import notices_visible_to
from unionportal.core.actor import Actor
from unionportal.core.admin.verbs import Verb, arranged, attempt
from unionportal.core.audit import history_of
from unionportal.core.money import show_yuan
from unionportal.core.verdict import ALLOWED, Verdict, denied

STEPS = (
    (RoundState.OPENED, "开启"),
    (RoundState.COMPUTED, "测算"),
    (RoundState.NOTICED, "公示"),
    (RoundState.RELEASED, "签批发放"),
    (RoundState.CLOSED, "办结"),
)


class RoundList(StaffPage):
    """Rounds in reach, newest first; a province has a few dozen a year."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the filtered list; totals that reach beyond the actor stay unsaid."""
        chosen = RoundFilter(request.GET, queryset=rounds_visible_to(self.actor))
        offer(chosen, "scheme", schemes_offered(self.actor))
        offer(chosen, "period", [(one.code, one.title) for one in periods_on_record()])
        offer_unions(chosen, self.actor)
        rounds = [
            (each, totals_visible_to(each, self.actor)) for each in chosen.qs[:200]
        ]
        known = [totals for _round, totals in rounds if totals is not None]
        return self.page(
            "staff/rounds.html",
            title="发放轮次",
            filter=chosen,
            rounds=rounds,
            total=sum((totals.amount for totals in known), Decimal("0.00")),
        )


class RoundPage(StaffPage):
    """One round: where it stands, what may be done now, and totals by county."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show everything a clerk needs to decide the next step."""
        round_ = get_object_or_404(rounds_visible_to(self.actor), pk=pk)
        counties = counties_visible_to(round_, self.actor)
        in_charge = self.actor.reaches(round_.organisation.path)
        shown = sample_on_page(round_, self.actor)
        return self.page(
            "staff/round.html",
            title=str(round_),
            round=round_,
            scheme=scheme_of(round_.version),
            steps=steps_of(round_),
            job=(job := running_job(round_)),
            pace=pace_of(job),
            verbs=arranged(
                until_done(
                    job,
                    [
                        *verbs_of(round_, actor=self.actor, on=self.on),
                        *shown.verbs,
                    ],
                )
            ),
            **shown.values,
            counties=counties,
            totals=totals_of(counties),
            clauses=round_clauses(round_) if in_charge else [],
            cuts=round_cuts(round_) if in_charge else 0,
            unknowns=round_unknowns(round_) if in_charge else [],
            open_ends=open_ends(round_)
            if in_charge and round_.state == RoundState.RELEASED
            else [],
            batches=batches_visible_to(self.actor)
            .filter(round=round_)
            .select_related("organisation")
            .order_by("organisation__path", "sequence")[:300],
            notices=notices_visible_to(self.actor)
            .filter(about_kind="assistance.round", about_id=round_.pk)
            .select_related("organisation")
            .order_by("organisation__path")[:200],
            supplements=round_.supplements.order_by("id"),
            certificate=certificates_visible_to(self.actor)
            .filter(round=round_)
            .first(),
            history=history_of(round_)[:30] if in_charge else [],
        )


class RoundVerb(StaffPage):
    """A verb on a round; each is one action."""

    def post(self, request: HttpRequest, pk: int, verb: str) -> HttpResponseBase:
        """Act, say how it went, and go back to the round."""
        round_ = get_object_or_404(rounds_visible_to(self.actor), pk=pk)
        action, done = self.action_of(verb, round_)
        attempt(request, action, done=done)
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
            "compute": (lambda: request_computation(**common), "已开始测算。"),
            "publish": (lambda: request_publication(**common), "已开始发布公示。"),
            "release": (lambda: request_release(**common), "已开始生成批次。"),
            "close": (lambda: close_round(**common), "轮次已办结，覆盖证明已出具。"),
            "cancel": (
                lambda: cancel_round(**common, reason=post.get("reason", "")),
                "轮次已取消。",
            ),
            "supplement": (lambda: self.supplement(round_), "已开启补充轮次。"),
        }
        if verb not in bound:
            raise Http404
        return bound[verb]

    def supplement(self, round_: Round) -> object:
        """Open a supplementary round on the day named in the form, or today."""
        form = DateForm(self.request.POST)
        as_of = form.cleaned_data["as_of"] if form.is_valid() else self.on
        return open_supplementary_round(
            parent_id=round_.parent_id or round_.pk,
            as_of=as_of,
            on=self.on,
            by=self.actor,
        )


class CertificateDocument(StaffPage):
    """The coverage certificate as PDF."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send the document of a closed round."""
        certificate = get_object_or_404(
            certificates_visible_to(self.actor), round_id=pk
        )
        answer = HttpResponse(
            certificate_pdf(certificate), content_type="application/pdf"
        )
        answer["Content-Disposition"] = f'inline; filename="{certificate.number}.pdf"'
        return answer


def schemes_offered(actor: Actor) -> list[tuple[str, str]]:
    """Each scheme once, by its code."""
    versions = scheme_versions_visible_to(actor)
    return list({one.scheme.code: one.scheme.title for one in versions}.items())


def steps_of(round_: Round) -> list[dict[str, str]]:
    """The way of a round with where it stands: done, now or to come."""
    order = [state for state, _label in STEPS]
    place = order.index(RoundState(round_.state)) if round_.state in order else -1
    if round_.state == RoundState.CLOSED:
        place = len(order)
    return [
        {
            "label": label,
            "status": "done" if i < place else "now" if i == place else "next",
        }
        for i, (_state, label) in enumerate(STEPS)
    ]


def verbs_of(round_: Round, *, actor: Actor, on: date) -> list[Verb]:
    """What may be done with a round, each with its verdict."""

    def verb(name: str, label: str, verdict: Verdict, **more: Any) -> Verb:
        url = reverse("staff_assistance:round-verb", args=(round_.pk, name))
        allowed = verdict and fitting(round_, name)
        return Verb(label=label, url=url, verdict=allowed, **more)

    amount = show_yuan(round_.eligible_amount)
    listed = [
        verb(
            "compute",
            "重新测算" if round_.state == RoundState.COMPUTED else "测算",
            can_compute_round(actor, round_),
            tone="next" if round_.state == RoundState.OPENED else "plain",
        ),
        verb(
            "publish",
            "重新公示" if round_.state == RoundState.NOTICED else "发布公示",
            can_publish_round_notice(actor, round_),
            tone="next",
            effect=f"将公示 {round_.eligible_count} 户，名单自此不再变动。",
        ),
        verb(
            "release",
            "生成批次",
            can_release_round(actor, round_, on=on),
            tone="next",
            effect=f"将按发放工会生成批次，共 {round_.eligible_count} 户、{amount} 元。",
        ),
        verb(
            "close",
            "办结",
            can_close_round(actor, round_),
            tone="next",
            effect="仍缺材料的，按“期满未补材料”结束，可在下一轮次重新认定。",
        ),
        verb(
            "supplement",
            "开启补充轮次",
            can_open_round(actor, round_.organisation),
            form=DateForm(initial={"as_of": on}),
            effect="补充轮次受理待补材料、新建档和异议成立的对象。",
        ),
        verb(
            "cancel",
            "取消轮次",
            can_cancel_round(actor, round_),
            tone="danger",
            form=ReasonForm(),
        ),
    ]
    return [each for each in listed if is_near(round_, each.url)]


NEAR: dict[str, frozenset[str]] = {
    RoundState.OPENED: frozenset({"compute", "cancel"}),
    RoundState.COMPUTED: frozenset({"compute", "publish", "release", "cancel"}),
    RoundState.NOTICED: frozenset({"publish", "release"}),
    RoundState.RELEASED: frozenset({"close", "supplement"}),
    RoundState.CLOSED: frozenset(),
    RoundState.CANCELLED: frozenset(),
}
NOBODY_LEFT = frozenset({"publish", "close"})
"""Of a noticed round that would pay nobody."""


def is_near(round_: Round, url: str) -> bool:
    """Show only the verbs that belong to where the round stands."""
    near = NEAR[round_.state]
    rule = scheme_of(round_.version).notice
    if round_.state == RoundState.RELEASED and rule is not None and rule.is_after:
        near |= {"publish"}
    if round_.state == RoundState.NOTICED and not round_.eligible_count:
        near = NOBODY_LEFT
    return url.rstrip("/").rsplit("/", 1)[-1] in near


def fitting(round_: Round, name: str) -> Verdict:
    """Refuse what the scheme or the kind of round rules out."""
    rule = scheme_of(round_.version).notice
    goes_first = rule is not None and not rule.is_after
    if name == "release" and goes_first and round_.state == RoundState.COMPUTED:
        return denied("方案要求先公示，公示期满后才能生成批次。")
    if name == "publish" and rule is None:
        return denied("方案不要求公示，可直接生成批次。")
    if name == "publish" and not goes_first and round_.state == RoundState.COMPUTED:
        return denied("方案先发放、后公示，请先生成批次。")
    if (
        name == "publish"
        and round_.state in {RoundState.NOTICED, RoundState.RELEASED}
        and not unions_without_notice(round_).exists()
    ):
        return denied("各发放工会的公示都有效；名单有误的，请先撤销公示。")
    if name == "supplement" and round_.kind == RoundKind.SUPPLEMENTARY:
        return denied("请在主轮次上开启补充轮次。")
    return ALLOWED
