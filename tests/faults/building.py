"""Builds the stages in a fresh cluster: `python -m tests.faults.building FOLDER`."""

import importlib
import shutil
import sys
from pathlib import Path

import django
import psycopg2
from django.core.management import call_command
from django.db import connections

from tests.faults.place import Place
from unionportal.embedded import DATABASE, OWNER, SUPERUSER, Engines, engines


def build(place: Place) -> None:
    """Take one round from stage to stage and keep a template of each."""
    with engines(place.engines, durable=False) as held:
        place.enter()
        django.setup()
        call_command("prepare", no_intakes=True, verbosity=0)
        # Models can be imported once Django is up.
        story = importlib.import_module("tests.faults.story")
        for stage, act in story.STAGES.items():
            act()
            keep(held, place, stage)


def keep(held: Engines, place: Place, stage: str) -> None:
    """A template of the database, and the bank's folder, as they stand."""
    connections.close_all()
    session = psycopg2.connect(held.addresses.database(role=SUPERUSER, name="postgres"))
    session.autocommit = True
    session.cursor().execute(
        f'CREATE DATABASE "stage_{stage}" OWNER {OWNER}'
        f' TEMPLATE "{DATABASE}" STRATEGY FILE_COPY'
    )
    session.close()
    place.bank.mkdir(exist_ok=True)
    shutil.copytree(place.bank, place.engines / "stages" / stage)


if __name__ == "__main__":
    build(Place(Path(sys.argv[1])))
