"""Personal data in the demonstration: consents, a withdrawal, looks, two open requests."""

from datetime import date

from django.db import transaction

from members.actions.consent import say_consent
from members.actions.person import reveal_identity
from members.actions.privacy_request import ask_correction, ask_deletion
from members.enums import ConsentAct, Role
from members.models import Consent, Organisation, Person, Post
from members.queries.consent import purposes
from members.queries.post import actor_of
from unionportal.core.actor import Actor

SHOWN = 12


def load_privacy(root: Organisation, *, on: date) -> None:
    """A dozen people say what they think; all of it or nothing, and once."""
    if Consent.objects.exists():
        return
    people = list(
        Person.objects.filter(organisation__path__startswith=root.path)
        .select_related("organisation")
        .exclude(phone_index="")
        .order_by("id")[:SHOWN]
    )
    if len(people) < SHOWN:
        return
    with transaction.atomic():
        for place, someone in enumerate(people):
            _speak(someone, place, on=on)
        _look(people[:3], root, on=on)
        ask_correction(
            person_id=people[0].pk,
            field="phone",
            value="13900001111",
            said="换了手机号，身份证原件带到工会核对。",
            on=on,
            by=_worker(people[0]),
        )
        ask_deletion(
            person_id=people[1].pk,
            said="已到外省定居，不再需要服务。",
            on=on,
            by=_worker(people[1]),
        )


def _speak(someone: Person, place: int, *, on: date) -> None:
    for number, code in enumerate(purposes()):
        if (place + number) % 4:
            _say(someone, code, ConsentAct.GIVEN, on=on)
    if place == SHOWN - 1:
        _say(someone, "sms", ConsentAct.WITHDRAWN, on=on)


def _say(someone: Person, code: str, act: str, *, on: date) -> None:
    say_consent(person_id=someone.pk, purpose=code, act=act, on=on, by=_worker(someone))


def _look(people: list[Person], root: Organisation, *, on: date) -> None:
    """Some unmaskings by the province's maker."""
    post = Post.objects.filter(organisation=root, role=Role.MAKER, ends_on=None).first()
    if post is None:
        return
    maker = actor_of(post.user, on=on)
    for someone in people:
        reveal_identity(
            person_id=someone.pk, reason="银行退回，核对身份证号", on=on, by=maker
        )


def _worker(someone: Person) -> Actor:
    return Actor(kind="worker", name=someone.name, person_id=someone.pk)
