"""The API's description: valid, complete, Chinese, and readable without other hosts."""

import json
import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from members.auth.throttles import SchemaThrottle

pytestmark = pytest.mark.django_db
API = "/api/v1"
KEPT = ("organisations", "employers", "people", "memberships")


def schema() -> dict[str, Any]:
    drawn: dict[str, Any] = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
    return drawn


def operations() -> dict[str, dict[str, Any]]:
    """Every verb of every address."""
    return {
        f"{verb} {path}": operation
        for path, verbs in schema()["paths"].items()
        for verb, operation in verbs.items()
    }


def test_schema_is_valid_and_drawn_without_warnings() -> None:
    GENERATOR_STATS.reset()
    drawn = schema()

    validate_schema(drawn)  # type: ignore[no-untyped-call]

    assert drawn["openapi"].startswith("3.1")
    assert not GENERATOR_STATS


def test_schema_names_every_address() -> None:
    assert set(operations()) == {
        f"get {API}/dossiers/",
        f"get {API}/dossiers/{{id}}/",
        f"get {API}/rounds/",
        f"get {API}/rounds/{{id}}/",
        f"get {API}/rounds/{{id}}/determinations/",
        f"get {API}/rounds/{{id}}/payments/",
        f"get {API}/rounds/{{id}}/verification/",
        f"get {API}/rounds/{{id}}/verification/items/",
        f"get {API}/statements/",
        f"get {API}/statements/{{id}}/",
        f"get {API}/statements/{{id}}/lines/",
        f"get {API}/reconciliations/",
        f"get {API}/vouchers/",
        *(f"get {API}/{kind}/" for kind in KEPT),
        *(f"get {API}/{kind}/{{id}}/" for kind in KEPT),
        *(f"post {API}/{kind}/bulk/" for kind in KEPT[:3]),
        f"get {API}/changes/",
        f"get {API}/errors/",
        f"get {API}/flags/",
        f"get {API}/messages/",
        *(f"{verb} {API}/webhook/" for verb in ("get", "put", "delete")),
        f"post {API}/sandbox/reset/",
        f"post {API}/token",
        f"post {API}/revoke",
    }


def test_every_operation_is_explained_in_chinese_with_an_example() -> None:
    chinese = re.compile("[一-鿿]")
    for name, operation in operations().items():
        assert chinese.search(operation["summary"]), name
        assert chinese.search(operation["description"]), name
        assert operation["tags"], name
        if name.startswith("get"):
            body = operation["responses"]["200"]["content"]["application/json"]
            assert body["examples"], name
            assert operation["security"] == [{"clientCredentials": ["read"]}], name


def test_every_example_has_the_fields_of_its_schema() -> None:
    drawn = schema()
    schemas = drawn["components"]["schemas"]
    for path, verbs in drawn["paths"].items():
        if "get" not in verbs:
            continue
        body = verbs["get"]["responses"]["200"]["content"]["application/json"]
        described = schemas[body["schema"]["$ref"].rsplit("/", 1)[1]]["properties"]
        (example,) = (one["value"] for one in body["examples"].values())
        assert set(example) == set(described), path
        if "results" in described:
            rows = described["results"]["items"]["$ref"].rsplit("/", 1)[1]
            row = example["results"][0]
            assert set(row) == set(schemas[rows]["properties"]), path


def test_schema_is_open_to_integrators(client: Client) -> None:
    answer = client.get(f"{API}/schema/", headers={"Accept": "application/json"})

    assert answer.status_code == 200
    assert json.loads(answer.content)["info"]["title"] == "工会服务门户接口"


def test_schema_is_drawn_so_often_only(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SchemaThrottle, "limit", 1)

    answers = [client.get(f"{API}/schema/").status_code for _ in range(2)]

    assert answers == [200, 429]


def test_docs_name_no_other_host_and_no_inline_script(client: Client) -> None:
    answer = client.get(f"{API}/docs/")

    page = answer.content.decode()
    assert answer.status_code == 200
    assert re.findall(r"https?://[^\"' ]+", page) == []
    assert "<style" not in page
    assert re.findall(r"<script(?! src=)", page) == []
    assert "unsafe" not in answer["Content-Security-Policy"]


def test_docs_find_their_parts(client: Client) -> None:
    page = client.get(f"{API}/docs/").content.decode()
    parts = re.findall(r"(?:src|href)=\"([^\"]+)\"", page)

    assert len(parts) == 6
    for part in parts:
        address = part.replace("&amp;", "&")
        if address.startswith(settings.STATIC_URL):
            continue
        script = client.get(address)
        assert script["Content-Type"].startswith("application/javascript")
        assert f"{API}/schema/" in script.content.decode()
