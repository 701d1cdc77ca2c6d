"""API clients on the staff site: whose system may ask, and for which union."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from members.actions.api_client import (
    NewClient,
    limit_client,
    register_client,
    stop_client,
)
from members.actions.sandbox import reset_sandbox
from members.admin.base import RecordAdmin, Step
from members.admin.forms import ClientForm, ClientLimitForm, ReasonForm
from members.auth.actor import business_date
from members.enums import Role
from members.models import ApiClient
from members.permissions.access import can_manage_client
from members.queries.api_client import clients_visible_to
from unionportal.core.actor import Actor


@admin.register(ApiClient)
class ApiClientAdmin(RecordAdmin):
    list_display = ("name", "organisation", "kind", "limit", "is_active")
    list_filter = ("kind", "is_active")
    list_select_related = ("organisation",)
    search_fields = ("name__startswith", "organisation__name__startswith")
    search_help_text = "名称或工会名称的开头"
    fields = (*list_display, "number")
    readonly_fields = ("limit", "number")
    add_form = ClientForm

    def visible(self, actor: Actor) -> QuerySet[ApiClient]:
        return clients_visible_to(actor)

    def may_add(self, actor: Actor) -> bool:
        return any(seat.role == Role.ADMINISTRATOR for seat in actor.seats)

    def add(self, actor: Actor, entered: dict[str, Any]) -> NewClient:
        return register_client(
            organisation_id=entered["organisation"].pk,
            name=entered["name"],
            may_write=entered["may_write"],
            kind=entered["kind"],
            on=business_date(),
            by=actor,
        )

    def after_add(self, request: HttpRequest, made: NewClient) -> HttpResponse:
        """Show the secret; it cannot be read again."""
        frame = self.admin_site.each_context(request)
        values = {**frame, "title": made.api_client.name, "made": made}
        response = render(request, "members/admin/client_secret.html", values)
        add_never_cache_headers(response)
        return response

    def steps(self, actor: Actor, record: ApiClient) -> Sequence[Step]:
        if not record.is_active:
            return ()
        may_manage = can_manage_client(actor, record)
        reset = Step(
            name="reset",
            label="沙箱复位",
            verdict=may_manage,
            act=lambda _entered: reset_sandbox(
                client_pk=record.pk, on=business_date(), by=actor
            ),
            done="沙箱已回到起始状态。",
            effect="丢掉这个沙箱里的全部数据，回到起始状态。",
        )
        return (
            *((reset,) if record.is_sandbox else ()),
            Step(
                name="limit",
                label="调整请求上限",
                verdict=may_manage,
                act=lambda entered: limit_client(
                    client_pk=record.pk, on=business_date(), by=actor, **entered
                ),
                form=ClientLimitForm,
                done="已调整，下一次请求起按新的上限。",
            ),
            Step(
                name="stop",
                label="停用",
                verdict=may_manage,
                act=lambda entered: stop_client(
                    client_pk=record.pk, on=business_date(), by=actor, **entered
                ),
                form=ReasonForm,
                done="客户端已停用，它的令牌立即失效。",
                tone="danger",
            ),
        )

    @admin.display(description=_("每分钟请求上限"))
    def limit(self, api_client: ApiClient) -> int:
        return api_client.limit_in_force

    @admin.display(description=_("客户端编号"))
    def number(self, api_client: ApiClient) -> str:
        """It may break in the middle: a phone is narrower."""
        parts = [api_client.client_id[at : at + 8] for at in range(0, 64, 8)]
        return format_html_join(mark_safe("<wbr>"), "{}", ((one,) for one in parts))
