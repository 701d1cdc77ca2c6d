"""Verbs of sandboxes: lay out the start state, bring a client's own back to it."""

from datetime import date

from django.db import transaction
from stdnum.cn import ric

from members.actions.api_client import NO_SANDBOXES, READ, WRITE, oauth_client
from members.actions.bulk import BulkRequest, upsert_many
from members.actions.divisions import load_organisations
from members.enums import DivisionLevel
from members.models import ApiClient, Division, Organisation
from members.permissions.access import can_reset_sandbox
from members.queries.post import actor_for
from members.rules.uscc import whole_code
from unionportal.core import sandbox
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.uploads.items import Item

COUNTY, NEIGHBOUR = "990101", "990102"
_DIVISIONS = (
    ("990000", "沙箱省", DivisionLevel.PROVINCE, None),
    ("990100", "沙箱市", DivisionLevel.PREFECTURE, "990000"),
    (COUNTY, "沙箱县", DivisionLevel.COUNTY, "990100"),
    (NEIGHBOUR, "沙箱邻县", DivisionLevel.COUNTY, "990100"),
)
UNIONS, PEOPLE_IN_UNION = 3, 4
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫"


@transaction.atomic
def lay_out_sandbox(*, on: date, by: Actor) -> None:
    """Write the start state into an empty database: a county with unions and people.

    Three basic unions with an employer and four members of staff each, handed in by the
    client as a county's system hands in its own, under the ids `u-1`, `e-1`, `p-1` …
    """
    Division.objects.bulk_create(
        Division(code=code, name=name, level=level, parent_id=parent)
        for code, name, level, parent in _DIVISIONS
    )
    load_organisations(on=on, by=by)
    oauth = oauth_client("沙箱", [READ, WRITE])
    oauth.pk = sandbox.CLIENT_ID
    oauth.save()
    client = ApiClient.objects.create(
        client=oauth, name="沙箱", organisation=Organisation.objects.get(code=COUNTY)
    )
    actor = actor_for(client)
    for kind, items in start_items().items():
        asked = BulkRequest(
            kind=kind,
            items=[Item(one["external_id"], _cells(one)) for one in items],
            key="start",
            body={"items": items},
        )
        refused = upsert_many(asked=asked, on=on, by=actor)["refused"]
        if refused:
            raise ValueError(f"the start state does not hold: {refused} {kind}")


def reset_sandbox(*, client_pk: int, on: date, by: Actor) -> ApiClient:
    """Bring a sandbox back to the start state; by itself, or by its administrator.

    Refuses (`sandbox`) a client that works in the register.
    Waits for the requests that the sandbox is answering. Nothing else is touched: the
    data lie in a database of their own, and only the entry of this act remains.
    """
    with transaction.atomic():
        client = (
            ApiClient.objects.select_for_update(of=("self",))
            .select_related("organisation")
            .get(pk=client_pk)
        )
        if not client.is_sandbox:
            raise Refusal("这是正式客户端，没有沙箱可以复位。", code="sandbox")
        can_reset_sandbox(by, client).require()
        if not sandbox.is_set_up():
            raise Refusal(NO_SANDBOXES, code="sandbox")
        sandbox.renew(client.pk)
        record(
            by=by,
            verb="reset_sandbox",
            subject=client,
            on=on,
            organisation_id=client.organisation_id,
        )
    return client


def start_items() -> dict[str, list[dict[str, str]]]:
    """What the client of a fresh sandbox has handed in, by kind; all invented."""
    numbers = range(1, UNIONS + 1)
    return {
        "organisations": [_union(number) for number in numbers],
        "employers": [_employer(number) for number in numbers],
        "people": [
            _person((union - 1) * PEOPLE_IN_UNION + place, union)
            for union in numbers
            for place in range(1, PEOPLE_IN_UNION + 1)
        ],
    }


def _union_code(number: int) -> str:
    return whole_code(f"81{COUNTY}", f"MC{number:06d}")


def _union(number: int) -> dict[str, str]:
    return {
        "external_id": f"u-{number}",
        "code": _union_code(number),
        "name": f"沙箱第{number}公司工会委员会",
        "parent": COUNTY,
        "founded_on": "2020-05-06",
        "document": f"沙箱总工〔2020〕{number}号",
    }


def _employer(number: int) -> dict[str, str]:
    return {
        "external_id": f"e-{number}",
        "code": whole_code(f"91{COUNTY}", f"MA{number:06d}"),
        "name": f"沙箱第{number}公司",
        "division": COUNTY,
        "headcount": str(number * 20),
        "counted_on": "2020-06-30",
        "organisation": _union_code(number),
    }


def _person(number: int, union: int) -> dict[str, str]:
    body = f"11010519800304{number:03d}"
    return {
        "external_id": f"p-{number}",
        "name": f"{_SURNAMES[number - 1]}沙箱",
        "id_number": body + ric.calc_check_digit(body + "0"),
        "phone": f"1390000{number:04d}",
        "organisation": _union_code(union),
    }


def _cells(one: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in one.items() if name != "external_id"}
