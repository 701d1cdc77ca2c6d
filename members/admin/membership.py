"""Memberships on the staff site: the list, the record with its standings, the acts."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase

from members.actions.membership import (
    ACTS,
    admit_member,
    change_standing,
    renew_card,
)
from members.actions.transfer import TransferEntry, ask_transfer
from members.admin.base import RecordAdmin, Step
from members.admin.exports import MembershipExport
from members.admin.forms import ReasonForm
from members.admin.membership_forms import AdmissionForm, TransferOutForm
from members.admin.people_lists import MembershipList, may_enter
from members.auth.actor import business_date
from members.enums import TransferSide
from members.models import Membership
from members.permissions.membership import (
    can_ask_transfer,
    can_change_standing,
    can_renew_card,
)
from members.queries.membership import memberships_visible_to, standings_of
from members.workflow import MEMBERSHIP
from unionportal.core.actor import Actor

DANGEROUS = ("leave", "lapse", "expel")
EFFECT = "会员证随即作废；以后可以重新入会。"


def _deed(act: str, common: dict[str, Any]) -> Callable[[dict[str, Any]], object]:
    return lambda entered: change_standing(act=act, **common, **entered)


@admin.register(Membership)
class MembershipAdmin(RecordAdmin):
    change_form_outer_before_template = "members/admin/membership.html"
    search_fields = ("number", "person__name__startswith")
    fields = ("number", "person", "organisation", "state", "joined_on", "since")
    add_form = AdmissionForm

    def shown_person(self, record: Membership) -> int | None:
        return record.person_id

    def visible(self, actor: Actor) -> QuerySet[Membership]:
        return memberships_visible_to(actor).select_related("organisation")

    def may_add(self, actor: Actor) -> bool:
        return may_enter(actor)

    def add(self, actor: Actor, entered: dict[str, Any]) -> Membership:
        return admit_member(
            person_id=entered["person"].pk,
            organisation_id=entered["organisation"].pk,
            document=entered["document"],
            on=business_date(),
            by=actor,
        )

    def steps(self, actor: Actor, record: Membership) -> Sequence[Step]:
        common: dict[str, Any] = {
            "membership_id": record.pk,
            "on": business_date(),
            "by": actor,
        }
        allowed = MEMBERSHIP.actions_from(record.state)
        acts = [
            Step(
                name=act,
                label=MEMBERSHIP.action_label(act),
                verdict=can_change_standing(actor, record, act),
                act=_deed(act, common),
                form=ReasonForm,
                done="会籍变动已登记。",
                tone="danger" if act in DANGEROUS else "plain",
                effect=EFFECT if act in DANGEROUS else "",
            )
            for act in ACTS
            if act in allowed
        ]
        if "transfer" in allowed:
            acts += [self._transfer(actor, record, common), self._card(actor, record)]
        return acts

    def _transfer(
        self, actor: Actor, record: Membership, common: dict[str, Any]
    ) -> Step:
        side = TransferSide.OLD_UNION
        return Step(
            name="transfer",
            label="转出会籍",
            verdict=can_ask_transfer(actor, record, record.organisation, side),
            act=lambda entered: ask_transfer(
                entry=TransferEntry(**entered), side=side, **common
            ),
            form=TransferOutForm,
            done="已提出转会，等转入工会接收。",
        )

    def _card(self, actor: Actor, record: Membership) -> Step:
        return Step(
            name="card",
            label="换发会员证",
            verdict=can_renew_card(actor, record),
            act=lambda entered: renew_card(
                membership_id=record.pk, on=business_date(), by=actor, **entered
            ),
            form=ReasonForm,
            done="会员证已换发，原证作废。",
        )

    def export_view(self) -> Callable[..., HttpResponseBase]:
        """The list as a file, read without making objects."""
        return MembershipExport.as_view()

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """The portal's own list: the theme's costs ten times its rows."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return MembershipList.as_view()(request)

    def change_view(
        self,
        request: Any,  # noqa: ANN401 - as the admin has it
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401
        """Show every standing beneath the present one."""
        extra = dict(extra_context or {})
        record = self.get_object(request, object_id)
        if record is not None:
            extra["standings"] = [
                (one, MEMBERSHIP.action_label(one.act) if one.number > 1 else "入会")
                for one in standings_of(record)
            ]
        return super().change_view(request, object_id, form_url, extra)
