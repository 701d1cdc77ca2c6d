"""Bank accounts on the staff site: verify and stop."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from members.actions.account import stop_account, verify_account
from members.admin.base import RecordAdmin, Step, UncountedPages
from members.admin.forms import ReasonForm
from members.auth.actor import business_date
from members.models import BankAccount
from members.permissions.people import can_stop_account, can_verify_account
from members.queries.account import accounts_visible_to
from members.workflow import ACCOUNT
from unionportal.core.actor import Actor
from unionportal.core.masks import mask_card


@admin.register(BankAccount)
class BankAccountAdmin(RecordAdmin):
    paginator = UncountedPages
    list_display = (
        "holder_name",
        "bank_name",
        "masked_number",
        "state",
        "created_by_name",
        "created_at",
        "verified_by",
    )
    list_filter = ("state",)
    list_select_related = ("verified_by",)
    search_fields = ("holder_name__startswith", "number_last4")
    search_help_text = _("户名或账号后四位")
    fields = (
        "person",
        "holder_name",
        "bank_name",
        "masked_number",
        "version",
        "state",
        "created_by_name",
        "created_at",
        "verified_by",
        "verified_at",
        "stopped_by_name",
        "stopped_at",
        "stop_reason",
    )
    readonly_fields = ("masked_number",)

    def shown_person(self, record: BankAccount) -> int | None:
        return record.person_id

    def visible(self, actor: Actor) -> QuerySet[BankAccount]:
        found = accounts_visible_to(actor).select_related(
            "person__organisation", "created_by"
        )
        return found.defer("number").order_by("-id")

    def get_ordering(self, request: object) -> tuple[str, ...]:
        return ("-id",)

    def steps(self, actor: Actor, record: BankAccount) -> Sequence[Step]:
        common: dict[str, Any] = {
            "account_id": record.pk,
            "on": business_date(),
            "by": actor,
        }
        offered = ACCOUNT.actions_from(record.state)
        steps = (
            Step(
                name="verify",
                label="核验通过",
                verdict=can_verify_account(actor, record),
                act=lambda _entered: verify_account(**common),
                done="账户已核验，今后的款项付到这里。",
                tone="next",
                effect="核验后，原来使用中的账户自动停用。",
            ),
            Step(
                name="stop",
                label="停用",
                verdict=can_stop_account(actor, record),
                act=lambda entered: stop_account(**common, **entered),
                form=ReasonForm,
                done="账户已停用。",
                tone="danger",
                effect="停用后不再向该账户付款，不能恢复。",
            ),
        )
        return [step for step in steps if step.name in offered]

    @admin.display(description=_("账号"))
    def masked_number(self, account: BankAccount) -> str:
        return mask_card(f"****{account.number_last4}")
