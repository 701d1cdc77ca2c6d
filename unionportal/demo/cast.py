"""Who acts in the demonstration: real holders of real posts, found by role."""

from dataclasses import dataclass, field
from datetime import date

from assistance.models import Batch
from assistance.permissions.batches import Step, signers_of, union_to_sign
from members.models import Organisation, User
from members.queries.organisation import ancestors_of
from members.queries.post import actor_of, posts_in_force
from unionportal.core.actor import Actor
from unionportal.core.errors import Refusal


@dataclass(slots=True)
class Cast:
    """Finds people on a day; the nearest union that has somebody acts."""

    on: date
    _actors: dict[int, Actor] = field(default_factory=dict)
    _users: dict[tuple[str, str], list[tuple[str, User]]] = field(default_factory=dict)

    def holder(self, role: str, organisation: Organisation) -> Actor:
        """The holder of a role at a union, or at the nearest one above it."""
        user = self._user(role, organisation, without=set())
        if user is None:
            raise Refusal(
                f"{organisation.short_name}及其上级工会没有“{role}”岗位的人；"
                "请先设置岗位，或先载入演示数据（manage.py load_demo）。",
                code="nobody",
            )
        return self.actor(user)

    def signer(self, batch: Batch, step: Step) -> Actor:
        """Who may sign a step of a batch now and has not signed it; 代审 included."""
        signed = set(signers_of(batch))
        union = union_to_sign(batch, step, signed=signed, on=self.on)
        user = self._user(step.role, union, without=signed) if union else None
        if user is None:
            raise Refusal(
                f"批次 {batch.number} 没有可以办理“{step.step.label}”的人；请先设置岗位。",
                code="nobody",
            )
        return self.actor(user)

    def actor(self, user: User) -> Actor:
        if user.pk not in self._actors:
            self._actors[user.pk] = actor_of(user, on=self.on)
        return self._actors[user.pk]

    def _user(
        self, role: str, organisation: Organisation, *, without: set[int]
    ) -> User | None:
        key = (role, organisation.path)
        if key not in self._users:
            posts = (
                posts_in_force(self.on)
                .filter(role=role, organisation__in=ancestors_of(organisation.path))
                .select_related("user", "organisation")
            )
            found = [(post.organisation.path, post.user) for post in posts]
            found.sort(key=lambda pair: (-len(pair[0]), pair[1].pk))
            self._users[key] = found
        free = (user for _, user in self._users[key] if user.pk not in without)
        return next(free, None)
