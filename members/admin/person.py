"""People on the staff site, masked; full numbers are shown once, with a reason."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext_lazy as _

from members.actions.account import open_account
from members.actions.person import (
    PersonEntry,
    Revealed,
    register_person,
    reveal_identity,
    revealed_still,
)
from members.actions.phone_change import ask_phone_change, stop_phone_change
from members.actions.real_name import describe_person
from members.admin.base import RecordAdmin, Step
from members.admin.employment import employment_steps
from members.admin.exports import PersonExport
from members.admin.forms import CardForm, PersonForm, PhoneForm, ReasonForm
from members.admin.people_lists import PersonList, may_enter
from members.auth.actor import business_date, request_actor
from members.enums import TargetGroup
from members.forms.particulars import ParticularsForm, known_of
from members.models import Person
from members.permissions.people import (
    can_describe_person,
    can_open_account,
    can_register_person,
    can_reveal_person,
    can_stop_phone_change,
)
from members.queries.disclosure import unmasked_until
from members.queries.employment import employments_of
from members.queries.membership import histories_of
from members.queries.person import (
    persons_matching,
    persons_visible_to,
    waiting_phone_change,
)
from members.workflow import MEMBERSHIP
from unionportal.core.actor import Actor
from unionportal.core.errors import Refusal
from unionportal.core.masks import mask_id_number, mask_phone


@admin.register(Person)
class PersonAdmin(RecordAdmin):
    change_form_outer_before_template = "members/admin/person.html"
    search_fields = ("name",)
    fields = (
        "name",
        "masked_id",
        "sex",
        "birth_date",
        "masked_phone",
        "organisation",
        "division",
        "id_kind",
        "nation",
        "education",
        "political_status",
        "unit_name",
        "job_kind",
        "trade",
        "skill_grade",
        "hukou_kind",
        "groups",
        "died_on",
    )
    readonly_fields = ("masked_id", "masked_phone", "groups")
    add_form = PersonForm

    def shown_person(self, record: Person) -> int | None:
        return record.pk

    def visible(self, actor: Actor) -> QuerySet[Person]:
        return persons_visible_to(actor).defer("name_pinyin", "name_initials")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return persons_matching(queryset, search_term), False

    def may_add(self, actor: Actor) -> bool:
        return may_enter(actor)

    def add(self, actor: Actor, entered: dict[str, Any]) -> Person:
        division = entered["division"]
        registration = register_person(
            entry=PersonEntry(
                name=entered["name"],
                id_number=entered["id_number"],
                phone=entered["phone"],
                organisation_id=entered["organisation"].pk,
                division_code=division.pk if division else "",
            ),
            on=business_date(),
            by=actor,
        )
        return registration.person

    def steps(self, actor: Actor, record: Person) -> Sequence[Step]:
        common: dict[str, Any] = {
            "person_id": record.pk,
            "on": business_date(),
            "by": actor,
        }
        return (
            Step(
                name="account",
                label="登记收款账户",
                verdict=can_open_account(actor, record),
                act=lambda entered: open_account(**common, **entered),
                form=CardForm,
                done="账户已登记，请由另一人核验。",
            ),
            Step(
                name="phone",
                label="更换手机号",
                verdict=can_register_person(actor, record.organisation),
                act=lambda entered: ask_phone_change(**common, **entered),
                form=PhoneForm,
                done="已登记更换手机号；原手机号会收到通知，三天后生效（原来没有手机号的当即生效）。",
            ),
            *_phone_change_stop(actor, record),
            Step(
                name="describe",
                label="更正实名信息",
                verdict=can_describe_person(actor, record),
                act=lambda entered: describe_person(said=entered, **common),
                form=partial(ParticularsForm, initial=known_of(record)),
                done="实名信息已更正。",
            ),
            *employment_steps(actor, record, common),
        )

    def export_view(self) -> Callable[..., HttpResponseBase]:
        """The list as a file, read without making objects."""
        return PersonExport.as_view()

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """The portal's own list: the theme's costs ten times its rows."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return PersonList.as_view()(request)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.reveal_view)
        own = path("<int:pk>/reveal/", view, name="members_person_reveal")
        return [own, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        person = self.get_object(request, object_id)
        if person is not None and person.merged_into_id:
            messages.info(request, f"{person.name}的这份登记已合并，转到保留的登记。")
            return redirect("admin:members_person_change", person.merged_into_id)
        extra = dict(extra_context or {})
        if person is not None:
            extra["employments"] = employments_of(person)
            extra["standings"] = [
                (one, MEMBERSHIP.action_label(one.act) if one.number > 1 else "入会")
                for one in histories_of(person)
            ]
            extra["may_reveal"] = can_reveal_person(request_actor(request), person)
            extra["reason_form"] = ReasonForm()
            user_id = request_actor(request).user_id
            extra["revealed_until"] = unmasked_until(user_id, person.pk)
        return super().change_view(request, object_id, form_url, extra)

    def reveal_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the full numbers for a reason; for half an hour they can be seen again."""
        person = get_object_or_404(self.get_queryset(request), pk=pk)
        actor = request_actor(request)
        if request.method != "POST":
            again = revealed_still(person_id=person.pk, by=actor)
            if again is None:
                raise Http404
            return self._revealed(request, person, again)
        try:
            revealed = reveal_identity(
                person_id=person.pk,
                reason=request.POST.get("reason", ""),
                on=business_date(),
                by=actor,
            )
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("admin:members_person_change", person.pk)
        return self._revealed(request, person, revealed)

    def _revealed(
        self, request: HttpRequest, person: Person, shown: Revealed
    ) -> HttpResponse:
        frame = self.admin_site.each_context(request)
        values = {**frame, "title": person.name, "person": person, "shown": shown}
        response = render(request, "members/admin/revealed.html", values)
        add_never_cache_headers(response)
        return response

    @admin.display(description=_("重点群体"))
    def groups(self, person: Person) -> str:
        return "、".join(str(TargetGroup(one).label) for one in person.target_groups)

    @admin.display(description=_("身份证号"))
    def masked_id(self, person: Person) -> str:
        return mask_id_number(person.id_number)

    @admin.display(description=_("手机号"))
    def masked_phone(self, person: Person) -> str:
        return mask_phone(person.phone or "") or "—"


def _phone_change_stop(actor: Actor, person: Person) -> tuple[Step, ...]:
    change = waiting_phone_change(person)
    if change is None:
        return ()
    stop = Step(
        name="phone-stop",
        label=f"撤销更换手机号（{change.takes_effect_on:%m-%d} 生效）",
        verdict=can_stop_phone_change(actor, change),
        act=lambda entered: stop_phone_change(
            change_id=change.pk, on=business_date(), by=actor, **entered
        ),
        form=ReasonForm,
        done="已撤销，手机号不变。",
    )
    return (stop,)
