"""Verbs of users: staff sign-ins by an administrator, workers' at their first login."""

from datetime import date

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from members.actions.session import forget_sessions
from members.actions.sign_in import forget_failures
from members.models import PastPassword, Person, User
from members.permissions.access import can_create_user, can_deactivate_user
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal


def create_staff_user(
    *,
    username: str,
    name: str,
    password: str,
    on: date,
    by: Actor,
    person_id: int | None = None,
) -> User:
    """Create a sign-in for staff. One given by a colleague is changed at first use."""
    with transaction.atomic():
        can_create_user(by).require()
        if User.objects.filter(username=username).exists():
            raise Refusal("该用户名已被使用，请换一个。", field="username")
        if not name.strip():
            raise Refusal("请填写姓名。", field="name")
        user = User(
            username=username, name=name.strip(), is_staff=True, person_id=person_id
        )
        _check_password(password, user)
        user.set_password(password)
        user.password_chosen_on = on
        user.must_change_password = not by.is_system
        user.save()
        _remember_password(user, on)
        record(by=by, verb="create", subject=user, on=on)
    return user


def reset_password(*, user_id: int, password: str, on: date, by: Actor) -> User:
    """Give a user a new password, to be changed at the next sign-in.

    His sessions end, and a lock by failed sign-ins with them.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user_id, is_staff=True)
        can_deactivate_user(by, user).require()
        _set_password(user, password, on)
        user.must_change_password = True
        user.save(update_fields=["must_change_password"])
        forget_failures(user.username)
        record(by=by, verb="reset_password", subject=user, on=on)
    return user


def change_own_password(*, user_id: int, password: str, on: date, by: Actor) -> User:
    """Choose a new password for oneself; every other session of the user ends.

    Refuses one that breaks the rules, and one used before. The door has asked for the
    old one.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user_id, is_staff=True)
        if by.user_id != user.pk:
            raise Refusal("只能修改自己的密码。", code="forbidden")
        _set_password(user, password, on)
        record(by=by, verb="change_password", subject=user, on=on)
    return user


def deactivate_user(*, user_id: int, reason: str, on: date, by: Actor) -> User:
    """Close a sign-in; posts stay as they were. Needs a reason."""
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user_id)
        can_deactivate_user(by, user).require()
        if not reason.strip():
            raise Refusal("请填写停用原因。", field="reason")
        user.is_active = False
        user.save(update_fields=["is_active"])
        forget_sessions(user.pk)
        record(
            by=by,
            verb="deactivate",
            subject=user,
            on=on,
            changes={"is_active": [True, False]},
            reason=reason.strip(),
        )
    return user


def sign_in_worker(*, person_id: int, on: date) -> User:
    """The user of a person who proved his phone, made at the first sign-in.

    Refuses a closed sign-in and somebody who has died.
    """
    with transaction.atomic():
        person = Person.objects.select_for_update(of=("self",)).get(pk=person_id)
        if person.died_on is not None:
            raise Refusal("该人员已登记去世，不能登录；如有误，请联系所属工会。")
        user = User.objects.filter(person=person).first()
        if user is None:
            user = User.objects.create_user(
                f"p{person.pk}", name=person.name, person=person
            )
            record(by=SYSTEM, verb="create", subject=user, on=on)
        if not user.is_active:
            raise Refusal("您的账号已停用，请联系所属工会。", code="forbidden")
        worker = Actor(
            kind="worker", name=user.name, user_id=user.pk, person_id=person.pk
        )
        record(
            by=worker,
            verb="sign_in",
            subject=user,
            on=on,
            organisation_id=person.organisation_id,
        )
    return user


def _set_password(user: User, password: str, on: date) -> None:
    _check_password(password, user)
    user.set_password(password)
    user.password_chosen_on = on
    user.save(update_fields=["password", "must_change_password", "password_chosen_on"])
    _remember_password(user, on)
    forget_sessions(user.pk)
    user.refresh_from_db(fields=["session_epoch"])


def _remember_password(user: User, on: date) -> None:
    PastPassword.objects.create(user=user, password=user.password, chosen_on=on)


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refusal("".join(error.messages), field="password") from None
