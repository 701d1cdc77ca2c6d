"""P11 and P13: the pages of a register of a million people.

P13: each page at the full size against the same at ten thousand, the two registers side
by side and asked in turns. P11: a staff page of fifty rows against the same page by raw
SQL and f-strings, and against a trivial view; the member's page likewise; what each
weighs packed. All of them pass the same middleware, session and posts.
`make bench ARGS="register --members 7000000"` asks for another size.
"""

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from django.conf import settings
from django.test import Client
from django.urls import clear_url_caches, reverse

from bench.plans import told_plans
from bench.province import ON, PROVINCE, holder
from bench.rows import Measured, Options, Row
from bench.scratch import run_as_owner, scratch_database, turn_to
from bench.turns import seconds_of
from members.actions.census import CensusOutcome, take_census
from members.actions.user import sign_in_worker
from members.enums import Role
from members.models import Membership, Organisation, Person, User
from unionportal.core.actor import SYSTEM
from unionportal.demo.crowd import load_crowd
from unionportal.demo.memberships import load_memberships
from unionportal.demo.province import places_of

SMALL = 10_000
PEOPLE_OF_A_UNION = 40  # a million people, twenty-five thousand unions
TURNS = 5
BLOCK = 4  # requests of one page before the other register is asked
STAFF = "members.auth.backends.StaffBackend"
WORKER = "members.auth.backends.PhoneCodeBackend"
TRIVIAL, RAW, STOCK = "/bench/trivial/", "/bench/raw/", "/bench/stock/members/person/"


@dataclass(frozen=True, slots=True)
class Register:
    """One of the two registers: its database, who asks, and what he asks for."""

    database: str
    officer: Client
    county: Client
    worker: Client
    paths: dict[str, tuple[str, str]]


def run(options: Options) -> Sequence[Measured]:
    """Fill both, warm up, ask in turns."""
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    settings.ROOT_URLCONF = "bench.addresses"
    clear_url_caches()
    with scratch_database("few") as one:
        few = filled(options, one, SMALL)
        with scratch_database("many") as other:
            many = filled(options, other, options.members)
            for line in told_plans():
                options.say(line)
            return [*_growth(options, few, many), *_floors(options, many)]


def filled(options: Options, database: str, people: int) -> Register:
    """A province of so many people, all but a few of them members."""
    unions = people // PEOPLE_OF_A_UNION
    begun = seconds_of(lambda: _fill(people, unions))
    options.say(f"登记 {people:,} 人、{unions:,} 个基层工会：{begun:.0f} 秒")
    for turn in ("第一次", "再一次"):
        options.say(f"{turn}{_census()}")
    return register_of(database)


def _census() -> str:
    """Judge every union of the province, as the nightly job does; tells the time."""
    root = Organisation.objects.get(code=PROVINCE)
    found: list[CensusOutcome] = []
    seconds = seconds_of(
        lambda: found.append(take_census(organisation_id=root.pk, on=ON, by=SYSTEM))
    )
    outcome = found[0]
    return (
        f"普查 {outcome.unions:,} 个工会：{seconds:.1f} 秒，"
        f"{outcome.flags:,} 个问题，新增 {outcome.new:,} 条"
    )


def _fill(people: int, unions: int) -> None:
    places = places_of(PROVINCE[:2])
    load_crowd(
        places.counties,
        unions=unions,
        people=people,
        seed=1,
        advance=lambda _count: None,
    )
    root = Organisation.objects.get(code=PROVINCE)
    load_memberships(root, on=ON)
    run_as_owner("VACUUM ANALYZE")


