"""P13: pages over a register that grows: as quick at the full size as at ten thousand.

The nightly size is seven millions: `make bench ARGS="pages --rows 7000000"`.
"""

from collections.abc import Sequence
from statistics import median

from django.conf import settings
from django.test import Client

from assistance.models import Determination, HouseholdDossier, Round
from bench.province import PROVINCE, holder, noticed, populate
from bench.rows import Measured, Options, Row
from bench.scratch import scratch_database
from bench.turns import seconds_of
from members.enums import Role
from members.models import Organisation, Person, User

SMALL = 10_000
TURNS = 7  # a page is quick: so many for each round asked for
BACKEND = "members.auth.backends.StaffBackend"


def run(options: Options) -> Sequence[Measured]:
    """The same pages by the same province's officer, over two registers."""
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    few = _pages(options, SMALL)
    many = _pages(options, options.rows)
    return [
        Measured(
            code="P13",
            title=f"{name}，{options.rows:,} 户比 {SMALL:,} 户",
            goal=1.25,
            ours=tuple(many[name]),
            floor=tuple(few[name]),
        )
        for name in many
    ]


def _pages(options: Options, rows: int) -> dict[str, list[float]]:
    with scratch_database():
        options.say(f"生成 {rows} 份档案，测算，公示…")
        round_ = noticed(populate(rows))
        client = Client()
        officer = holder(Role.MAKER, Organisation.objects.get(code=PROVINCE))
        client.force_login(User.objects.get(pk=officer.user_id or 0), backend=BACKEND)
        found = {
            name: _seconds(client, path, TURNS * options.rounds)
            for name, path in _paths(round_).items()
        }
    for name, seconds in found.items():
        options.say(f"{name} {median(seconds) * 1000:.1f} 毫秒")
    return found


def _paths(round_: Round) -> dict[str, str]:
    """Lists from their first page and from the middle; records out of the middle."""
    dossiers = HouseholdDossier.objects.order_by("id")
    dossier = dossiers[dossiers.count() // 2]
    answers = Determination.objects.filter(year=round_.year, round=round_)
    answer = answers.order_by("id")[round_.population // 2]
    base = "/staff/assistance"
    person = Person.objects.get(pk=dossier.principal_id)
    return {
        "档案列表首页": f"{base}/dossiers/",
        "档案列表中间一页": f"{base}/dossiers/?after={dossier.pk}",
        "档案": f"{base}/dossiers/{dossier.pk}/",
        "认定列表首页": f"{base}/determinations/?round={round_.pk}",
        "认定列表中间一页": f"{base}/determinations/?round={round_.pk}&after={answer.pk}",
        "认定": f"{base}/determinations/{answer.pk}/",
        "人员列表": "/staff/members/person/",
        "人员": f"/staff/members/person/{person.pk}/change/",
    }


def _seconds(client: Client, path: str, turns: int) -> list[float]:
    """The times of a page; the first visit only warms up, and must find it."""
    status = client.get(path).status_code
    if status != 200:
        raise AssertionError(f"{path}: {status}")
    return [seconds_of(lambda: client.get(path)) for _turn in range(turns)]


PAGES = Row("P13", "pages", run, grows=False)
