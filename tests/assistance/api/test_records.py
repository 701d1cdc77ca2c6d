"""What county systems read: their own subtree, masked, by pages and filters."""

import logging

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assistance.enums import Relation
from assistance.models import HouseholdDossier, HouseholdMember, Payment, Round
from tests.assistance import builders as make
from tests.assistance.api.callers import (
    API,
    bearing,
    caller,
    ids,
    refusal,
    registered,
    token_of,
)
from tests.assistance.paying import released_round

pytestmark = pytest.mark.django_db


def two_counties() -> Round:
    """A computed provincial round: three households here, one in the next county."""
    make.standard()
    make.standard(at=make.NEXT_COUNTY)
    make.dossier("甲")
    make.dossier("乙", homes_count=2)
    make.dossier("丙", with_account=False)
    make.dossier("丁", at=make.NEXT_COUNTY)
    return make.computed_round()


# --- dossiers


def test_dossiers_are_those_of_the_own_subtree() -> None:
    own, foreign = make.dossier("甲"), make.dossier("丁", at=make.NEXT_COUNTY)

    county, city = caller(), caller(make.CITY)

    assert ids(county.get(f"{API}/dossiers/")) == [own.pk]
    assert ids(city.get(f"{API}/dossiers/")) == [own.pk, foreign.pk]
    assert county.get(f"{API}/dossiers/{own.pk}/").status_code == 200
    assert refusal(county.get(f"{API}/dossiers/{foreign.pk}/")) == (
        404,
        "client_error",
        "not_found",
    )


def test_a_dossier_is_masked_and_plain() -> None:
    household = make.dossier("甲某某")
    HouseholdMember.objects.create(
        dossier=household,
        name="乙某某",
        relation=Relation.SPOUSE,
        id_number="350102197602031234",
    )

    answer = caller().get(f"{API}/dossiers/{household.pk}/")

    body = answer.json()
    number = household.principal.id_number
    assert body["number"] == household.number
    assert body["organisation"] == make.COUNTY
    assert body["principal_name"] == "甲某某"
    assert body["principal_id_number"] == f"{number[:4]}***********{number[-3:]}"
    assert body["wage_income"] == "30000.00"
    assert body["members"] == [
        {
            "name": "乙某某",
            "relation": "spouse",
            "id_number": "3501***********234",
            "birth_date": None,
            "identity": "",
        }
    ]
    assert number not in answer.content.decode()


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["甲", "乙", "丙"]),
        ({"state": "on_file"}, ["甲", "乙", "丙"]),
        ({"state": "closed"}, []),
        ({"hardship_class": "relative"}, ["乙"]),
        ({"division": make.NEXT_COUNTY}, []),
        ({"approved_on_after": "2025-06-02"}, ["丙"]),
        ({"approved_on_before": "2025-06-01"}, ["甲", "乙"]),
    ],
)
def test_dossiers_are_filtered(query: dict[str, str], names: list[str]) -> None:
    make.dossier("甲")
    make.dossier("乙", hardship_class="relative")
    make.dossier("丙", approved_on=make.ON)

    rows = caller().get(f"{API}/dossiers/", query).json()["results"]

    assert [row["principal_name"] for row in rows] == names


@pytest.mark.parametrize(
    ("query", "attr", "code"),
    [
        ({"state": "unheard"}, "state", "invalid_choice"),
        ({"stat": "closed"}, "stat", "unknown_parameter"),
        ({"approved_on": "2025-06-01"}, "approved_on", "unknown_parameter"),
        ({"number": "a\x00"}, "number", "null_characters_not_allowed"),
        ({"state": ""}, "state", "unclear_parameter"),
        ({"state": ["closed", "on_file"]}, "state", "unclear_parameter"),
        ({"page_size": "0"}, "page_size", "invalid"),
        ({"page_size": "many"}, "page_size", "invalid"),
    ],
)
def test_a_wrong_filter_is_refused_by_name(
    query: dict[str, str | list[str]], attr: str, code: str
) -> None:
    make.dossier()

    answer = caller().get(f"{API}/dossiers/", query)

    assert refusal(answer) == (400, "validation_error", code)
    assert answer.json()["errors"][0]["attr"] == attr


