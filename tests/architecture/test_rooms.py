"""The house watched by machine: what stands in which room."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import CheckConstraint, DateTimeField

APPS = ("members", "assistance", "competitions", "modelworkers", "mediation")
ROOT = Path(settings.BASE_DIR)


def sources(*patterns: str) -> list[Path]:
    return sorted(
        path
        for pattern in patterns
        for path in ROOT.glob(pattern)
        if "migrations" not in path.parts
    )


def nodes(path: Path) -> Iterator[ast.expr | ast.stmt]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.expr | ast.stmt):
            yield node


def app_sources() -> list[Path]:
    return sources(*(f"{app}/**/*.py" for app in APPS), "unionportal/**/*.py")


def writes_state(node: ast.AST) -> bool:
    """Tell whether a node assigns `.state`, or sets it through the ORM."""
    if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return any(
            isinstance(target, ast.Attribute) and target.attr == "state"
            for target in targets
        )
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name) and node.func.id == "setattr":
        return any(
            isinstance(arg, ast.Constant) and arg.value == "state" for arg in node.args
        )
    return (
        isinstance(node.func, ast.Attribute)
        and node.func.attr in {"update", "create", "bulk_update", "update_or_create"}
        and any(keyword.arg == "state" for keyword in node.keywords)
    )


# The mechanisms of core keep their own state; core has no actions room.
KEEPS_ITS_OWN_STATE = (
    "unionportal/core/jobs.py",
    "unionportal/core/messages/sending.py",
    "unionportal/core/uploads/steps.py",
)


def test_only_actions_write_state() -> None:
    strays = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in app_sources()
        if "actions" not in path.parts
        and str(path.relative_to(ROOT)) not in KEEPS_ITS_OWN_STATE
        for node in nodes(path)
        if writes_state(node)
    ]
    assert strays == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("batch.state = 'approved'", True),
        ("setattr(batch, 'state', 'approved')", True),
        ("rows.update(state='approved')", True),
        ("Batch.objects.create(state='approved')", True),
        ("rows.filter(state='approved')", False),
        ("state = batch.state", False),
    ],
)
def test_the_watch_on_state_sees(source: str, expected: bool) -> None:
    assert any(writes_state(node) for node in ast.walk(ast.parse(source))) is expected


def test_doors_never_touch_managers() -> None:
    strays = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources(
            *(f"{app}/pages/**/*.py" for app in APPS),
            *(f"{app}/api/**/*.py" for app in APPS),
        )
        for node in nodes(path)
        if isinstance(node, ast.Attribute) and node.attr == "objects"
    ]
    assert strays == []


def test_rules_know_neither_floats_nor_rounding() -> None:
    strays = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources(*(f"{app}/rules/**/*.py" for app in APPS))
        for node in nodes(path)
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in {"float", "round"}
        )
        or (
            isinstance(node, ast.BinOp)
            and isinstance(node.op, ast.Div)
            and isinstance(node.right, ast.Constant)
            and node.right.value == 100
        )
    ]
    assert strays == []


def test_nobody_receives_signals() -> None:
    strays = [
        str(path.relative_to(ROOT))
        for path in app_sources()
        if re.search(
            r"dispatch import receiver|post_save|pre_save|m2m_changed", path.read_text()
        )
    ]
    assert strays == []


def test_forbidden_file_names_are_absent() -> None:
    forbidden = {"utils", "helpers", "services", "managers", "common", "misc"}
    assert [str(p) for p in app_sources() if p.stem in forbidden] == []


def test_an_instant_and_who_caused_it_are_held_together() -> None:
    loose = []
    for model in apps.get_models():
        if model._meta.app_label not in APPS or "event" in str(model._meta.model_name):
            continue
        names = {field.name for field in model._meta.concrete_fields}
        checks = " ".join(
            str(constraint.condition)
            for constraint in model._meta.constraints
            if isinstance(constraint, CheckConstraint)
        )
        for field in model._meta.concrete_fields:
            if not isinstance(field, DateTimeField) or not field.null:
                continue
            stem = field.name.removesuffix("_at")
            partners = {f"{stem}_by", f"{stem}_by_name"} & names
            if partners and field.name not in checks:
                loose.append(f"{model._meta.label}.{field.name}")
    assert loose == []


def glossary_names() -> list[str]:
    text = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    return re.findall(r"\| `([\w.]+)` \|", text)


def test_the_glossary_has_entries() -> None:
    assert len(glossary_names()) > 30


@pytest.mark.parametrize("name", glossary_names())
def test_each_name_of_the_glossary_exists(name: str) -> None:
    module, _, attribute = name.rpartition(".")
    assert hasattr(importlib.import_module(module), attribute)
