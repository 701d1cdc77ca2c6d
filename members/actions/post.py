"""Verbs of posts: appoint, deputise, end.

Whose posts change signs in anew: the sessions of before are over.
"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q

from members.actions.session import forget_sessions
from members.enums import DataScope, Role
from members.models import Organisation, Post, User
from members.permissions.access import can_appoint_post, can_deputise_post, can_end_post
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal


@dataclass(frozen=True, slots=True)
class Reach:
    """What of the tree a post is to reach; `chosen` are codes of unions."""

    scope: str = DataScope.BELOW
    chosen: tuple[str, ...] = ()


OWN_AND_BELOW = Reach()


def appoint(  # noqa: PLR0913 - who, where, as what, from when to when, how far
    *,
    user_id: int,
    organisation_id: int,
    role: str,
    on: date,
    by: Actor,
    ends_on: date | None = None,
    reach: Reach = OWN_AND_BELOW,
) -> Post:
    """Give a member of staff a role at a union from a day on. Refuses a second time.

    Nobody gives a reach that he does not administer himself.
    """
    with transaction.atomic():
        organisation = Organisation.objects.get(pk=organisation_id)
        can_appoint_post(by, organisation).require()
        user = _locked_staff(user_id)
        held = Post.objects.filter(
            Q(ends_on=None) | Q(ends_on__gte=on),
            user=user,
            organisation=organisation,
            role=role,
            deputy_of=None,
        )
        if held.exists():
            label = Role(role).label
            raise Refusal(f"{user.name}已在该工会任{label}，无需重复任命。")
        _check_dates(on, ends_on)
        post = Post.objects.create(
            user=user,
            organisation=organisation,
            role=role,
            starts_on=on,
            ends_on=ends_on,
            scope=reach.scope,
        )
        post.chosen.set(_reached_unions(organisation, role, reach, by))
        _record(by, "appoint", post, on)
    return post


def deputise(*, post_id: int, user_id: int, on: date, ends_on: date, by: Actor) -> Post:
    """Let somebody stand in for a post for a time; both count as acting persons."""
    with transaction.atomic():
        post = Post.objects.select_for_update(of=("self",)).get(pk=post_id)
        can_deputise_post(by, post).require()
        user = _locked_staff(user_id)
        if user.pk == post.user_id:
            raise Refusal("代理人不能是本人，请选择其他工作人员。", field="user")
        if post.deputy_of_id is not None:
            raise Refusal("代理岗位不能再由他人代理，请从原岗位设置代理。")
        if post.ends_on is not None and post.ends_on < ends_on:
            raise Refusal("代理不能晚于原岗位的离任日期，请调整日期。", field="ends_on")
        _check_dates(on, ends_on)
        deputy = Post.objects.create(
            user=user,
            organisation_id=post.organisation_id,
            role=post.role,
            starts_on=on,
            ends_on=ends_on,
            deputy_of=post,
            scope=post.scope,
        )
        deputy.chosen.set(post.chosen.all())
        _record(by, "deputise", deputy, on)
    return deputy


def end_post(*, post_id: int, on: date, by: Actor) -> Post:
    """End a post with a day, the last one it is held; its deputies end with it."""
    with transaction.atomic():
        post = Post.objects.select_for_update(of=("self",)).get(pk=post_id)
        can_end_post(by, post).require()
        if post.ends_on is not None and post.ends_on <= on:
            raise Refusal(f"该岗位已于 {post.ends_on:%Y-%m-%d} 离任。")
        if on < post.starts_on:
            raise Refusal("离任日期不能早于任职日期，请调整日期。", field="ends_on")
        for ended in [post, *_deputies_after(post, on)]:
            before = ended.ends_on
            ended.ends_on = max(on, ended.starts_on)
            ended.save(update_fields=["ends_on"])
            _record(by, "end", ended, on, before=before)
    return post


def _reached_unions(
    organisation: Organisation, role: str, reach: Reach, by: Actor
) -> list[Organisation]:
    """The unions to choose; refuses a reach beyond what the administrator has."""
    if role == Role.PAYER and reach.scope != DataScope.BELOW:
        raise Refusal("出纳岗位的数据范围须为“本级及下级”。", field="scope")
    if reach.scope == DataScope.ALL:
        top = Organisation.objects.get(path=organisation.path[: Organisation.steplen])
        can_appoint_post(by, top).require()
    if reach.scope != DataScope.CHOSEN:
        return []
    unions = list(Organisation.objects.filter(code__in=reach.chosen).order_by("path"))
    if not unions or len(unions) != len(set(reach.chosen)):
        raise Refusal(
            "请填写指定工会的代码，多个以逗号分隔，并核对无误。", field="chosen"
        )
    for union in unions:
        can_appoint_post(by, union).require()
    return unions


def _deputies_after(post: Post, on: date) -> list[Post]:
    deputies = Post.objects.select_for_update(of=("self",))
    return list(deputies.filter(deputy_of=post, ends_on__gt=on).order_by("id"))


def _locked_staff(user_id: int) -> User:
    user = User.objects.select_for_update(of=("self",)).get(pk=user_id)
    if not (user.is_staff and user.is_active):
        raise Refusal(
            "只能任命启用中的工会工作人员，请先新建或启用该用户。", field="user"
        )
    return user


def _check_dates(starts_on: date, ends_on: date | None) -> None:
    if ends_on is not None and ends_on < starts_on:
        raise Refusal("离任日期不能早于任职日期，请调整日期。", field="ends_on")


def _record(
    by: Actor, verb: str, post: Post, on: date, *, before: date | None = None
) -> None:
    forget_sessions(post.user_id)
    record(
        by=by,
        verb=verb,
        subject=post,
        on=on,
        organisation_id=post.organisation_id,
        changes={
            "user": post.user_id,
            "role": post.role,
            "scope": post.scope,
            "ends_on": [before, post.ends_on],
        },
    )
