"""Codes of refusals that no other test of the API meets: each provoked once."""

import json
from datetime import date
from typing import Any

import pytest
from allauth.idp.oidc.models import Token
from rest_framework.test import APIRequestFactory, force_authenticate

from members.actions.organisation_changes import rename_organisation
from members.api.bulk import PersonBulk
from members.auth.client import ClientUser
from members.models import Organisation, Person
from tests.assistance.api.callers import (
    API,
    bearing,
    caller,
    refusal,
    registered,
    token_of,
    written_token,
)
from tests.members.api.test_bulk import refusal_of, sent, worker
from tests.members.builders import COUNTY
from tests.members.unions import basic_union
from unionportal.core.actor import SYSTEM, Actor

pytestmark = pytest.mark.django_db


def test_nothing_but_json_is_given() -> None:
    answer = caller().get(f"{API}/people/", headers={"Accept": "text/html"})
    assert refusal(answer) == (406, "client_error", "not_acceptable")


def test_acts_on_a_union_are_entered_in_the_order_of_their_days() -> None:
    one = basic_union("先后厂")
    rename_organisation(
        organisation_id=one.pk,
        name="明年的名称",
        short_name="明年",
        on=date(2999, 1, 1),
        by=SYSTEM,
    )
    county = bearing(token_of(registered(COUNTY, may_write=True)))
    item = {
        "external_id": "u",
        "code": one.code,
        "name": "今天厂工会委员会",
        "parent": COUNTY,
    }

    told = sent(county, "organisations", [item])
    assert refusal_of(told)[:2] == (409, "order")
    assert Organisation.objects.get(pk=one.pk).name == "明年的名称"


def test_who_lost_his_union_while_he_asked_may_write_nothing() -> None:
    made = registered(may_write=True)
    value = written_token(made, scopes=("read", "write"))
    asked = APIRequestFactory().post(
        f"{API}/people/bulk/",
        {"items": [worker("x")]},
        format="json",
        headers={"Idempotency-Key": "k"},
    )
    unseated = Actor(kind="client", name="", client_id=made.client_id)
    token = Token.objects.lookup(Token.Type.ACCESS_TOKEN, value)
    user: Any = ClientUser(unseated, limit=600)
    force_authenticate(asked, user, token)

    answer = PersonBulk.as_view()(asked).render()

    assert answer.status_code == 403
    told = json.loads(answer.content)["errors"][0]
    assert (told["code"], "经办" in told["detail"]) == ("forbidden", True)
    assert not Person.objects.filter(name="张小三").exists()
