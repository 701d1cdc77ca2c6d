"""Reads of messages: whose they are, the call list, wordings, and how many arrived."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import django_filters
from django.db.models import Count, Min, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import Organisation, Person
from members.permissions.messages import CALLERS
from unionportal.core.actor import Actor
from unionportal.core.documents import render_pdf
from unionportal.core.figures import Figure, span_of
from unionportal.core.masks import mask_phone
from unionportal.core.messages.inbox import message_text
from unionportal.core.messages.wordings import shipped_templates
from unionportal.core.models.messages import (
    Message,
    MessageCall,
    MessageState,
    MessageWording,
)
from unionportal.core.queues import QueueItem, WorkQueue
from unionportal.core.scope import within

SHOWN = 50
ARRIVED = (MessageState.DELIVERED, MessageState.CALLED)


def messages_visible_to(actor: Actor) -> QuerySet[Message]:
    """The messages of the actor's unions."""
    messages = Message.objects.order_by("-id")
    if actor.is_system:
        return messages
    unions = Organisation.objects.filter(within(actor, "path"))
    return messages.filter(organisation_id__in=unions.order_by().values("pk"))


def calls_waiting(actor: Actor) -> QuerySet[Message]:
    """The call list (电话名单): whom no message reached, oldest first."""
    return messages_visible_to(actor).filter(state=MessageState.FAILED).order_by("id")


@dataclass(frozen=True, slots=True)
class MessageLine:
    """A message with what a list shows beside it."""

    message: Message
    person: Person | None
    union: str
    title: str
    calls: int = 0

    @property
    def pk(self) -> int:
        return self.message.pk

    @property
    def text(self) -> str:
        return message_text(self.message)

    @property
    def phone(self) -> str:
        return mask_phone(self.person.phone or "") if self.person else ""


def lines_of_messages(messages: Sequence[Message]) -> list[MessageLine]:
    """With person, union, title and calls, in three queries for all of them."""
    people = Person.objects.only("id", "name", "phone").in_bulk(
        {message.person_id for message in messages}
    )
    unions = Organisation.objects.filter(
        pk__in={message.organisation_id for message in messages}
    )
    names = dict(unions.values_list("pk", "short_name"))
    counted = MessageCall.objects.filter(message__in=[each.pk for each in messages])
    calls = dict(counted.values_list("message").annotate(Count("pk")).order_by())
    titles = template_titles()
    return [
        MessageLine(
            message,
            people.get(message.person_id),
            names.get(message.organisation_id or 0, ""),
            titles.get(message.template, message.template),
            calls.get(message.pk, 0),
        )
        for message in messages
    ]


def union_of(message: Message) -> Organisation | None:
    """The union a message is of."""
    return Organisation.objects.filter(pk=message.organisation_id).first()


def template_titles() -> dict[str, str]:
    """What staff call each template."""
    return {each.code: each.title for each in shipped_templates()}


class MessageFilter(django_filters.FilterSet):
    """Messages by state, template, day, union and the beginning of a name."""

    state = django_filters.ChoiceFilter(label=_("状态"), choices=MessageState.choices)
    template = django_filters.ChoiceFilter(
        label=_("模板"), choices=lambda: sorted(template_titles().items())
    )
    since = django_filters.DateFilter(label=_("登记日期从"), method="from_day")
    until = django_filters.DateFilter(label=_("到"), method="to_day")
    under = django_filters.CharFilter(label=_("工会代码"), method="of_union")
    name = django_filters.CharFilter(label=_("姓名开头"), method="to_name")

    class Meta:
        model = Message
        fields = ("state", "template")

    def from_day(self, rows: QuerySet[Any], name: str, day: date) -> QuerySet[Any]:
        """Written down on or after a day."""
        del name
        return rows.filter(created_at__gte=_begin(day))

    def to_day(self, rows: QuerySet[Any], name: str, day: date) -> QuerySet[Any]:
        """Written down on or before a day."""
        del name
        following = date.fromordinal(day.toordinal() + 1)
        return rows.filter(created_at__lt=_begin(following))

    def of_union(self, rows: QuerySet[Any], name: str, code: str) -> QuerySet[Any]:
        """Of a union and those below it; an unknown code finds nothing."""
        del name
        union = Organisation.objects.filter(code=code.strip()).only("path").first()
        if union is None:
            return rows.none()
        below = Organisation.objects.filter(
            path__gte=union.path, path__lt=f"{union.path}~"
        )
        return rows.filter(organisation_id__in=below.order_by().values("pk"))

    def to_name(self, rows: QuerySet[Any], name: str, typed: str) -> QuerySet[Any]:
        """To people whose name begins so."""
        del name
        people = Person.objects.filter(name__startswith=typed.strip())
        return rows.filter(person_id__in=people.order_by().values("pk"))


def _begin(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(0)))


# --- wordings


