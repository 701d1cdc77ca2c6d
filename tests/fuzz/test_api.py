"""The API by its own schema, valid and broken, with the tokens of several unions (R17)."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import given
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.schemas import BaseSchema

from members.api.examples import BULK_ITEMS
from members.models import Employer, ExternalId, Organisation, Person
from tests.architecture.house import build
from tests.assistance.api.callers import registered, token_of
from tests.assistance.builders import CITY, COUNTY, NEXT_COUNTY, PROVINCE
from tests.fuzz import WANTED, tries
from tests.fuzz.digests import changed, digest

CASES = 1000
REGISTER = (Organisation, Employer, Person)
WRITTEN = {"core_storedreply", "core_auditentry", "core_auditlink"}
# The schema's own examples of bulk requests are right, and so they are written.
EXAMPLES = {item["external_id"] for item in BULK_ITEMS.values()}
BY_EXAMPLE = {
    *("members_change", "members_externalid", "members_employer"),
    *("members_organisation", "members_person"),
}
SCHEMA = "/api/v1/schema/?format=json"


@pytest.fixture
def one_connection(tokens: dict[str, str]) -> Iterator[None]:
    """Requests stay in the test's transaction, as those of Django's own client do."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def schema(one_connection: None) -> BaseSchema:
    loaded: BaseSchema = schemathesis.openapi.from_wsgi(SCHEMA, get_wsgi_application())
    return loaded


@pytest.fixture
def tokens(db: None) -> dict[str, str]:
    """A county that has everything, its neighbour, and the unions above them."""
    build()
    unions = {"own": COUNTY, "next": NEXT_COUNTY, "city": CITY, "province": PROVINCE}
    return {who: token_of(registered(at, may_write=True)) for who, at in unions.items()}


def operations_of(schema: BaseSchema) -> list[Any]:
    return [
        found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)
    ]


def test_the_schema_s_cases_find_nothing_and_change_nothing(
    schema: BaseSchema, tokens: dict[str, str]
) -> None:
    before, stood = digest(), sum(each.objects.count() for each in REGISTER)
    counts: Counter[str] = Counter()
    findings: dict[str, str] = {}
    right, wrong = (
        st.one_of(
            *(one.as_strategy(generation_mode=mode) for one in operations_of(schema))
        )
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    )

    @tries(CASES)
    @given(case=st.one_of(right, wrong), who=st.sampled_from(sorted(tokens)))
    def ask(case: Case[Any], who: str) -> None:
        cache.clear()
        counts[who] += 1
        bearer = {"Authorization": f"Bearer {tokens[who]}"}
        try:
            case.call_and_validate(headers=bearer)
        except FailureGroup as failed:
            for one in failed.exceptions:
                findings.setdefault(f"{case.operation.label} {one}", repr(case))

    ask()

    assert findings == {}

    # Whoever writes in bulk is answered by his key for ever; nothing else came of it.
    named = ExternalId.objects.values_list("external_id", flat=True)
    assert set(named) <= EXAMPLES
    assert sum(each.objects.count() for each in REGISTER) <= stood + len(named)
    assert changed(before) <= WRITTEN | BY_EXAMPLE
    assert counts.total() >= int(WANTED or CASES)
