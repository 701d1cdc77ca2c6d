"""News for county systems: gathered from the changes, sent until they are taken.

At most one body of an address waits; whatever comes meanwhile stays in the changes,
so that an address that fails for days piles nothing up.
"""

import json
import secrets
from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction

from members.actions.webhook import request_push, turn_off
from members.models import Webhook, WebhookDelivery
from members.queries.change import ChangePage, changes_since, cursor_now, read_cursor
from members.queries.post import actor_of_client
from unionportal.core.actor import SYSTEM
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.jobs import JobRun
from unionportal.core.webhooks import Outcome, post_signed

EVENTS = 500  # of one body
BODIES = 40  # of one run of the job
LONGEST_PAUSE = 60  # minutes between two attempts
KEPT = timedelta(days=30)


def request_pushes(*, on: date, at: datetime) -> int:
    """Have sent whatever waits anywhere; return to how many addresses."""
    live = Webhook.objects.filter(is_active=True, api_client__is_active=True)
    found = 0
    for number in live.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            webhook = _locked(number)
            if webhook.is_active and _next(webhook, on=on, at=at) is not None:
                request_push(webhook)
                found += 1
    return found


def push(run: JobRun, *, on: date, clock: Callable[[], datetime]) -> int:
    """Send what waits for one address, body after body; return how many were taken."""
    taken = 0
    while taken < BODIES:
        at = clock()
        with transaction.atomic():
            run.fence()
            webhook = _locked(run.arguments["webhook"])
            is_open = webhook.is_active and webhook.api_client.is_active
            due = _next(webhook, on=on, at=at) if is_open else None
        if due is None:
            break
        outcome = post_signed(
            url=webhook.url,
            secret=webhook.secret,
            number=due.number,
            body=due.body,
            at=at,
        )
        _note(run, due, outcome, on=on, at=clock())
        if not outcome.is_taken:
            break
        taken += 1
    return taken


def _next(webhook: Webhook, *, on: date, at: datetime) -> WebhookDelivery | None:
    """The body that is due; a new one where none waits and there is news."""
    waiting = webhook.deliveries.filter(next_at__isnull=False).order_by("id")
    first = waiting.filter(next_at__lte=at).first()
    if first is not None or waiting.exists():
        return first
    return _gathered(webhook, on=on, at=at)


def _gathered(webhook: Webhook, *, on: date, at: datetime) -> WebhookDelivery | None:
    client = webhook.api_client
    actor = actor_of_client(client.client_id, on=on)
    is_lost = False
    try:
        since = read_cursor(webhook.cursor)
    except Refusal:  # the database lives anew: the client is told, and reads its lists
        since, is_lost = cursor_now(), True
    page = changes_since(since, actor, size=EVENTS)
    if str(page.cursor) != webhook.cursor:
        webhook.cursor = str(page.cursor)
        webhook.save(update_fields=["cursor"])
    if not page.lines and not is_lost:
        return None
    webhook.deliveries.filter(delivered_at__lt=at - KEPT).delete()
    return webhook.deliveries.create(
        number=f"msg_{secrets.token_hex(8)}",
        body=_body_of(page, is_lost=is_lost, at=at),
        event_count=len(page.lines),
        created_at=at,
        next_at=at,
    )


def _body_of(page: ChangePage, *, is_lost: bool, at: datetime) -> str:
    """What the receiver reads: which records changed, and nothing of what they hold."""
    lines = [
        {
            "kind": line.kind,
            "id": line.id,
            "change": line.change,
            "moved_to": line.moved_to,
        }
        for line in page.lines
    ]
    body = {
        "type": "changes",
        "timestamp": at.isoformat(timespec="seconds"),
        "changes": lines,
        "cursor": str(page.cursor),
        "cursor_lost": is_lost,
    }
    return json.dumps(body, separators=(",", ":"))


@transaction.atomic
def _note(
    run: JobRun, sent: WebhookDelivery, outcome: Outcome, *, on: date, at: datetime
) -> None:
    """Keep what came of an attempt; turn off what has failed for days."""
    run.fence()
    webhook = _locked(sent.webhook_id)
    delivery = webhook.deliveries.filter(pk=sent.pk, next_at__isnull=False).first()
    if delivery is None:  # the client ended it meanwhile
        return
    delivery.attempt_count += 1
    delivery.last_status, delivery.last_error = outcome.status, outcome.error
    if outcome.is_taken:
        delivery.next_at, delivery.delivered_at = None, at
        _failing(webhook, None)
    else:
        pause = min(LONGEST_PAUSE, 2 ** min(delivery.attempt_count - 1, 10))
        delivery.next_at = at + timedelta(minutes=pause)
        _failing(webhook, webhook.failing_since or at)
    delivery.save()
    _turn_off_when_dead(webhook, on=on, at=at)


def _failing(webhook: Webhook, since: datetime | None) -> None:
    if webhook.failing_since != since:
        webhook.failing_since = since
        webhook.save(update_fields=["failing_since"])


def _turn_off_when_dead(webhook: Webhook, *, on: date, at: datetime) -> None:
    """After so many days the administrator is told instead (work queue)."""
    since, days = webhook.failing_since, settings.WEBHOOK_DAYS
    if not webhook.is_active or since is None or at - since < timedelta(days=days):
        return
    reason = f"连续 {days} 天没有送达"
    turn_off(webhook, reason, at=at)
    record(
        by=SYSTEM,
        verb="turn_off_webhook",
        subject=webhook,
        on=on,
        organisation_id=webhook.api_client.organisation_id,
        reason=reason,
    )


def _locked(number: int) -> Webhook:
    rows = Webhook.objects.select_for_update(of=("self",))
    return rows.select_related("api_client__organisation").get(pk=number)
