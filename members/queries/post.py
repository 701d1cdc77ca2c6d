"""Reads of posts: who holds what on a day, and whom that makes the actor."""

from datetime import date

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from members.enums import DataScope
from members.models import ApiClient, Organisation, Post, User
from members.queries.organisation import ancestors_of
from unionportal.core.actor import Actor, Seat
from unionportal.core.errors import Refusal
from unionportal.core.scope import within

CLIENT_ROLE = "client"
STRANGER = Actor(kind="worker", name="访客")


def posts_in_force(on: date) -> QuerySet[Post]:
    """The posts held on a day, by active users; a deputy's only while it stands in."""
    return Post.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=on), starts_on__lte=on, user__is_active=True
    ).order_by("id")


def posts_visible_to(actor: Actor) -> QuerySet[Post]:
    """The posts at and below the actor's seats."""
    return Post.objects.filter(within(actor, "organisation__path")).order_by(
        "organisation__path", "role", "id"
    )


def users_visible_to(actor: Actor, *, on: date) -> QuerySet[User]:
    """The staff at and below the actor's seats on a day, and those without a post.

    Somebody without a post reaches nothing; an administrator must be able to appoint.
    """
    if not actor.is_system and not actor.seats:
        return User.objects.none()
    held = posts_in_force(on).values("user_id")
    reached = posts_visible_to(actor).order_by().values("user_id")
    return User.objects.filter(
        Q(pk__in=reached) | ~Q(pk__in=held), is_staff=True
    ).order_by("id")


def actor_of(user: AbstractBaseUser | AnonymousUser, *, on: date) -> Actor:
    """The actor a signed-in user is on a day: staff by posts, a worker by person."""
    if not isinstance(user, User) or not user.is_active:
        return STRANGER
    if not user.is_staff:
        leads_to: int | None = getattr(user, "leads_to", None) or user.person_id
        return Actor(kind="worker", name=user.name, user_id=user.pk, person_id=leads_to)
    posts = posts_in_force(on).filter(user=user)
    return Actor(
        kind="staff",
        name=user.name,
        user_id=user.pk,
        person_id=user.person_id,
        seats=tuple(
            seat
            for post in posts.select_related("organisation", "deputy_of")
            for seat in _seats(post)
        ),
    )


def actor_of_client(client_id: str, *, on: date) -> Actor:
    """The actor an API client is: one seat at its union. Refuses an unknown client.

    A sandbox client has no seat: of the real register it reaches nothing.
    """
    return actor_for(client_in_force(client_id))


def client_in_force(client_id: str) -> ApiClient:
    """The client of that id with its union. Refuses one unknown or stopped."""
    client = (
        ApiClient.objects.filter(client_id=client_id, is_active=True)
        .select_related("organisation")
        .first()
    )
    if client is None:
        raise Refusal(
            "该接口客户端未登记或已停用，请联系上级工会管理员。", code="forbidden"
        )
    return client


def actor_for(client: ApiClient) -> Actor:
    """The actor a client is."""
    seat = Seat(CLIENT_ROLE, client.organisation_id, client.organisation.path)
    return Actor(
        kind="client",
        name=client.name,
        client_id=str(client.client_id),
        seats=() if client.is_sandbox else (seat,),
    )


def holders_of(role: str, organisation: Organisation, *, on: date) -> QuerySet[User]:
    """The users who hold a role at a union or above it on a day."""
    above = ancestors_of(organisation.path).values("pk")
    posts = posts_in_force(on).filter(role=role, organisation_id__in=above)
    return User.objects.filter(pk__in=posts.values("user_id")).order_by("id")


def _seats(post: Post) -> list[Seat]:
    """A post as seats: one at each place that its scope reaches from."""
    union = post.organisation
    principal = post.deputy_of.user_id if post.deputy_of else None
    if post.scope == DataScope.CHOSEN:
        return [
            Seat(post.role, one.pk, one.path, principal)
            for one in post.chosen.order_by("path")
        ]
    if post.scope == DataScope.ALL:
        top = union.path[: Organisation.steplen]
        return [Seat(post.role, union.pk, top, principal)]
    if post.scope == DataScope.SELF:
        return [Seat(post.role, union.pk, "", principal)]
    only_here = post.scope == DataScope.OWN
    return [Seat(post.role, union.pk, union.path, principal, only_here=only_here)]
