"""Messages on the staff site: what was sent, whom to call, and in which words."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext_lazy as _

from members.actions.export import record_list_export
from members.actions.message import (
    give_up_calling,
    record_call,
    resend_message,
    set_wording,
    show_message_phone,
)
from members.admin.forms import ReasonForm
from members.auth.export import ExportPage, rows_of
from members.auth.staff import StaffPage
from members.auth.tree import WithTree
from members.models import Organisation
from members.permissions.messages import (
    can_call_person,
    can_resend_message,
    can_word_messages,
)
from members.queries.message import (
    MessageFilter,
    MessageLine,
    call_sheet_pdf,
    calls_waiting,
    delivered_share,
    lines_of_messages,
    messages_visible_to,
    messages_written,
    people_not_reached,
    union_of,
    versions_of,
    wordings_of,
)
from members.queries.organisation import organisations_visible_to
from unionportal.core.admin.keyset import keyset_page
from unionportal.core.admin.verbs import Verb, arranged, attempt
from unionportal.core.audit import history_of
from unionportal.core.errors import Refusal
from unionportal.core.models.messages import CallOutcome, Message, MessageState
from unionportal.core.sheets import Column

LARGEST_PRINT = 1_000
ABOUT = ("core.message", 0)
COLUMNS: tuple[Column[MessageLine], ...] = (
    Column("登记时间", lambda line: f"{line.message.created_at:%Y-%m-%d}"),
    Column("工会", lambda line: line.union, width=20),
    Column("职工", lambda line: line.person.name if line.person else ""),
    Column("手机号", lambda line: line.phone),
    Column("通知", lambda line: line.title, width=18),
    Column("状态", lambda line: MessageState(line.message.state).label),
    Column("原因", lambda line: line.message.reason, width=36),
    Column("发送次数", lambda line: line.message.attempt_count, "count"),
    Column("通话次数", lambda line: line.calls, "count"),
)


class CallForm(forms.Form):
    """What came of a call."""

    outcome = forms.ChoiceField(label=_("结果"), choices=CallOutcome.choices)
    note = forms.CharField(label=_("说明"), max_length=200, required=False)


class WordingForm(forms.Form):
    """A union's own words; blank goes back to what was shipped."""

    text = forms.CharField(
        label=_("短信内容"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("留空为恢复上级或系统的内容；不得写疾病、帮扶种类和金额。"),
    )


class MessageList(WithTree):
    """Messages in reach, latest first, with the figures of the year."""

    template, title, is_call_list = "staff/messages.html", "通知短信", False

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Show a page of the filtered list."""
        chosen = self.chosen_messages()
        page = keyset_page(request, chosen.qs, latest_first=not self.is_call_list)
        return self.page(
            self.template,
            title=self.title,
            filter=chosen,
            lines=page,
            rows=lines_of_messages(page.rows),
            **self.figures(),
            **self.tree(),
        )

    def chosen_messages(self) -> MessageFilter:
        """What the search row asks for."""
        rows = calls_waiting if self.is_call_list else messages_visible_to
        return MessageFilter(self.request.GET, queryset=rows(self.actor))

    def figures(self) -> dict[str, Any]:
        """Sent, delivered, not reached: of the union chosen, or of the first seat."""
        if self.is_call_list or "figures" not in self.request.GET:
            return {"year": ""}  # a year of a province is counted when it is asked for
        seats = self.actor.seats
        union = self.chosen()
        place = union.path if union else seats[0].path if seats else ""
        year = str(self.on.year)
        return {
            "year": year,
            "written": messages_written(place, year),
            "share": delivered_share(place, year),
            "lost": people_not_reached(place, year),
        }


class CallList(MessageList):
    """Whom no message reached (电话名单), oldest first."""

    template, title, is_call_list = "staff/message_calls.html", "电话名单", True


class MessageExport(ExportPage):
    """The messages that the search row asks for, phones masked."""

    is_call_list = False
    is_personal = True

    def made(self, **_keys: int) -> HttpResponseBase:
        """Send them."""
        lines = self.listed("通知短信")
        return self.file_of("通知短信", COLUMNS, lines)

    def listed(self, title: str, most: int | None = None) -> list[MessageLine]:
        """Write the list down, and read it."""
        source = calls_waiting if self.is_call_list else messages_visible_to
        rows = rows_of(MessageFilter(self.request.GET, queryset=source(self.actor)))
        count = rows.count()
        if most is not None and count > most:
            raise Refusal(f"有 {count:,} 人，一次最多打印 {most:,} 人；请先缩小范围。")
        record_list_export(
            title=title,
            subject=ABOUT,
            filters=self.filters(),
            count=count,
            on=self.on,
            by=self.actor,
            reason=self.reason,
        )
        self.disclose(title, rows.values_list("person_id"))
        return lines_of_messages(list(rows))

    def back(self, **_keys: int) -> str:
        """The list."""
        name = "calls" if self.is_call_list else "messages"
        return reverse(f"staff_messages:{name}")


class CallExport(MessageExport):
    """The call list as a file."""

    is_call_list = True

    def made(self, **_keys: int) -> HttpResponseBase:
        """Send it."""
        return self.file_of("电话名单", COLUMNS, self.listed("电话名单"))


class CallSheet(MessageExport):
    """The call list on paper."""

    is_call_list = True

    def made(self, **_keys: int) -> HttpResponseBase:
        """Show the PDF."""
        lines = self.listed("电话名单（打印）", LARGEST_PRINT)
        answer = HttpResponse(
            call_sheet_pdf(lines, on=self.on, printed_by=self.actor.name),
            content_type="application/pdf",
        )
        answer["Content-Disposition"] = f'inline; filename="dianhua-{self.on}.pdf"'
        return answer


class MessagePage(StaffPage):
    """One message: its words, its way, the calls, and what may be done."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it, the phone masked."""
        del request
        return self.shown(self.found(pk))

    def shown(self, message: Message, told: str = "") -> HttpResponse:
        """The page, with the number that was asked for."""
        (line,) = lines_of_messages([message])
        return self.page(
            "staff/message.html",
            title=f"{line.title} {line.person.name if line.person else ''}",
            line=line,
            told=told,
            calls=message.calls.order_by("number"),
            verbs=arranged(self.verbs(message)),
            history=history_of(message)[:20],
        )

    def found(self, pk: int) -> Message:
        """A message of the actor's unions; another's does not exist."""
        return get_object_or_404(messages_visible_to(self.actor), pk=pk)

    def verbs(self, message: Message) -> list[Verb]:
        """What may be done with one that failed."""
        if message.state != MessageState.FAILED:
            return []
        union = union_of(message)

        def address(verb: str) -> str:
            if verb == "phone":
                return reverse("staff_messages:message-phone", args=(message.pk,))
            return reverse("staff_messages:message-verb", args=(message.pk, verb))

        call = can_call_person(self.actor, union)
        offered = (
            (
                "phone",
                "显示号码",
                call,
                ReasonForm(initial={"reason": "电话告知"}),
                "plain",
                "理由和时间记入审计，本人也看得到；计入您每天可查看的人数。",
            ),
            ("call", "登记通话", call, CallForm(), "next", ""),
            (
                "resend",
                "重新发送",
                can_resend_message(self.actor, union),
                ReasonForm(),
                "plain",
                "同一条通知再发一次；对方可能收到两次。",
            ),
            ("give-up", "不再联系", call, ReasonForm(), "danger", "记为未能告知。"),
        )
        return [
            Verb(
                label=label,
                url=address(name),
                verdict=verdict,
                tone=tone,
                effect=effect,
                form=form,
                # Which call it will be: a second click says the same one again.
                hidden={"number": str(message.calls.count() + 1)}
                if name == "call"
                else {},
            )
            for name, label, verdict, form, tone, effect in offered
        ]


class MessagePhone(MessagePage):
    """The number of whom a message did not reach, on this page alone."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Say the number: neither a cookie nor a cache keeps it."""
        message = self.found(pk)
        reason = request.POST.get("reason", "")
        try:
            phone = show_message_phone(
                message_id=message.pk, reason=reason, on=self.on, by=self.actor
            )
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("staff_messages:message", pk=message.pk)
        answer = self.shown(message, phone or "没有登记电话，请上门告知")
        add_never_cache_headers(answer)
        return answer


class MessageVerb(MessagePage):
    """A verb on a message; each is one action."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int, verb: str) -> HttpResponseBase:
        """Act, say how it went, and go back to the message."""
        message = self.found(pk)
        action, done = self.action_of(verb, message)
        attempt(request, action, done=done)
        return redirect("staff_messages:message", pk=pk)

    def action_of(
        self, verb: str, message: Message
    ) -> tuple[Callable[[], object], str]:
        """The action behind a verb, and what to say when it is done."""
        entered: Mapping[str, str] = self.request.POST.dict()
        common: dict[str, Any] = {
            "message_id": message.pk,
            "on": self.on,
            "by": self.actor,
        }
        reason = entered.get("reason", "")
        if verb == "call":
            outcome, note = entered.get("outcome", ""), entered.get("note", "")
            common["number"] = _number_in(entered)
            done = "通话已登记。"
            return lambda: record_call(outcome=outcome, note=note, **common), done
        if verb == "resend":
            return lambda: resend_message(reason=reason, **common), "已重新发送。"
        if verb == "give-up":
            return lambda: give_up_calling(reason=reason, **common), "已登记。"
        raise Http404


def _number_in(entered: Mapping[str, str]) -> int:
    """Which call the page offered to write; zero, which none is, for anything else."""
    number = entered.get("number", "")
    return int(number) if number.isdecimal() and len(number) <= 4 else 0


class WordingList(StaffPage):
    """The templates of messages, and the union's own words."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show all of them: there are few."""
        del request
        union = self.union()
        return self.page(
            "staff/message_wordings.html",
            title="短信模板",
            union=union,
            wordings=wordings_of(union.pk if union else 0),
        )

    def union(self) -> Organisation | None:
        """The union whose words are shown: the highest of the actor's."""
        return organisations_visible_to(self.actor).order_by("depth", "path").first()


class WordingPage(WordingList):
    """One template: as shipped, in the union's own words, and every version of them."""

    def get(self, request: HttpRequest, key: str = "") -> HttpResponse:
        """Show it with the form."""
        del request
        return self._shown(key, None)

    def post(self, request: HttpRequest, key: str) -> HttpResponseBase:
        """Keep a new version, or say what it must not say."""
        union = self.union()
        form = WordingForm(request.POST)
        if union is None:
            raise Http404
        if form.is_valid():
            try:
                set_wording(
                    template=self._line(key, union).code,
                    organisation_id=union.pk,
                    text=form.cleaned_data["text"],
                    on=self.on,
                    by=self.actor,
                )
            except Refusal as refusal:
                field = "text" if refusal.field == "text" else None
                form.add_error(field, str(refusal))
            else:
                messages.success(
                    request, "已启用，本工会及下级的短信从现在起按此发送。"
                )
                return redirect("staff_messages:wording", key=key)
        return self._shown(key, form)

    def _line(self, key: str, union: Organisation | None) -> Any:  # noqa: ANN401
        found = wordings_of(union.pk if union else 0)
        line = next((each for each in found if each.key == key), None)
        if line is None:
            raise Http404
        return line

    def _shown(self, key: str, form: WordingForm | None) -> HttpResponse:
        union = self.union()
        line = self._line(key, union)
        written = line.own.text if line.own else line.shipped
        return self.page(
            "staff/message_wording.html",
            title=f"短信模板：{line.title}",
            line=line,
            union=union,
            form=form or WordingForm(initial={"text": written}),
            may=can_word_messages(self.actor, union) if union else None,
            versions=versions_of(line.code, union.pk if union else 0)[:20],
        )


app_name = "staff_messages"
urlpatterns = [
    path("sent/", MessageList.as_view(), name="messages"),
    path("sent/export/", MessageExport.as_view(), name="messages-export"),
    path("calls/", CallList.as_view(), name="calls"),
    path("calls/export/", CallExport.as_view(), name="calls-export"),
    path("calls/print/", CallSheet.as_view(), name="calls-print"),
    path("templates/", WordingList.as_view(), name="wordings"),
    path("templates/<str:key>/", WordingPage.as_view(), name="wording"),
    path("<int:pk>/", MessagePage.as_view(), name="message"),
    path("<int:pk>/phone/", MessagePhone.as_view(), name="message-phone"),
    path("<int:pk>/<slug:verb>/", MessageVerb.as_view(), name="message-verb"),
]
