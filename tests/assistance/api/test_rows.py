"""Lists leave as JSON written by the database: in the very words of the serializers."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from django.db.models import QuerySet
from rest_framework.serializers import BaseSerializer
from rest_framework.utils.encoders import JSONEncoder

from assistance.api.serializers import (
    DeterminationSerializer,
    DossierSerializer,
    PaymentSerializer,
)
from assistance.models import Determination, HouseholdDossier, Payment, Round
from tests.assistance import builders as make
from tests.assistance.api.callers import API, caller
from tests.assistance.paying import (
    answer_to,
    bring_in,
    fund,
    instructed_batch,
    noticed_round,
    officers,
    payments_of,
    released_round,
)

pytestmark = pytest.mark.django_db


def said_by(
    serializer: type[BaseSerializer[Any]], rows: QuerySet[Any], round_: Round
) -> list[dict[str, Any]]:
    """What the serializer says of each object, as a client reads it."""
    context = {"view": SimpleNamespace(round=round_)}
    told = [serializer(row, context=context).data for row in rows.order_by("id")]
    read: list[dict[str, Any]] = json.loads(json.dumps(told, cls=JSONEncoder))
    return read


def listed(address: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = caller().get(f"{API}/{address}").json()["results"]
    return rows


def test_determinations_are_listed_in_the_words_of_their_serializer() -> None:
    make.dossier("乙户", homes_count=2)
    make.dossier("丙户", with_account=False)
    round_ = noticed_round(1)

    rows = listed(f"rounds/{round_.pk}/determinations/")

    assert rows == said_by(DeterminationSerializer, Determination.objects.all(), round_)
    assert [row["reason"] for row in rows] == [
        "无两套以上住房、无非代步机动车",
        "收款账户已核验",
        "",
    ]


def test_payments_are_listed_in_the_words_of_their_serializer() -> None:
    round_ = released_round(2)
    fund("10000.00")
    batch = instructed_batch(round_, officers())
    back = payments_of(batch)[0].reference
    bring_in(answer_to(batch, returned={back: "closed"}))

    rows = listed(f"rounds/{round_.pk}/payments/")

    assert rows == said_by(PaymentSerializer, Payment.objects.all(), round_)
    assert [(row["state"], row["settled_on"]) for row in rows] == [
        ("returned", "2025-12-15"),
        ("paid", "2025-12-15"),
    ]


def test_dossiers_are_listed_in_the_words_of_their_serializer() -> None:
    make.dossier("甲“户”\\n", homes_count=None, other_causes=("disability",))
    make.dossier("乙户", has_vehicle=None)
    round_ = make.opened_round()

    rows = listed("dossiers/")

    assert rows == said_by(DossierSerializer, HouseholdDossier.objects.all(), round_)
    assert rows[0]["principal_id_number"][4:-3] == "*" * 11
