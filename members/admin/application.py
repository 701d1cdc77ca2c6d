"""Applications to join on the staff site: approve, ask for more, refuse."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from members.actions.application import (
    approve_application,
    ask_applicant,
    refuse_application,
)
from members.actions.real_name import CHOICES
from members.admin.base import RecordAdmin, Step, UncountedPages
from members.auth.actor import business_date
from members.enums import TargetGroup
from members.models import MembershipApplication, Person
from members.permissions.membership import can_decide_application
from members.queries.membership import applications_visible_to
from members.workflow import APPLICATION
from unionportal.core.actor import Actor
from unionportal.core.masks import mask_id_number, mask_phone


class AnswerForm(forms.Form):
    answer = forms.CharField(label=_("答复（申请人会看到）"), max_length=200)


@admin.register(MembershipApplication)
class MembershipApplicationAdmin(RecordAdmin):
    paginator = UncountedPages
    list_display = ("name", "masked_id", "organisation", "state", "submitted_on")
    list_filter = ("state",)
    list_select_related = ("organisation",)
    search_fields = ("name__startswith",)
    search_help_text = _("姓名")
    fields = (
        "name",
        "masked_id",
        "masked_phone",
        "organisation",
        "state",
        "stated",
        "note",
        "applied_on",
        "submitted_on",
        "answer",
        "decided_on",
        "decided_by_name",
    )
    readonly_fields = ("masked_id", "masked_phone", "stated")

    def shown_person(self, record: MembershipApplication) -> int | None:
        return record.person_id

    def visible(self, actor: Actor) -> QuerySet[MembershipApplication]:
        return applications_visible_to(actor).select_related("organisation")

    def get_ordering(self, request: object) -> tuple[str, ...]:
        return ("-id",)

    def steps(self, actor: Actor, record: MembershipApplication) -> Sequence[Step]:
        common: dict[str, Any] = {
            "application_id": record.pk,
            "on": business_date(),
            "by": actor,
        }
        verdict = can_decide_application(actor, record)
        steps = (
            Step(
                name="approve",
                label="批准入会",
                verdict=verdict,
                act=lambda _entered: approve_application(**common),
                done="已批准，会籍自今日起，会员证已发。",
                tone="next",
            ),
            Step(
                name="ask_more",
                label="要求补充",
                verdict=verdict,
                act=lambda entered: ask_applicant(**common, **entered),
                form=AnswerForm,
                done="已退回申请人补充。",
            ),
            Step(
                name="refuse",
                label="不予批准",
                verdict=verdict,
                act=lambda entered: refuse_application(**common, **entered),
                form=AnswerForm,
                done="已答复申请人。",
                tone="danger",
                effect="申请人会看到理由，可以重新申请。",
            ),
        )
        offered = APPLICATION.actions_from(record.state)
        return [step for step in steps if step.name in offered]

    @admin.display(description=_("身份证号"))
    def masked_id(self, application: MembershipApplication) -> str:
        return mask_id_number(application.id_number)

    @admin.display(description=_("手机号"))
    def masked_phone(self, application: MembershipApplication) -> str:
        return mask_phone(application.phone or "")

    @admin.display(description=_("会员登记表"))
    def stated(self, application: MembershipApplication) -> str:
        """What the applicant says of himself, in words."""
        said = application.particulars.items()
        parts = [(name, _in_words(name, value)) for name, value in said if value]
        return "；".join(f"{_label(name)}：{text}" for name, text in parts)


def _label(name: str) -> str:
    return str(Person._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def _in_words(name: str, value: Any) -> str:  # noqa: ANN401 - as JSON has it
    if name == "target_groups":
        known = {each.value: str(each.label) for each in TargetGroup}
        return "、".join(known[one] for one in value)
    return str(CHOICES.get(name, {}).get(value, value))
