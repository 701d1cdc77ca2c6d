"""The whole of `load_demo`: a province with people, posts, rules, accounts and money."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from django.db import transaction

import assistance
from assistance.actions.schemes import load_shipped_schemes
from members.models import Organisation
from unionportal.core.actor import SYSTEM
from unionportal.demo.census import load_census
from unionportal.demo.crowd import load_crowd
from unionportal.demo.funding import (
    WINTERS,
    fund_winter,
    open_paying_accounts,
    register_sources,
    register_winter,
)
from unionportal.demo.memberships import load_memberships
from unionportal.demo.organising import load_organising
from unionportal.demo.progress import Bar
from unionportal.demo.province import LOADED_ON, Places, Wish, load_province
from unionportal.demo.unions import load_unions

FIRST_WINTER = 2026
STAFF_OF_A_UNION = 40


def load_demonstration(wish: Wish, *, stream: TextIO) -> Places:
    """Load a province whole, or nothing. Refuses one that is loaded already."""
    with transaction.atomic():
        with bar("载入家庭", wish.dossiers, stream) as advance:
            places = load_province(wish, advance=advance)
        load_unions(places.counties, seed=wish.seed)
        if wish.people:
            with bar("登记职工", wish.people, stream) as advance:
                load_crowd(
                    places.counties,
                    unions=wish.unions or max(1, wish.people // STAFF_OF_A_UNION),
                    people=wish.people,
                    seed=wish.seed,
                    advance=advance,
                )
        register_sources()
        for year in WINTERS:
            register_winter(year)
        payers = [places.unions[county.code] for county in places.counties]
        open_paying_accounts(payers, bank_layouts(), seed=wish.seed)
        load_shipped_schemes(on=LOADED_ON, by=SYSTEM)
        root = Organisation.objects.get(pk=places.root_id)
        with bar("筹集和下拨", len(payers), stream) as advance:
            fund_winter(root, FIRST_WINTER, on=LOADED_ON, advance=advance)
        load_memberships(root, on=LOADED_ON)
        load_census(root, on=LOADED_ON)
        load_organising(on=LOADED_ON)
    return places


def bank_layouts() -> list[str]:
    """The file layouts that come with the portal."""
    folder = Path(assistance.__file__).parent / "banks"
    return sorted(path.stem for path in folder.glob("*.yaml"))


@contextmanager
def bar(label: str, total: int, stream: TextIO) -> Iterator[Callable[[int], None]]:
    """A progress bar around a block of work."""
    shown = Bar(label, stream, total=total)
    yield shown.advance
    shown.close()
