"""A cache that may be gone: the truth of what it keeps is in the database."""

import logging
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


class ForgivingCache(RedisCache):
    """Without its server nothing is found and nothing is kept, and nobody is told."""

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:  # noqa: ANN401 - as in Django
        """Return what is kept, or the default."""
        try:
            return super().get(key, default, version)
        except RedisError as error:
            logger.warning("cache not reached: %s", type(error).__name__)
            return default

    def has_key(self, key: str, version: int | None = None) -> bool:
        """Tell whether something is kept."""
        try:
            return bool(super().has_key(key, version))
        except RedisError:
            return False

    def set(
        self,
        key: str,
        value: Any,  # noqa: ANN401 - as in Django
        timeout: Any = None,  # noqa: ANN401 - as in Django
        version: int | None = None,
    ) -> None:
        """Keep a value, where that is possible."""
        try:
            super().set(key, value, timeout, version)
        except RedisError as error:
            logger.warning("cache not reached: %s", type(error).__name__)
