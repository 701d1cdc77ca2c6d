"""Staff users on the staff site."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet

from members.actions.second_factor import reset_second_factor
from members.actions.user import create_staff_user, deactivate_user, reset_password
from members.admin.base import RecordAdmin, Step
from members.admin.forms import PasswordForm, ReasonForm, UserForm
from members.auth.actor import business_date
from members.enums import Role
from members.models import User
from members.permissions.access import can_deactivate_user, can_reset_second_factor
from members.queries.post import users_visible_to
from unionportal.core.actor import Actor


@admin.register(User)
class UserAdmin(RecordAdmin):
    list_display = (
        "name",
        "username",
        "is_active",
        "must_change_password",
        "last_login",
    )
    list_filter = ("is_active",)
    search_fields = ("name__startswith", "username__startswith")
    search_help_text = "姓名或用户名的开头"
    fields = list_display
    add_form = UserForm

    def visible(self, actor: Actor) -> QuerySet[User]:
        return users_visible_to(actor, on=business_date())

    def may_add(self, actor: Actor) -> bool:
        return any(seat.role == Role.ADMINISTRATOR for seat in actor.seats)

    def add(self, actor: Actor, entered: dict[str, Any]) -> User:
        person = entered.pop("person")
        return create_staff_user(
            **entered,
            person_id=person.pk if person else None,
            on=business_date(),
            by=actor,
        )

    def steps(self, actor: Actor, record: User) -> Sequence[Step]:
        if not record.is_active:
            return ()
        common: dict[str, Any] = {
            "user_id": record.pk,
            "on": business_date(),
            "by": actor,
        }
        verdict = can_deactivate_user(actor, record)
        return (
            Step(
                name="password",
                label="重置密码",
                verdict=verdict,
                act=lambda entered: reset_password(**common, **entered),
                form=PasswordForm,
                done="密码已重置，本人下次登录时须修改。",
            ),
            Step(
                name="factor",
                label="重置双因素验证",
                verdict=can_reset_second_factor(actor, record),
                act=lambda entered: reset_second_factor(**common, **entered),
                form=ReasonForm,
                done="已重置，本人下次登录时重新绑定。",
                tone="danger",
                effect="请先当面核实本人；原有设备和恢复码全部作废，其登录同时结束。",
            ),
            Step(
                name="deactivate",
                label="停用",
                verdict=verdict,
                act=lambda entered: deactivate_user(**common, **entered),
                form=ReasonForm,
                done="用户已停用。",
                tone="danger",
                effect="停用后不能登录；其岗位请另行办理离任。",
            ),
        )
