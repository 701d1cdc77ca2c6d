"""R13: a name that looks like a formula leaves every export as the text it is."""

import re
import zipfile
from io import BytesIO

from django.test import Client
from django.urls import get_resolver

from assistance.models import Batch, Payment, Round
from members.enums import Role
from members.models import Person, User
from tests.architecture.doors import DOORS
from tests.architecture.test_doors import addresses
from tests.assistance.builders import COUNTY
from tests.faults.ground import Ground
from tests.faults.table import Chance, fault

STARTS = ("=", "+", "-", "@", "\t=", "\r=", "＝", "＋", "－", "＠", "<r>=", "'=", '"=')
ENDS = ("1+1", "cmd|' /C calc'!A0", "HYPERLINK(1)", "SUM(A1:A9)</r>", "WEBSERVICE(1)")
# Records that this ground has not: a statement, a month, a sample.
NOT_THERE = {"statement", "reconciliation", "sample"}
EXPORT = re.compile(r"(^|-)export$")
"""Every address that ends so is asked; a new one is found by itself."""


def exports(ground: Ground) -> list[str]:
    """The addresses of all exports, before the records of this ground."""
    del ground
    keys = {
        "round": str(Round.objects.earliest("id").pk),
        "batch": str(Batch.objects.order_by("-line_count")[0].pk),
    }
    found = []
    for name, pattern in addresses(get_resolver()):
        if EXPORT.search(name.rpartition(":")[2]):
            door = DOORS[name]
            path = door.path.format(**keys) if door.path else f"/{pattern}"
            if door.key not in NOT_THERE:
                found.append(path.replace("<int:pk>", keys.get(door.key, "")))
    return found


@fault(row="R13", title="名字像公式：所有导出里都是文字", in_ci=5, tries=65)
def name_leaves_as_text(ground: Ground, chance: Chance) -> None:
    ground.at("settled")
    name = STARTS[chance.turn % len(STARTS)] + chance.choice(ENDS)
    payee = Payment.objects.filter(batch__organisation__code=COUNTY).earliest("id")
    Person.objects.filter(pk=payee.claim.payee_id).update(name=name)
    clerk = User.objects.filter(
        posts__role=Role.MAKER, posts__organisation__code=COUNTY
    )[0]
    client = Client(SERVER_NAME="localhost")
    client.force_login(clerk, "members.auth.backends.StaffBackend")
    seen = 0
    for path in exports(ground):
        answer = client.post(path)
        assert answer.status_code == 200, (path, answer.status_code)
        with zipfile.ZipFile(BytesIO(b"".join(answer))) as book:
            parts = [
                book.read(part).decode()
                for part in book.namelist()
                if part.startswith(("xl/worksheets/", "xl/sharedStrings"))
            ]
        assert not any("<f>" in part or "<f " in part for part in parts), path
        seen += sum(1 for part in parts if as_written(name) in part)
    assert seen >= 3, "the name was in hardly any export"


def as_written(name: str) -> str:
    escaped = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(
        f"_x{ord(c):04X}_" if ord(c) < 32 and c not in "\t\n" else c for c in escaped
    )
