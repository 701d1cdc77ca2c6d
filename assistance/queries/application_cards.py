"""Cards of applications on a worker's home page: what needs him, what is under way."""

from datetime import date

from django.urls import reverse

from assistance.enums import AidApplicationState
from assistance.models import AidApplication
from assistance.queries.application_stories import Opening, openings_of
from assistance.queries.applications import applications_visible_to
from unionportal.core.actor import Actor
from unionportal.core.cards import Card

LATEST = 5
# Once accepted, the matter of the round tells on; the others tell here.
_NEXT = {
    AidApplicationState.DRAFT: "还没有提交，截止日期前交上来才算申请。",
    AidApplicationState.SUBMITTED: "工会核对后告诉您结果，您不用再办。",
    AidApplicationState.ASKED: "请补齐材料再提交。",
    AidApplicationState.ACCEPTED: "等认定和公示，您不用再办。",
    AidApplicationState.VISITED: "等县级工会核定和公示，您不用再办。",
    AidApplicationState.NOTICED: "公示期满没有异议就建档，您不用再办。",
}


def application_cards(actor: Actor, on: date) -> list[Card]:
    """What is under way, then what could be had; what is answered has its own card."""
    if actor.kind != "worker" or actor.person_id is None:
        return []
    mine = applications_visible_to(actor)
    rows = mine.filter(state__in=_NEXT)[:LATEST]
    applied = set(mine.values_list("scheme_id", "occurrence"))
    return [
        *(_card(one) for one in rows),
        *(
            _offer(one)
            for one in openings_of(actor.person_id, on)
            if (one.window.scheme_id, one.window.occurrence) not in applied
            and not one.outlook.refused_by
        ),
    ]


def _offer(opening: Opening) -> Card:
    until = f"{opening.window.closes_on:%Y年%-m月%-d日}"
    return Card(
        title=opening.scheme.title,
        state="您可以申请",
        next_step=f"{opening.window.period}，{until}截止。",
        url=reverse("assistance:aid-start", args=[opening.window.pk]),
        action_label="去看看",
    )


def _card(application: AidApplication) -> Card:
    state = AidApplicationState(application.state)
    needs = state in {AidApplicationState.DRAFT, AidApplicationState.ASKED}
    return Card(
        title=str(application.window),
        state=f"申请{application.get_state_display()}",
        next_step=_NEXT[state],
        url=application_page(application.pk),
        action_label="去办理" if needs else "查看",
        needs_action=needs,
    )


def application_page(application_id: int) -> str:
    """Where a worker reads about one of his applications."""
    return reverse("assistance:aid-application", args=[application_id])
