"""The demonstration: an invented province that has used the portal for a while."""

import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import TextIO

from django.conf import settings
from django.db import transaction

from assistance.models import HouseholdDossier
from members.actions.api_client import register_client
from members.enums import ClientKind
from members.models import Organisation
from unionportal.core import sandbox
from unionportal.core.actor import SYSTEM
from unionportal.core.audit import record
from unionportal.core.models.audit import AuditEntry
from unionportal.demo.loading import load_demonstration
from unionportal.demo.logins import keep_clients
from unionportal.demo.middle import coming_winter, leave_in_the_middle
from unionportal.demo.province import AS_OF, Places, Wish, is_loaded, places_of
from unionportal.demo.pushing import load_webhook
from unionportal.demo.reconciling import reconcile_county
from unionportal.demo.vouchering import draw_vouchers
from unionportal.demo.walk.bank import StubBank
from unionportal.demo.walk.engine import Engine, Worker
from unionportal.demo.walk.linking import accounts_below, link_directly
from unionportal.demo.walk.stage import Plan
from unionportal.demo.walk.summary import sentences_of, summary_of
from unionportal.demo.walk.walker import stage_of, walk

SEED = 1
SCHEME = "winter_warmth"
FIRST_PERIOD = "2026-winter"
TOLD = "tell_demonstration"
END_OF_FIRST = date(2026, 7, 1)  # what moved money before was the first winter

Say = Callable[[str], object]


def is_wanted() -> bool:
    """Whether a demonstration has its story still to be told, or told to its end."""
    if not settings.DEMONSTRATION or AuditEntry.objects.filter(verb=TOLD).exists():
        return False
    return not HouseholdDossier.objects.exists() or is_loaded(settings.DEMO_PROVINCE)


def tell_story(
    *, on: date, say: Say, engine: Engine | None = None, stream: TextIO = sys.stderr
) -> None:
    """Fill the empty database; every step goes through the actions people use.

    The background worker carries out the long work, unless another engine is given. A
    story that was broken off is taken up where it stood.
    """
    places = _load(say, stream)
    with StubBank(seed=SEED) as bank:
        stage = stage_of(
            _first_plan(places.province),
            engine=engine or Worker(),
            bank=bank,
            stream=stream,
        )
        # The first county is on its bank's direct link, the others exchange files.
        link_directly(stage, accounts_below(stage)[:1])
        say("2026 年元旦春节送温暖，从开启到办结：")
        main = walk(stage)
        lines = sentences_of(summary_of(main, seconds={}))
        say("\n".join(f"  {line}" for line in lines))
        say("银行对账：" + reconcile_county(stage, before=END_OF_FIRST))
        say("记账凭证：" + draw_vouchers(stage, before=END_OF_FIRST))
        say("再来一个冬天，办到一半：")
        leave_in_the_middle(stage, coming_winter(on))
    _open_interface(places, on=on)


def _load(say: Say, stream: TextIO) -> Places:
    wish = Wish(
        province=settings.DEMO_PROVINCE,
        dossiers=settings.DEMO_DOSSIERS,
        seed=SEED,
        password=settings.DEMO_PASSWORD,
    )
    if is_loaded(wish.province):
        return places_of(wish.province)
    say(f"载入演示省份 {wish.province}，{wish.dossiers:,} 份困难职工档案：")
    return load_demonstration(wish, stream=stream)


def _first_plan(province: str) -> Plan:
    return Plan(
        scheme=SCHEME,
        organisation=province,
        period=FIRST_PERIOD,
        as_of=AS_OF,
        seed=SEED,
    )


def _open_interface(places: Places, *, on: date) -> None:
    """A county's own system reads its records and is told of changes, its developer has
    a sandbox; with that the story is told.
    """
    county = Organisation.objects.get(code=places.counties[0].code)
    name = f"{county.short_name}总工会业务系统"
    with transaction.atomic():
        register = partial(
            register_client,
            organisation_id=county.pk,
            on=on,
            by=SYSTEM,
            may_write=True,
        )
        made = [register(name=name)]
        if sandbox.is_set_up():
            made = [register(name=f"{name}沙箱", kind=ClientKind.SANDBOX), *made]
        keep_clients(made)
        load_webhook(made[-1].api_client, on=on)
        record(
            by=SYSTEM,
            verb=TOLD,
            subject=("members.organisation", places.root_id),
            on=on,
            organisation_id=places.root_id,
        )
