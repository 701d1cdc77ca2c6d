"""What every record of members shares on the staff site.

Lists and records are read-only and narrowed to the actor's reach. A change is a verb:
a button that posts to one action. Creating is a form of its own that calls one action.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.forms import Form
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from unfold.admin import ModelAdmin
from unfold.paginator import InfinitePaginator

from members.admin.record_export import RecordExport
from members.auth.actor import business_date, request_actor
from members.auth.looks import note_look
from unionportal.core.actor import Actor
from unionportal.core.admin.verbs import Verb, arranged, attempt
from unionportal.core.audit import history_of
from unionportal.core.errors import Refusal
from unionportal.core.verb_labels import verb_label
from unionportal.core.verdict import Verdict

VERB_LABELS = {
    "register": "登记",
    "change_phone": "更换手机号",
    "reveal": "查看完整号码",
    "open": "登记账户",
    "verify": "核验",
    "stop": "停用",
    "appoint": "任命",
    "deputise": "设置代理",
    "end": "结束",
    "set": "登记标准",
    "publish": "发布公示",
    "cancel": "撤销",
    "file": "提出异议",
    "uphold": "异议成立",
    "dismiss": "异议不成立",
    "create": "新建",
    "reset_password": "重置密码",
    "deactivate": "停用用户",
    "sign_in": "登录",
    "found": "新建",
    "register_client": "登记接口客户端",
    "stop_client": "停用接口客户端",
    "limit_client": "调整请求上限",
    "reset_sandbox": "沙箱复位",
    "set_webhook": "登记推送地址",
    "end_webhook": "取消变化推送",
    "turn_off_webhook": "停用变化推送",
    "resume_webhook": "恢复变化推送",
    "resend_delivery": "重新发送推送",
    "end_division": "停用区划",
}
HISTORY_SHOWN = 30


class UncountedPages(InfinitePaginator):
    """Pages of a long list whose rows are not counted."""

    template_name = "members/admin/pages.html"


@dataclass(frozen=True, kw_only=True)
class Step:
    """A verb as the record's page offers it, and the action behind it."""

    name: str
    label: str
    verdict: Verdict
    act: Callable[[dict[str, Any]], object]
    done: str
    form: Callable[..., Form] | None = None
    tone: str = "plain"
    effect: str = ""


@dataclass(frozen=True)
class HistoryLine:
    """One entry of the trail, in words."""

    on: object
    actor_name: str
    verb_label: str
    reason: str