def test_pages_follow_one_another_to_the_end_and_back() -> None:
    made = [make.dossier(f"甲{n}").pk for n in range(5)]
    county = caller()

    first = county.get(f"{API}/dossiers/", {"page_size": 2})
    second = county.get(first.json()["next"])
    third = county.get(second.json()["next"])

    assert [*ids(first), *ids(second), *ids(third)] == made
    assert first.json()["previous"] is None
    assert third.json()["next"] is None
    assert ids(county.get(third.json()["previous"])) == ids(second)


@pytest.mark.parametrize(
    "cursor", ["x", "令牌", "cD1hYmM=", "cD05OTk5OTk5OTk5OTk5OTk5OTk5OQ=="]
)
def test_a_made_up_position_is_refused(cursor: str) -> None:
    answer = caller().get(f"{API}/dossiers/", {"cursor": cursor})
    assert refusal(answer) == (404, "client_error", "not_found")


def test_an_address_past_every_key_is_not_found() -> None:
    county = caller()
    for address in ("dossiers", "rounds"):
        assert county.get(f"{API}/{address}/{10**30}/").status_code == 404


# --- rounds


def test_a_provincial_round_tells_a_county_its_own_figures_only() -> None:
    round_ = two_counties()

    listed = caller().get(f"{API}/rounds/").json()["results"]
    detail = caller().get(f"{API}/rounds/{round_.pk}/").json()

    assert [row["totals"] for row in listed] == [None]
    assert detail["totals"] is None
    (own,) = detail["counties"]
    assert own["organisation"] == make.COUNTY
    assert (own["population"], own["eligible"], own["amount"]) == (3, 1, "600.00")


def test_a_provincial_round_tells_the_province_everything() -> None:
    round_ = two_counties()

    detail = caller(make.PROVINCE).get(f"{API}/rounds/{round_.pk}/").json()

    assert detail["totals"] == {
        "population": 4,
        "eligible": 2,
        "ineligible": 1,
        "unknown": 1,
        "amount": "1200.00",
    }
    codes = [county["organisation"] for county in detail["counties"]]
    assert codes == [make.COUNTY, make.NEXT_COUNTY]


def test_a_round_of_the_next_county_does_not_exist() -> None:
    make.standard(at=make.NEXT_COUNTY)
    make.dossier(at=make.NEXT_COUNTY)
    round_ = make.computed_round(at=make.NEXT_COUNTY)
    county = caller()

    assert ids(county.get(f"{API}/rounds/")) == []
    for tail in ("", "determinations/", "payments/"):
        answer = county.get(f"{API}/rounds/{round_.pk}/{tail}")
        assert refusal(answer) == (404, "client_error", "not_found")


def test_rounds_are_filtered() -> None:
    round_ = two_counties()
    county = caller()
    for query, found in (
        ({"state": "computed", "scheme": "winter_warmth"}, [round_.pk]),
        ({"period": round_.period.code}, [round_.pk]),
        ({"state": "closed"}, []),
    ):
        assert ids(county.get(f"{API}/rounds/", query)) == found


# --- lines of a round


def test_determinations_are_the_countys_own_with_their_reason() -> None:
    round_ = two_counties()

    rows = caller().get(f"{API}/rounds/{round_.pk}/determinations/").json()["results"]

    assert [(row["outcome"], row["reason"], row["decided_amount"]) for row in rows] == [
        ("eligible", "", "600.00"),
        ("ineligible", "无两套以上住房、无非代步机动车", None),
        ("unknown", "收款账户已核验", None),
    ]
    assert {row["organisation"] for row in rows} == {make.COUNTY}
    assert rows[1]["facts"]["homes_count"] == "2"


def test_determinations_are_filtered() -> None:
    round_ = two_counties()
    county, address = caller(), f"{API}/rounds/{round_.pk}/determinations/"
    everything = ids(county.get(address))
    for query, found in (
        ({"outcome": "eligible"}, everything[:1]),
        ({"clause": "no_excluded_property"}, everything[1:2]),
        ({"missing_fact": "account_verified"}, everything[2:]),
        ({"organisation": make.NEXT_COUNTY}, []),
        ({"is_current": "true"}, everything),
        ({"is_current": "false"}, []),
    ):
        assert ids(county.get(address, query)) == found