@dataclass(frozen=True, slots=True)
class WordingLine:
    """A template as a union's staff see it: as shipped, and in the union's own words."""

    code: str
    key: str
    title: str
    purpose: str
    is_urgent: bool
    names: tuple[str, ...]
    shipped: str
    own: MessageWording | None


def key_of(code: str) -> str:
    """A template's code as part of an address: assistance.paid."""
    return code.replace("/notices/", ".").removesuffix(".txt")


def wordings_of(organisation_id: int) -> list[WordingLine]:
    """Every template with a union's own words, which are the latest version of it."""
    own = {
        each.template: each
        for each in MessageWording.objects.filter(
            organisation_id=organisation_id
        ).order_by("id")
    }
    return [
        WordingLine(
            each.code,
            key_of(each.code),
            each.title,
            each.purpose,
            each.is_urgent,
            each.names,
            each.text,
            found if (found := own.get(each.code)) and found.text else None,
        )
        for each in shipped_templates()
    ]


def versions_of(template: str, organisation_id: int) -> QuerySet[MessageWording]:
    """Every version a union ever had, the latest first."""
    return MessageWording.objects.filter(
        template=template, organisation_id=organisation_id
    ).order_by("-id")


# --- on paper, in figures, in queues


def call_sheet_pdf(lines: Iterable[MessageLine], *, on: date, printed_by: str) -> bytes:
    """The call list with room to write; phones stay masked (documents/call_list.typ)."""
    return render_pdf(
        "call_list",
        {
            "printed_by": printed_by,
            "printed_on": on.isoformat(),
            "lines": [
                {
                    "name": line.person.name if line.person else "",
                    "union": line.union,
                    "phone": line.phone or "无号码",
                    "title": line.title,
                    "reason": line.message.reason,
                    "calls": str(line.calls),
                }
                for line in lines
            ],
        },
    )


def _of_period(path: str, period: str) -> QuerySet[Message]:
    first, last = span_of(period)
    unions = Organisation.objects.filter(path__gte=path, path__lt=f"{path}~")
    return Message.objects.filter(
        organisation_id__in=unions.order_by().values("pk"),
        created_at__gte=_begin(first),
        created_at__lt=_begin(date.fromordinal(last.toordinal() + 1)),
    )


def messages_written(path: str, period: str) -> Decimal:
    return Decimal(_of_period(path, period).count())


def delivered_share(path: str, period: str) -> Decimal:
    counts = _of_period(path, period).aggregate(
        all=Count("pk"), arrived=Count("pk", filter=Q(state__in=ARRIVED))
    )
    if not counts["all"]:
        return Decimal(0)
    share = Decimal(counts["arrived"]) * 100 / Decimal(counts["all"])
    return share.quantize(Decimal("0.1"))


def people_not_reached(path: str, period: str) -> Decimal:
    lost = (MessageState.FAILED, MessageState.UNREACHED)
    found = _of_period(path, period).filter(state__in=lost)
    return Decimal(found.values("person_id").distinct().count())


MESSAGE_FIGURES = (
    Figure(
        code="members.messages",
        name="通知",
        definition="期内登记的通知，发短信或仅在站内，按所属工会统计。",
        measure="登记",
        unit="条",
        compute=messages_written,
        on_desk=False,
    ),
    Figure(
        code="members.messages_delivered",
        name="通知送达率",
        definition="期内登记的通知中，运营商回执送达或已电话告知的占比；没有回执的不算送达。",
        measure="送达",
        unit="%",
        compute=delivered_share,
        on_desk=False,
    ),
    Figure(
        code="members.not_reached",
        name="未告知到的职工",
        definition="期内至少有一条通知发送失败且未电话告知，或未能告知的职工，一人只计一次。",
        measure="未告知",
        unit="人",
        compute=people_not_reached,
        on_desk=False,
    ),
)


def people_to_call(actor: Actor, on: date) -> list[QueueItem]:
    """One line for each union of the actor with people on its call list."""
    del on
    if not any(seat.role in CALLERS for seat in actor.seats):
        return []
    waiting = calls_waiting(actor).order_by().values("organisation_id")
    found = {
        row["organisation_id"]: (row["count"], row["first"])
        for row in waiting.annotate(count=Count("pk"), first=Min("created_at"))
    }
    if not found:
        return []
    unions = Organisation.objects.filter(pk__in=found).order_by("path")[:SHOWN]
    return [
        QueueItem(
            title=str(_("电话告知")),
            detail=f"{found[union.pk][0]} 条通知没有送到，请打电话告知本人",
            url=f"{reverse('staff_messages:calls')}?under={union.code}",
            organisation_name=union.name,
            waiting_since=timezone.localtime(found[union.pk][1]).date(),
            due_on=None,
            role=CALLERS[0],
        )
        for union in unions
    ]


MESSAGE_QUEUE = WorkQueue("members.calls", "待电话告知", people_to_call)
