"""P9: a page of a list at the API against json_agg: the view, from query to bytes.

What every request costs besides (the token, the limit of requests, middleware) is told
beside it, for the whole request.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any, cast

from allauth.idp.oidc.models import Token
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.generics import GenericAPIView
from rest_framework.test import APIRequestFactory, force_authenticate

from assistance.api.views import DeterminationList, PaymentList
from assistance.models import Round
from assistance.queries.populations import population_for
from assistance.queries.schemes import scheme_of
from bench.province import ON, PROVINCE, populate, released
from bench.rows import Measured, Options, Row
from bench.scratch import scratch_database
from bench.statements import statement
from bench.turns import seconds_of, take_turns
from members.actions.api_client import register_client
from members.auth.client import ClientUser
from members.models import Organisation
from members.queries.post import actor_of_client
from unionportal.core.actor import SYSTEM

LONG, SHORT = 1000, 10  # rows of a page
TURNS = 10  # a page is quick: ten for each round asked for
HOUSEHOLDS = 5000  # enough for a long page of payments
VIEWS: dict[str, tuple[str, type[GenericAPIView[Any]]]] = {
    "determinations": ("认定", DeterminationList),
    "payments": ("发放", PaymentList),
}


def run(options: Options) -> Sequence[Measured]:
    """A page of determinations and one of payments, read by a province's system."""
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    with scratch_database():
        round_ = released(populate(HOUSEHOLDS))
        client, user = _system()
        return [_list(options, (client, user), round_, name) for name in VIEWS]


def _system() -> tuple[Client, ClientUser]:
    """A province's system with a token for reading, and who it is behind the token."""
    union = Organisation.objects.get(code=PROVINCE)
    made = register_client(organisation_id=union.pk, name="基准", on=ON, by=SYSTEM)
    token = Token(type=Token.Type.ACCESS_TOKEN, client=made.api_client.client)
    token.set_value("bench")
    token.set_scopes(["read"])
    token.save()
    user = ClientUser(actor_of_client(made.client_id, on=ON))
    return Client(headers={"Authorization": "Bearer bench"}), user


def _list(
    options: Options, system: tuple[Client, ClientUser], round_: Round, name: str
) -> Measured:
    client, user = system
    values = {
        "year": round_.year,
        "round": round_.pk,
        "path": round_.organisation.path,
        "size": LONG,
        "words": json.dumps(_words(round_), ensure_ascii=False),
    }
    turns = take_turns(
        Options(options.rows, TURNS * options.rounds, options.say),
        ours=partial(_ours, VIEWS[name][1], round_, user),
        floor=partial(_floor, statement("lists.sql", name), values),
    )
    asked = {_queries(client, round_, name, size) for size in (LONG, SHORT)}
    if len(asked) > 1:
        raise AssertionError(f"{name}: {asked} queries for pages of {LONG} and {SHORT}")
    whole = median(_request(client, round_, name) for _turn in range(TURNS)) * 1000
    title = (
        f"接口一页 {LONG:,} 条{VIEWS[name][0]}，与 {SHORT} 条同为 {asked.pop()} 次查询"
    )
    line = turns.line("P9", title, 2.0, f"连同令牌与中间件 {whole:.0f} 毫秒")
    return replace(line, rows=LONG)


def _ours(
    view: type[GenericAPIView[Any]], round_: Round, user: ClientUser
) -> tuple[float, Any]:
    request = APIRequestFactory().get("/", {"page_size": LONG})
    force_authenticate(request, user=cast("Any", user))
    listing = view.as_view(
        authentication_classes=(), permission_classes=(), throttle_classes=()
    )
    found: list[bytes] = []
    seconds = seconds_of(
        lambda: found.append(listing(request, pk=round_.pk).render().content)
    )
    return seconds, json.loads(found[0])["results"]


def _request(client: Client, round_: Round, name: str) -> float:
    cache.clear()  # the limit of requests a minute
    begun = perf_counter()
    client.get(f"/api/v1/rounds/{round_.pk}/{name}/", {"page_size": LONG})
    return perf_counter() - begun


def _floor(sql: str, values: Mapping[str, Any]) -> tuple[float, Any]:
    found: list[bytes] = []

    def read() -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            found.append(cursor.fetchone()[0].encode())

    return seconds_of(read), json.loads(found[0])


def _queries(client: Client, round_: Round, name: str, size: int) -> int:
    with CaptureQueriesContext(connection) as queries:
        client.get(f"/api/v1/rounds/{round_.pk}/{name}/", {"page_size": size})
    return len(queries)


def _words(round_: Round) -> dict[str, str]:
    """Titles of clauses and names of facts, which the floor is given ready-made."""
    scheme = scheme_of(round_.version)
    vocabulary = population_for(scheme).sheet.vocabulary
    titles = {clause.code: clause.title for clause in scheme.ruling.clauses}
    return titles | {name: vocabulary[name].name for name in vocabulary}


LISTS = Row("P9", "list", run, grows=False)
