"""Sessions live on when their cache is gone."""

from importlib import import_module

import pytest
import redis
from django.conf import settings
from django.core.cache import caches
from pytest_django.fixtures import Settings

from unionportal.core.forgiving_cache import ForgivingCache

NOWHERE = "unix:///nowhere/valkey.sock?db=0"


def test_without_its_server_nothing_is_kept_and_nobody_is_told() -> None:
    cache = ForgivingCache(NOWHERE, {})
    cache.set("key", 1)
    assert cache.get("key") is None
    assert cache.get("key", "default") == "default"
    assert "key" not in cache


def test_with_its_server_it_is_a_cache(redis_client: redis.Redis) -> None:
    cache = ForgivingCache(settings.REDIS_URL, {})
    cache.set("key", 1)
    assert cache.get("key") == 1
    assert "key" in cache


@pytest.fixture
def no_cache(settings: Settings) -> None:
    settings.CACHES = settings.CACHES | {
        "sessions": settings.CACHES["sessions"] | {"LOCATION": NOWHERE}
    }


def test_a_session_is_opened_and_found_without_the_cache(
    db: None, no_cache: None
) -> None:
    caches.close_all()
    engine = import_module(settings.SESSION_ENGINE)
    opened = engine.SessionStore()
    opened["who"] = "王经办"
    opened.save()
    assert engine.SessionStore(opened.session_key)["who"] == "王经办"