def register_of(database: str) -> Register:
    """Those who ask, and the pages from the middle of the register."""
    people = Person.objects.order_by("id")
    person = people[people.count() // 2]
    held = Membership.objects.get(person=person)
    county = Organisation.objects.get(code=person.division_id)
    known = sign_in_worker(person_id=person.pk, on=ON)
    lists, members = "/staff/members/person/", "/staff/members/membership/"
    return Register(
        database=database,
        officer=_client(_user(Role.MAKER, Organisation.objects.get(code=PROVINCE))),
        county=_client(_user(Role.MAKER, county)),
        worker=_client(known, WORKER),
        paths={
            "人员列表首页": ("officer", lists),
            "人员列表中间一页": ("officer", f"{lists}?after={person.pk}"),
            "人员列表首页，县里的人看": ("county", lists),
            "按拼音查人": ("officer", f"{lists}?q=chenzhi"),
            "按首字母查人": ("officer", f"{lists}?q=czg"),
            "按姓名开头查人，县里的人看": ("county", f"{lists}?q={person.name[:1]}"),
            "按身份证号查人": ("officer", f"{lists}?q={person.id_number}"),
            "按手机号查人": ("officer", f"{lists}?q={person.phone}"),
            "人员列表，一个重点群体": ("officer", f"{lists}?group=funeral"),
            "人员列表，一级技能，县里的人看": ("county", f"{lists}?skill=one"),
            "人员": ("officer", f"{lists}{person.pk}/change/"),
            "会籍列表中间一页": ("officer", f"{members}?after={held.pk}"),
            "工会组织列表首页": ("officer", "/staff/organisations/unions/"),
            "普查问题清单首页": ("officer", reverse("staff_members:flags")),
            "普查问题清单首页，县里的人看": ("county", reverse("staff_members:flags")),
        },
    )


def _user(role: Role, union: Organisation) -> User:
    return User.objects.get(pk=holder(role, union).user_id or 0)


def _client(user: User, backend: str = STAFF) -> Client:
    client = Client()
    client.force_login(user, backend=backend)
    return client


def _growth(options: Options, few: Register, many: Register) -> list[Measured]:
    lines = []
    for name in many.paths:
        seconds: dict[str, list[float]] = {few.database: [], many.database: []}
        for _turn in range(TURNS * options.rounds):
            for register in (few, many):
                turn_to(register.database)
                who, path = register.paths[name]
                times = _seconds(getattr(register, who), path, BLOCK)
                seconds[register.database] += times
        lines.append(
            Measured(
                code="P13",
                title=f"{name}，{options.members:,} 人比 {SMALL:,} 人",
                goal=1.25,
                ours=tuple(seconds[many.database]),
                floor=tuple(seconds[few.database]),
                rows=options.members,
            )
        )
        options.say(f"{name} {lines[-1].ratio:.2f}")
    return lines


def _floors(options: Options, many: Register) -> list[Measured]:
    turn_to(many.database)
    page, mine = "/staff/members/person/", "/me/membership/"
    asked = {
        "trivial": (many.officer, TRIVIAL),
        "raw": (many.officer, RAW),
        "page": (many.officer, page),
        "mine": (many.worker, mine),
    }
    seconds: dict[str, list[float]] = {name: [] for name in asked}
    for _turn in range(TURNS * options.rounds * 2):
        for name, (client, path) in asked.items():
            seconds[name] += _seconds(client, path, BLOCK)
    stock = median(_seconds(many.officer, STOCK, 2)) / median(seconds["trivial"])
    lines = [
        ("五十行的人员列表，与手写 SQL、f-string 的同样一页比", "page", "raw", 2.0, ""),
        (
            "五十行的人员列表，与空视图比",
            "page",
            "trivial",
            15.0,
            f"现成的管理列表是空视图的 {stock:,.0f} 倍",
        ),
        ("职工手机上的“我的会籍”，与空视图比", "mine", "trivial", 12.0, ""),
    ]
    return [
        Measured(
            code="P11",
            title=title,
            goal=goal,
            ours=tuple(seconds[ours]),
            floor=tuple(seconds[floor]),
            detail=detail,
            rows=options.members,
        )
        for title, ours, floor, goal, detail in lines
    ] + [
        _weight("人员列表压缩后的大小", many.officer, page, options.members),
        _weight("“我的会籍”压缩后的大小", many.worker, mine, options.members),
    ]


def _weight(title: str, client: Client, path: str, rows: int) -> Measured:
    packed = len(gzip.compress(client.get(path).content, 6)) / 1024
    return Measured(
        code="P11",
        title=title,
        goal=40.0,
        ours=(packed,),
        floor=(1.0,),
        unit="KB",
        rows=rows,
    )


def _seconds(client: Client, path: str, turns: int) -> list[float]:
    """The times of a page; the first visit only warms up, and must find it."""
    status = client.get(path).status_code
    if status != 200:
        raise AssertionError(f"{path}: {status}")
    return [seconds_of(lambda: client.get(path)) for _turn in range(turns)]


REGISTER = Row("P13", "register", run, grows=False)
