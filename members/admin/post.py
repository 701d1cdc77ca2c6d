"""Posts on the staff site: appoint, deputise, end."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet

from members.actions.post import Reach, appoint, deputise, end_post
from members.admin.base import RecordAdmin, Step
from members.admin.forms import DayForm, DeputyForm, PostForm
from members.auth.actor import business_date
from members.enums import Role
from members.models import Post
from members.permissions.access import can_deputise_post, can_end_post
from members.queries.post import posts_visible_to, users_visible_to
from unionportal.core.actor import Actor
from unionportal.core.errors import Refusal


@admin.register(Post)
class PostAdmin(RecordAdmin):
    list_display = ("user", "role", "organisation", "starts_on", "ends_on", "deputy_of")
    list_filter = ("role",)
    list_select_related = (
        "user",
        "organisation",
        "deputy_of__user",
        "deputy_of__organisation",
    )
    search_fields = ("user__name__startswith", "organisation__name__startswith")
    search_help_text = "用户姓名或工会名称的开头"
    fields = (
        "user",
        "role",
        "organisation",
        "scope",
        "starts_on",
        "ends_on",
        "deputy_of",
    )
    add_form = PostForm

    def visible(self, actor: Actor) -> QuerySet[Post]:
        return posts_visible_to(actor).select_related("organisation")

    def may_add(self, actor: Actor) -> bool:
        return any(seat.role == Role.ADMINISTRATOR for seat in actor.seats)

    def add(self, actor: Actor, entered: dict[str, Any]) -> Post:
        return appoint(
            user_id=entered["user"].pk,
            organisation_id=entered["organisation"].pk,
            role=entered["role"],
            on=entered["on"],
            ends_on=entered["ends_on"],
            reach=Reach(entered["scope"], entered["chosen"]),
            by=actor,
        )

    def steps(self, actor: Actor, record: Post) -> Sequence[Step]:
        return (
            Step(
                name="deputise",
                label="设置代理",
                verdict=can_deputise_post(actor, record),
                act=lambda entered: _deputise(actor, record, entered),
                form=DeputyForm,
                done="代理已设置。",
            ),
            Step(
                name="end",
                label="离任",
                verdict=can_end_post(actor, record),
                act=lambda entered: end_post(post_id=record.pk, by=actor, **entered),
                form=DayForm,
                done="离任日期已登记。",
                tone="danger",
                effect="当日仍在任，次日起不再有此岗位的权限；其代理同时结束。",
            ),
        )


def _deputise(actor: Actor, post: Post, entered: dict[str, Any]) -> Post:
    found = users_visible_to(actor, on=business_date())
    user = found.filter(username=entered["username"]).first()
    if user is None:
        raise Refusal("没有这个用户名，或不在您的管理范围，请核对。", field="username")
    return deputise(
        post_id=post.pk,
        user_id=user.pk,
        on=entered["on"],
        ends_on=entered["ends_on"],
        by=actor,
    )
