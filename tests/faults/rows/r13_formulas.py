"""R13: a name that looks like a formula leaves every export as the text it is."""

import re
import zipfile
from io import BytesIO

import psycopg2
from django.db import connections
from django.test import Client
from django.urls import get_resolver

from assistance.models import (
    BankStatement,
    Batch,
    Payment,
    Reconciliation,
    Round,
    VerificationSample,
)
from members.enums import Role
from members.models import Person, User
from tests.architecture.doors import DOORS
from tests.architecture.test_doors import addresses
from tests.assistance.builders import COUNTY, PROVINCE
from tests.faults.ground import Ground
from tests.faults.table import Chance, fault
from unionportal.embedded import SUPERUSER

OK = 200
FEWEST = 4
STARTS = ("=", "+", "-", "@", "\t=", "\r=", "＝", "＋", "－", "＠", "<r>=", "'=", '"=')
ENDS = ("1+1", "cmd|' /C calc'!A0", "HYPERLINK(1)", "SUM(A1:A9)</r>", "WEBSERVICE(1)")
EXPORT = re.compile(r"(^|[-_])export$")
"""Every address that ends so is asked; a new one is found by itself."""

ABSENT = {"what_if"}
"""Records that this ground has none of."""


def exports() -> list[str]:
    """The addresses of all exports, before the records of this ground."""
    keys = {
        "round": Round.objects.earliest("id").pk,
        "batch": Batch.objects.order_by("-line_count")[0].pk,
        "statement": BankStatement.objects.earliest("id").pk,
        "reconciliation": Reconciliation.objects.earliest("id").pk,
        "sample": VerificationSample.objects.earliest("id").pk,
    }
    found = []
    for name, pattern in addresses(get_resolver()):
        door = DOORS[name]
        if EXPORT.search(name.rpartition(":")[2]) and door.key not in ABSENT:
            path = door.path.format(**keys) if door.path else f"/{pattern}"
            found.append(path.replace("<int:pk>", str(keys.get(door.key, ""))))
    return found


@fault(row="R13", title="名字像公式：所有导出里都是文字", in_ci=13, tries=65)
def name_leaves_as_text(ground: Ground, chance: Chance) -> None:
    """A payee is called so, and so does the bank call him in its statement."""
    ground.at("reconciled")
    name = STARTS[chance.turn % len(STARTS)] + chance.choice(ENDS)
    payee = Payment.objects.filter(batch__organisation__code=COUNTY).earliest("id")
    Person.objects.filter(pk=payee.claim.payee_id).update(name=name)
    call_so_in_the_statement(ground, name)
    clerks = [clerk(Role.MAKER, COUNTY), clerk(Role.AUDITOR, PROVINCE)]
    seen = []
    for path in exports():
        parts = workbook(clerks, path)
        assert not any("<f>" in part or "<f " in part for part in parts), path
        if any(as_written(name) in part for part in parts):
            seen.append(path)
    assert len(seen) >= FEWEST, f"the name was in these exports only: {seen}"


def call_so_in_the_statement(ground: Ground, name: str) -> None:
    """The lines are guarded; the bank's file could not hold such a name in every layout."""
    connections.close_all()
    address = ground.engines.addresses.database(role=SUPERUSER)
    line = psycopg2.connect(address, options="-c session_replication_role=replica")
    with line, line.cursor() as cursor:
        cursor.execute("UPDATE assistance_statementline SET counterparty = %s", [name])
    line.close()


def clerk(role: Role, at: str) -> Client:
    client = Client(SERVER_NAME="localhost")
    user = User.objects.filter(posts__role=role, posts__organisation__code=at)[0]
    client.force_login(user, "members.auth.backends.StaffBackend")
    return client


def workbook(clerks: list[Client], path: str) -> list[str]:
    """The sheets and texts of an export, for the first clerk who may have it."""
    answers = (client.post(path, {"reason": "核对"}) for client in clerks)
    answer = next((one for one in answers if one.status_code == OK), None)
    assert answer is not None, f"nobody gets {path}"
    with zipfile.ZipFile(BytesIO(b"".join(answer))) as book:
        return [
            book.read(part).decode()
            for part in book.namelist()
            if part.startswith(("xl/worksheets/", "xl/sharedStrings"))
        ]


def as_written(name: str) -> str:
    escaped = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(
        f"_x{ord(c):04X}_" if ord(c) < 32 and c not in "\t\n" else c for c in escaped
    )
