"""Every permission that refuses says which post is missing and who could give it.

The permissions are found by walking the rooms, their arguments are made from their
annotations: one that is added tomorrow is asked as well.
"""

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from datetime import date
from importlib import import_module
from itertools import product
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from django.db.models import DateField, DateTimeField, ForeignKey, Model

from members.enums import Role
from members.models import Organisation, User
from members.queries.post import actor_of
from tests.members.builders import NEXT_COUNTY, ON, staff, staff_user, union
from unionportal.core.actor import Actor
from unionportal.core.verdict import Verdict

APPS = ("members", "assistance", "modelworkers", "competitions", "mediation")
ROOTS = [Path(import_module(app).__file__ or "").parent for app in APPS]
NOBODY_S_ID = 10**12
# No post helps here: a person decides about himself, or shows who he is.
ONE_S_OWN = {
    "can_answer_invitation",
    "can_ask_about",
    "can_apply_to_join",
    "can_ask_privacy",
    "can_say_consent",
    "can_withdraw_application",
    "can_withdraw_privacy",
}
NAMES_A_POST = re.compile(f"“({'|'.join(str(role.label) for role in Role)})”")
NAMES_THE_GIVER = re.compile("管理员")
# What a refusal for another cause than a post begins its way out with.
WAY_OUT = re.compile("请|须|只能|由")

Permission = Callable[..., Verdict]


def _modules() -> Iterator[ModuleType]:
    for app, root in zip(APPS, ROOTS, strict=True):
        if (root / "permissions").is_dir():
            room = import_module(f"{app}.permissions")
            for found in walk_packages(room.__path__, f"{app}.permissions."):
                yield import_module(found.name)
        elif (root / "permissions.py").is_file():
            yield import_module(f"{app}.permissions")


PERMISSIONS: dict[str, Permission] = {
    name: permission
    for module in _modules()
    for name, permission in vars(module).items()
    if name.startswith("can_") and permission.__module__ == module.__name__
}


def _blank(model: type[Model], **values: object) -> Model:
    """A record that stands nowhere, with everything it must point to."""
    if model is Organisation:
        return union()
    made = model(pk=NOBODY_S_ID, **values)
    for field in model._meta.concrete_fields:
        if isinstance(field, ForeignKey) and not field.null:
            setattr(made, field.name, _blank(field.related_model))
        if isinstance(field, DateField) and not isinstance(field, DateTimeField):
            setattr(made, field.name, ON)
    return made


def _states(model: type[Model]) -> list[str]:
    known = {field.name: field for field in model._meta.concrete_fields}
    choices = known["state"].choices if "state" in known else None
    return [value for value, _label in choices or ()]


def _made(wanted: Any) -> list[Any]:  # noqa: ANN401 - an annotation
    """Arguments of an annotation: a record in each of its states, a day, a word."""
    if get_origin(wanted) in {Union, UnionType}:
        wanted = next(one for one in get_args(wanted) if one is not type(None))
    if isinstance(wanted, type) and issubclass(wanted, Model):
        states = _states(wanted) if wanted is not Organisation else []
        return [_blank(wanted, state=state) for state in states] or [_blank(wanted)]
    if wanted is date:
        return [ON]
    if wanted is str:
        return [union().path]
    raise AssertionError(f"no argument is known for {wanted}: teach _made")


def _refusals(permission: Permission, actor: Actor) -> list[str]:
    hints = get_type_hints(permission)
    names = [
        name for name in inspect.signature(permission).parameters if name != "actor"
    ]
    verdicts = [
        permission(actor=actor, **dict(zip(names, values, strict=True)))
        for values in product(*(_made(hints[name]) for name in names))
    ]
    return [verdict.reason for verdict in verdicts if not verdict]


def _is_full(reason: str) -> bool:
    return bool(NAMES_A_POST.search(reason) and NAMES_THE_GIVER.search(reason))


def _without_posts() -> Actor:
    return actor_of(staff_user(), on=ON)


@pytest.mark.django_db
def test_every_permission_refuses_with_the_post_that_is_missing_and_who_gives_it() -> (
    None
):
    nobody, far = _without_posts(), staff(*Role.values, at=NEXT_COUNTY)
    poor = {}
    for name, permission in PERMISSIONS.items():
        if name in ONE_S_OWN:
            continue
        told = _refusals(permission, nobody) or ["……"]
        told += _refusals(permission, far)
        if not any(_is_full(reason) for reason in told):
            poor[name] = told[0]
        for one in told:
            if not WAY_OUT.search(one):
                poor[name] = one
    assert poor == {}


@pytest.mark.django_db
def test_what_is_one_s_own_says_so() -> None:
    for name in ONE_S_OWN:
        for reason in _refusals(PERMISSIONS[name], _without_posts()):
            assert "本人" in reason, name


@pytest.mark.django_db
def test_who_administers_another_place_is_told_which_administrator_may() -> None:
    far = staff(Role.ADMINISTRATOR, at=NEXT_COUNTY)
    maker = staff(Role.MAKER)
    user = User.objects.get(pk=maker.user_id or 0)
    for name in ("can_deactivate_user", "can_reset_second_factor", "can_lift_lock"):
        reason = PERMISSIONS[name](far, user).reason
        assert "“管理员”岗位，您没有" in reason
        assert union().name in reason
    own = PERMISSIONS["can_deactivate_user"](maker, user).reason
    assert "其他管理员" in own


def test_no_refusal_of_a_permission_is_without_a_way_out() -> None:
    found = []
    for root in ROOTS:
        for path in [*root.glob("permissions/*.py"), *root.glob("permissions.py")]:
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if (
                    isinstance(call, ast.Call)
                    and getattr(call.func, "id", "") == "denied"
                ):
                    words = "".join(
                        part.value
                        for part in ast.walk(call)
                        if isinstance(part, ast.Constant)
                        and isinstance(part.value, str)
                    )
                    if words and not WAY_OUT.search(words):
                        found.append(f"{path.parent.parent.name}: {words}")
    assert found == []
