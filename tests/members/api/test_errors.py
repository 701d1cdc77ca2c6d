"""The catalogue of error codes knows every code that the API can answer with."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.assistance.api.callers import API, caller
from unionportal.core.api.catalogue import CATALOGUE, as_markdown

ROOT = Path(settings.BASE_DIR)
# What answers at the API: its rooms, and the acts, rules and stages they call.
SPEAKING = (
    *(
        "members/api/*.py",
        "members/actions/webhook.py",
        "assistance/api/*.py",
        "unionportal/core/api/*.py",
    ),
    *("members/actions/bulk*.py", "members/actions/organisation_import.py"),
    *("members/actions/employer_import.py", "members/actions/people_import.py"),
    *("members/actions/planting.py", "members/actions/tree.py"),
    *("members/rules/id_number.py", "members/rules/phone_number.py"),
    *("members/rules/uscc.py", "members/queries/change.py", "members/queries/post.py"),
    *("unionportal/core/uploads/items.py", "unionportal/core/uploads/tables.py"),
    *("unionportal/core/idempotency.py", "unionportal/core/verdict.py"),
)
LIBRARY = {
    *("parse_error", "not_authenticated", "authentication_failed", "not_found"),
    *("permission_denied", "method_not_allowed", "not_acceptable", "throttled"),
    *("unsupported_media_type", "error", "invalid", "invalid_choice"),
}
# Written in SQL, or read off a cell by the stages.
STAGED = {"repeated", "repeated_external_id", "required", "unreadable", "refused"}
# Of sheets only: what they name the API does not take.
OF_SHEETS = {"covered", "contradiction"}


def codes_in(path: Path) -> Iterator[str]:
    """The constants given as a code, by whatever refuses or by default."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") != "ImportKind":
            given = [one.value for one in node.keywords if one.arg == "code"]
        elif isinstance(node, ast.Assign):
            names = [getattr(target, "id", "") for target in node.targets]
            given = [node.value] if names == ["default_code"] else []
        else:
            given = []
        yield from (str(one.value) for one in given if isinstance(one, ast.Constant))


def test_every_code_of_the_source_stands_in_the_catalogue() -> None:
    said = {
        code
        for pattern in SPEAKING
        for path in ROOT.glob(pattern)
        for code in codes_in(path)
    }
    assert {"key_reused", "cursor_lost", "outside", "uscc", "too_large"} <= said
    known = {one.code for one in CATALOGUE}
    assert (said | LIBRARY | STAGED) - known == OF_SHEETS


def test_every_code_is_provoked_by_a_test_of_the_api() -> None:
    """Of each code a test names the answer; a code that none gives is no code."""
    told = "".join(
        path.read_text("utf-8")
        for path in (ROOT / "tests").glob("*/api/test_*.py")
        if path.name != "test_errors.py"
    )
    named = set(re.findall(r'[":]([a-z_]+)"', told))
    assert {one.code for one in CATALOGUE} - named == set()


@pytest.mark.django_db
def test_the_catalogue_is_told_and_documented() -> None:
    answer = caller().get(f"{API}/errors/")
    told = json.loads(answer.content)["codes"]
    assert [one["code"] for one in told] == [one.code for one in CATALOGUE]
    assert caller().get(f"{API}/errors/", {"a": "b"}).status_code == 400
    assert as_markdown() in (ROOT / "docs/api.md").read_text("utf-8")