def test_payments_are_the_countys_own() -> None:
    make.standard(at=make.NEXT_COUNTY)
    make.dossier("丁", at=make.NEXT_COUNTY)
    round_ = released_round(2)
    assert Payment.objects.count() == 3

    rows = caller().get(f"{API}/rounds/{round_.pk}/payments/").json()["results"]

    assert [(row["state"], row["amount"], row["attempt"]) for row in rows] == [
        ("planned", "600.00", 1)
    ] * 2
    assert {row["organisation"] for row in rows} == {make.COUNTY}
    assert len(rows[0]["account_last4"]) == 4
    assert rows[0]["reason"] == ""


def test_payments_are_filtered() -> None:
    round_ = released_round(2)
    county, address = caller(), f"{API}/rounds/{round_.pk}/payments/"
    first, second = county.get(address).json()["results"]
    for query, found in (
        ({"state": "planned"}, [first["id"], second["id"]]),
        ({"state": "paid"}, []),
        ({"reference": second["reference"]}, [second["id"]]),
        ({"batch": first["batch"]}, [first["id"], second["id"]]),
    ):
        assert ids(county.get(address, query)) == found


# --- cost


def queries_of(asked: CaptureQueriesContext) -> int:
    """The questions; what begins and ends a transaction is not one."""
    return sum(
        "SAVEPOINT" not in one["sql"] and "SET TRANSACTION" not in one["sql"]
        for one in asked.captured_queries
    )


def test_a_page_costs_the_same_queries_whatever_its_length() -> None:
    round_ = released_round(200)
    county = caller()
    lines = f"rounds/{round_.pk}"
    for address in (
        "dossiers/",
        "rounds/",
        f"{lines}/determinations/",
        f"{lines}/payments/",
    ):
        counts = set()
        for size in (1, 20, 200):
            with CaptureQueriesContext(connection) as asked:
                answer = county.get(f"{API}/{address}", {"page_size": size})
            assert len(ids(answer)) == (1 if address == "rounds/" else size)
            counts.add(queries_of(asked))
        assert len(counts) == 1
        assert counts.pop() <= 6, address


def test_a_detail_costs_ten_queries_at_most() -> None:
    round_ = two_counties()
    (household, *_) = HouseholdDossier.objects.all()
    for caller_ in (caller(), caller(make.PROVINCE)):
        for address in (f"rounds/{round_.pk}/", f"dossiers/{household.pk}/"):
            with CaptureQueriesContext(connection) as asked:
                assert caller_.get(f"{API}/{address}").status_code == 200
            assert queries_of(asked) <= 10, address


def test_each_reading_leaves_one_line_without_personal_data(
    caplog: pytest.LogCaptureFixture,
) -> None:
    household = make.dossier("甲某某")
    made = registered()
    county = bearing(token_of(made))
    caplog.set_level(logging.INFO)
    caplog.clear()

    county.get(f"{API}/dossiers/", {"number": household.number})

    lines = [
        record.msg
        for record in caplog.records
        if isinstance(record.msg, dict) and record.msg["event"] == "request_finished"
    ]
    assert [(line["request"], line["code"]) for line in lines] == [
        (f"GET {API}/dossiers/", 200)
    ]
    assert lines[0]["user_id"] == made.client_id
    assert household.number not in caplog.text
    assert "甲某某" not in caplog.text


def test_a_yes_or_no_that_is_neither_is_refused() -> None:
    make.standard()
    make.dossier()
    round_ = make.computed_round()
    address = f"{API}/rounds/{round_.pk}/determinations/"

    answer = caller().get(address, {"is_current": "perhaps"})

    assert refusal(answer) == (400, "validation_error", "invalid_choice")


def test_an_address_that_does_not_exist_is_said_in_the_api_s_own_form() -> None:
    answer = caller().get(f"{API}/dossiers/minus-one/")
    assert refusal(answer) == (404, "client_error", "not_found")


def test_the_schema_names_the_errors_of_every_address() -> None:
    paths = caller().get(f"{API}/schema/?format=json").json()["paths"]
    answers = {
        path: set(one["get"]["responses"])
        for path, one in paths.items()
        if "get" in one
    }
    assert answers
    for path, named in answers.items():
        assert named >= {"200", "401", "429"}, path
