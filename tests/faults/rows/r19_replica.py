"""R19: a replica that lags, and a primary that is gone: reports go on and say how old."""

import re
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse

from assistance.models import Round
from members.enums import Role
from members.models import User
from tests.faults.ground import Ground, wait_until
from tests.faults.processes import Web
from tests.faults.table import Chance, fault
from unionportal.core.actor import SYSTEM
from unionportal.core.audit import record
from unionportal.embedded import RUNNER
from unionportal.operations.clusters import Copy, make_standby

DAY = "2026-01-15"
REPORT = "/staff/assistance/rounds/"
TOKEN = "x" * 32
OLD = re.compile(r"截至 [\d\-]+ [\d:]+（(\d+) 秒前）")


@contextmanager
def replica_of(ground: Ground) -> Iterator[tuple[Copy, Web]]:
    """A standby of the ground, and a web server that reads its reports from it."""
    folder = ground.place.folder / "standby"
    shutil.rmtree(folder, ignore_errors=True)
    standby = make_standby(ground.engines.addresses, folder)
    web = Web(ground.place)
    web.more = {"REPLICA_URL": standby.addresses.database(role=RUNNER)}
    ground.running.append(web)
    try:
        web.start()
        wait_until(web.answers, 60)
        yield standby, web
    finally:
        web.kill()
        standby.stop()
        shutil.rmtree(folder, ignore_errors=True)


def sign_in() -> str:
    """The cookies of the province's maker."""
    maker = User.objects.filter(
        posts__role=Role.MAKER, posts__organisation__level="province"
    )[0]
    client = Client()
    client.force_login(maker, backend="members.auth.backends.StaffBackend")
    return f"sessionid={client.cookies['sessionid'].value}; csrftoken={TOKEN}"


def ask(web: Web, path: str, cookies: str, *, post: str = "") -> tuple[int, str]:
    body = f"csrfmiddlewaretoken={TOKEN}&{post}".encode() if post else None
    headers = {"Cookie": cookies, "X-Business-Date": DAY}
    request = urllib.request.Request(web.address + path, body, headers)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def age(page: str) -> int:
    found = OLD.search(page)
    assert found is not None, page[-3000:]
    return int(found.group(1))


def reports(number: int) -> Iterator[str]:
    """The address of every page that a replica may answer; no round is closed yet."""
    for name in sorted(settings.REPLICA_PAGES - {"staff_assistance:certificate"}):
        try:
            yield f"{reverse(name)}?round={number}"
        except NoReverseMatch:
            yield reverse(name, args=(number,))


def act() -> None:
    """Something is done at the primary."""
    round_ = Round.objects.earliest("pk")
    with transaction.atomic():
        record(by=SYSTEM, verb="test", subject=round_, on=round_.as_of)


@fault(
    row="R19",
    title="副本落后时报表说出有多旧；主库停了仍可看、不能办",
    in_ci=1,
    tries=5,
)
def reports_go_on_and_money_waits(ground: Ground, chance: Chance) -> None:
    ground.at("settled")
    cookies = sign_in()
    number = Round.objects.earliest("pk").pk
    with replica_of(ground) as (standby, web):
        status, page = ask(web, REPORT, cookies)
        assert status == 200, page[-2000:]
        # The first page comes from a server just started: the copy may lag a second.
        wait_until(lambda: age(ask(web, REPORT, cookies)[1]) == 0, 10)
        act()
        wait_until(lambda: age(ask(web, REPORT, cookies)[1]) == 0, 10)
        for path in reports(number):
            status, page = ask(web, path, cookies)
            assert status == 200, f"{path} {status} {page[-2000:]}"

        standby.ask("SELECT pg_wal_replay_pause()")
        act()
        time.sleep(2.1)
        assert age(ask(web, REPORT, cookies)[1]) >= 2
        standby.ask("SELECT pg_wal_replay_resume()")
        wait_until(lambda: age(ask(web, REPORT, cookies)[1]) == 0, 10)

        ground.kill_database()
        shown = {path: ask(web, path, cookies) for path in reports(number)}
        strays = [
            f"{path} {status}"
            for path, (status, page) in shown.items()
            if status != 200 or "可以查看，不能办理" not in page
        ]
        assert not strays, strays
        verb = f"{REPORT}{number}/supplement/"
        status, page = ask(web, verb, cookies, post="as_of=2026-01-15")
        assert (status, "服务暂时不可用" in page) == (503, True), page[-2000:]

        ground.mend_engines()
        back = wait_until(lambda: "不能办理" not in ask(web, REPORT, cookies)[1], 30)
        ground.recovered(back, within=30)
    ground.check_invariants()