class RecordAdmin(ModelAdmin):
    """A scoped, read-only list and record with verbs."""

    change_form_outer_before_template = "members/admin/record.html"
    list_before_template = "members/admin/list_tools.html"
    list_per_page = 50
    show_full_result_count = False
    actions = None
    list_disable_select_all = True
    add_form: type[Form] | None = None

    class Media:
        css = {"all": ("css/tokens.css", "css/staff.css")}

    # --- what the subclass says

    def visible(self, actor: Actor) -> QuerySet[Any]:
        """The rows this actor may see."""
        raise NotImplementedError

    def steps(self, actor: Actor, record: Any) -> Sequence[Step]:  # noqa: ANN401
        """The verbs of a record, allowed or not."""
        return ()

    def may_add(self, actor: Actor) -> bool:
        """Whether to offer the form for a new record."""
        return False

    def add(self, actor: Actor, entered: dict[str, Any]) -> Any:  # noqa: ANN401
        """Call the action that makes a new record."""
        raise NotImplementedError

    def after_add(self, request: HttpRequest, made: Any) -> HttpResponse:  # noqa: ANN401
        """Go to the new record."""
        messages.success(request, f"{self.opts.verbose_name}已登记。")
        return HttpResponseRedirect(self.record_url(made))

    def shown_person(self, record: Any) -> int | None:  # noqa: ANN401
        """Whose personal data the record's page shows, to be written down; or nobody's."""
        del record
        return None

    # --- what the admin asks

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[Any]:  # noqa: ANN401
        """A record shows what is known: what is empty or does not apply stays away."""
        fields: Sequence[Any] = super().get_fields(request, obj)
        if obj is None:
            return fields
        return [name for name in fields if self._is_known(obj, str(name))]

    def _is_known(self, record: object, name: str) -> bool:
        shown = getattr(self, name, None)
        value = shown(record) if callable(shown) else getattr(record, name, None)
        return value not in (None, "", False)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = self.visible(request_actor(request))
        if self.list_select_related:
            # The list would forget them where `visible` joins something already.
            rows = rows.select_related(*self.list_select_related)
        ordering = self.get_ordering(request)
        return rows.order_by(*ordering) if ordering else rows

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401
        actor = request_actor(request)
        return actor.kind == "staff" and bool(actor.seats)

    def has_add_permission(self, request: HttpRequest) -> bool:
        actor = request_actor(request)
        return self.has_view_permission(request) and self.may_add(actor)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401
        return False

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_verb"
        view = self.admin_site.admin_view(self.verb_view)
        own = path("<str:pk>/verb/<slug:verb>/", view, name=name)
        name = f"{self.opts.app_label}_{self.opts.model_name}_export"
        export = path("export/", self.export_view(), name=name)
        urls: list[URLPattern] = super().get_urls()
        return [own, export, *urls]

    def export_view(self) -> Callable[..., HttpResponseBase]:
        """The list as a file."""
        return RecordExport.as_view(record_admin=self)

    @property
    def export_url(self) -> str:
        """Where the list is made a file."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_export"
        return reverse(name)

    # --- pages

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        record = self.get_object(request, object_id)
        extra = dict(extra_context or {})
        if record is not None and self.has_view_permission(request, record):
            what = str(self.opts.verbose_name)
            note_look(request, what, self.shown_person(record))
            extra |= {
                "verbs": arranged(self._buttons(request, record)),
                "history": _history(record),
            }
        response: HttpResponse = super().change_view(
            request, object_id, form_url, extra
        )
        return response

    def verb_view(self, request: HttpRequest, pk: str, verb: str) -> HttpResponse:
        """Call the action behind a button, and go back to the record."""
        if request.method != "POST":
            raise Http404
        if not self.has_view_permission(request):
            raise PermissionDenied
        record = get_object_or_404(self.get_queryset(request), pk=pk)
        steps = {step.name: step for step in self.steps(request_actor(request), record)}
        if verb not in steps:
            raise Http404
        self._take(request, steps[verb])
        return redirect(self.record_url(record))

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not self.has_add_permission(request) or self.add_form is None:
            raise PermissionDenied
        form = self.add_form(request.POST or None)
        self._narrow(form, request)
        if request.method == "POST" and form.is_valid():
            made = self._made(request, form)
            if made is not None:
                return self.after_add(request, made)
        values = {
            **self.admin_site.each_context(request),
            "title": f"新建{self.opts.verbose_name}",
            "form": form,
            "back": reverse(
                f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"
            ),
        }
        return render(request, "members/admin/add.html", values)

    # --- how

    def _narrow(self, form: Form, request: HttpRequest) -> None:
        """Forms that offer choices of rows take them from the actor's reach."""
        narrow = getattr(form, "narrow", None)
        if narrow is not None:
            narrow(request_actor(request), on=business_date())

    def _made(self, request: HttpRequest, form: Form) -> Any:  # noqa: ANN401
        try:
            return self.add(request_actor(request), form.cleaned_data)
        except Refusal as refusal:
            field = refusal.field if refusal.field in form.fields else None
            form.add_error(field, str(refusal))
            return None

    def _take(self, request: HttpRequest, step: Step) -> None:
        form = step.form(request.POST) if step.form else None
        if form is not None and not form.is_valid():
            errors = "".join(str(e) for found in form.errors.values() for e in found)
            messages.error(request, errors)
            return
        entered = form.cleaned_data if form is not None else {}
        attempt(request, lambda: step.act(entered), done=step.done)

    def _buttons(self, request: HttpRequest, record: Model) -> list[Verb]:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_verb"
        return [
            Verb(
                label=step.label,
                url=reverse(name, args=[record.pk, step.name]),
                verdict=step.verdict,
                tone=step.tone,
                effect=step.effect,
                form=step.form() if step.form else None,
            )
            for step in self.steps(request_actor(request), record)
        ]

    def record_url(self, record: Model) -> str:
        return reverse(
            f"admin:{self.opts.app_label}_{self.opts.model_name}_change",
            args=[record.pk],
        )


def _history(record: Model) -> list[HistoryLine]:
    """The record's trail; divisions have codes for keys, and no trail of their own."""
    return [
        HistoryLine(
            entry.on,
            entry.actor_name,
            VERB_LABELS.get(entry.verb) or verb_label(entry.subject_kind, entry.verb),
            entry.reason,
        )
        for entry in history_of(record)[:HISTORY_SHOWN]
    ]
