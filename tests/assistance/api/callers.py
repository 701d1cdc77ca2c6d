"""County systems for the tests of the API: registered and provided with a token."""

import json
from typing import Any, Protocol
from urllib.parse import urlencode

from allauth.idp.oidc.models import Token
from django.test import Client
from django.utils.crypto import get_random_string

from members.actions.api_client import NewClient, register_client
from members.enums import ClientKind
from tests.assistance.builders import COUNTY, ON, union
from unionportal.core.actor import SYSTEM

API = "/api/v1"


class Answer(Protocol):
    """What tests read of an answer."""

    @property
    def status_code(self) -> int: ...
    @property
    def content(self) -> bytes: ...
    def __getitem__(self, header: str) -> str: ...


def registered(
    at: str = COUNTY, *, may_write: bool = False, kind: str = ClientKind.REAL
) -> NewClient:
    """A county's system, registered by the portal's own hand."""
    return register_client(
        organisation_id=union(at).pk,
        name=f"{at} 业务系统",
        on=ON,
        by=SYSTEM,
        may_write=may_write,
        kind=kind,
    )


def post_form(
    address: str, form: dict[str, str], caller: Client | None = None
) -> Answer:
    """Post a form as OAuth2 wants it, url-encoded."""
    answer: Answer = (caller or Client()).post(
        f"{API}/{address}",
        urlencode(form),
        content_type="application/x-www-form-urlencoded",
    )
    return answer


def token_answer(made: NewClient, **form: str) -> Answer:
    """What the token address says to a client's form."""
    return post_form(
        "token",
        {
            "grant_type": "client_credentials",
            "client_id": made.client_id,
            "client_secret": made.secret,
        }
        | form,
    )


def token_of(made: NewClient) -> str:
    token: str = json.loads(token_answer(made).content)["access_token"]
    return token


def caller(at: str = COUNTY) -> Client:
    """A county's system that got its token as real ones do."""
    return bearing(token_of(registered(at)))


def bearing(token: str) -> Client:
    """Somebody who shows a token."""
    return Client(headers={"Authorization": f"Bearer {token}"})


def written_token(made: NewClient, *, scopes: tuple[str, ...], **columns: Any) -> str:
    """A token written straight into the table, with scopes or an end of its own."""
    value = get_random_string(32)
    token = Token(
        type=Token.Type.ACCESS_TOKEN, client=made.api_client.client, **columns
    )
    token.set_value(value)
    token.set_scopes(list(scopes))
    token.save()
    return value


def ids(answer: Answer) -> list[int]:
    """The rows of one page, by id."""
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in json.loads(answer.content)["results"]]


def refusal(answer: Answer) -> tuple[int, str, str]:
    """Status, type and code of an answer in the one shape of errors."""
    body = json.loads(answer.content)
    return answer.status_code, body["type"], body["errors"][0]["code"]
