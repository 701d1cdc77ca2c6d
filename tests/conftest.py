"""What every test stands on: engines, a cloned database, no network, strict templates."""

import os
import shutil
import socket
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

import pytest
import redis
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from tests.clones import Clones
from tests.settings import CLONE, ENGINES_DIR, FILES_DIR, SANDBOX
from unionportal import settings as portal_settings
from unionportal.embedded import SANDBOXES, Engines, engines

DATABASE_FIXTURES = {
    "db",
    "committed_db",
    "transactional_db",
    "live_server",
    "admin_user",
}


class NetworkRefusedError(OSError):
    """A test tried to leave this machine."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The fault suite's slice first: begun last, it leaves all cores but one idle."""
    items.sort(key=lambda item: item.path.name != "test_slice.py")


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Connections end on this machine."""
    connect = socket.socket.connect

    def connect_here(self: socket.socket, address: Any) -> None:  # noqa: ANN401
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            host = address[0]
            if host != "localhost" and not ip_address(host).is_loopback:
                raise NetworkRefusedError(host)
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_here)
        yield


@pytest.fixture(scope="session", autouse=True)
def files() -> Iterator[None]:
    """A folder of this process for uploads, bank files and static files."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    settings.BANK_EXCHANGE_DIR.mkdir(parents=True, exist_ok=True)
    yield
    shutil.rmtree(FILES_DIR, ignore_errors=True)


@pytest.fixture(scope="session")
def running_engines() -> Iterator[Engines]:
    # Counted while a test has not yet been rolled back, its tables would look empty,
    # and the next one's thousands of rows would be joined in nested loops.
    with engines(ENGINES_DIR, durable=False, autovacuum="off") as held:
        yield held


@pytest.fixture(scope="session")
def clones(running_engines: Engines) -> Clones:
    return Clones(running_engines)


@pytest.fixture(scope="session")
def django_db_setup(
    clones: Clones, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """This process's clone; `default` reaches it as the restricted role."""
    clones.clone(CLONE)
    yield
    with django_db_blocker.unblock():
        connections.close_all()
    clones.drop(CLONE)


@pytest.fixture(scope="session", autouse=True)
def renewed_after_commits(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests that commit get a fresh clone after them.

    Django would empty the tables, which the restricted role may not, and which would
    lose the reference data.
    """

    def renew(case: TransactionTestCase) -> None:
        connections.close_all()
        request.getfixturevalue("clones").renew(CLONE)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", renew)
        yield


@pytest.fixture(scope="session")
def start_of_sandboxes(clones: Clones, django_db_setup: None) -> Iterator[str]:
    clones.sandbox(SANDBOX)
    yield clones.addresses.database(role=SANDBOXES, name="postgres")
    clones.drop_sandbox(SANDBOX)


@pytest.fixture
def sandboxes(
    start_of_sandboxes: str, monkeypatch: pytest.MonkeyPatch, clones: Clones
) -> Iterator[None]:
    """An installation that has sandboxes; those that a test makes end with it."""
    server = portal_settings.database(start_of_sandboxes) | {"CONN_MAX_AGE": 0}
    monkeypatch.setattr(settings, "SANDBOX_SERVER", server)
    monkeypatch.setattr(settings, "SANDBOX_START", SANDBOX)
    yield
    clones.drop_copies(SANDBOX)


@pytest.fixture
def committed_db(transactional_db: None) -> None:
    """Commits are real and seen by other connections and processes."""


@pytest.fixture
def child_environment(running_engines: Engines) -> dict[str, str]:
    """For child processes: the portal's settings on this process's clone."""
    return os.environ | {"DJANGO_SETTINGS_MODULE": "unionportal.settings"}


@pytest.fixture
def redis_client(running_engines: Engines) -> Iterator[redis.Redis]:
    """This process's own, empty Redis database: cache, sessions and broker."""
    client = redis.Redis.from_url(settings.REDIS_URL)
    client.flushdb()
    yield client
    client.close()


@pytest.fixture(autouse=True)
def clean_cache(request: pytest.FixtureRequest) -> None:
    """A test with a database starts with an empty cache as well."""
    marked = request.node.get_closest_marker("django_db")
    if marked or DATABASE_FIXTURES & set(request.fixturenames):
        request.getfixturevalue("redis_client")
