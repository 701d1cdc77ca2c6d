"""A county's receiver that took two notices and has been silent since this morning."""

import json
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.utils.timezone import get_current_timezone

from members.actions.webhook import set_webhook
from members.models import ApiClient, Organisation, Webhook
from members.queries.post import actor_for
from unionportal.core.webhooks import is_allowed

PATH = "/portal-changes"
ATTEMPTS = 7  # pauses of 1, 2, 4 … minutes: since a good hour
EVENTS = (3, 1, 5)  # of each notice, oldest first; the last one was not taken
SILENT = "连接不上对方"


def load_webhook(client: ApiClient, *, on: date) -> None:
    """Register the receiver and what it was told, where its host is on the list."""
    url = f"{next(iter(settings.WEBHOOK_HOSTS), '')}{PATH}"
    if not is_allowed(url):
        return
    webhook = set_webhook(url=url, on=on, by=actor_for(client)).webhook
    noon = datetime.combine(on, time(12), get_current_timezone())
    below = Organisation.objects.filter(path__startswith=client.organisation.path)
    numbers = list(below.order_by("id").values_list("pk", flat=True)[: max(EVENTS)])
    for place, count in enumerate(EVENTS):
        is_last = place == len(EVENTS) - 1
        at = noon - timedelta(hours=3 * (len(EVENTS) - place))
        webhook.deliveries.create(
            number=f"msg_{webhook.pk:08x}{place:08x}",
            body=_body(webhook, numbers[:count], at),
            event_count=len(numbers[:count]),
            created_at=at,
            attempt_count=ATTEMPTS if is_last else 1,
            next_at=noon + timedelta(hours=1) if is_last else None,
            delivered_at=None if is_last else at,
            last_status=None if is_last else 200,
            last_error=SILENT if is_last else "",
        )
        webhook.failing_since = at if is_last else None
    webhook.save(update_fields=["failing_since"])


def _body(webhook: Webhook, numbers: list[int], at: datetime) -> str:
    told = [
        {"kind": "organisation", "id": number, "change": "changed", "moved_to": None}
        for number in numbers
    ]
    body = {
        "type": "changes",
        "timestamp": at.isoformat(timespec="seconds"),
        "changes": told,
        "cursor": webhook.cursor,
        "cursor_lost": False,
    }
    return json.dumps(body, separators=(",", ":"))
