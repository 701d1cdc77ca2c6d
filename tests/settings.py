"""The portal's own settings, with the addresses of the tests' engines.

Addresses follow from the folder; the engines are started by `tests/conftest.py`.
Child processes of the tests inherit them and run on `unionportal.settings`.
"""

import base64
import os
from pathlib import Path

from tests.undefined import Undefined
from unionportal.embedded import OWNER, REDIS_DATABASES, RUNNER, addresses

TESTS = Path(__file__).resolve().parent
ENGINES_DIR = TESTS.parent / "var" / "test-engines"
FILES_DIR = TESTS.parent / "var" / "test-files" / str(os.getpid())
CLONE = f"clone_{os.getpid()}"
SANDBOX = f"sandbox_{os.getpid()}"  # made where a test asks for it

_where = addresses(ENGINES_DIR)
os.environ |= {
    "DATABASE_URL": _where.database(role=RUNNER, name=CLONE),
    "OWNER_DATABASE_URL": _where.database(role=OWNER, name=CLONE),
    "REDIS_URL": _where.redis(number=os.getpid() % REDIS_DATABASES),
    "VAR_DIR": str(FILES_DIR),
    "SECRET_KEY": "a-key-for-tests-that-is-long-enough-to-pass",
    "FIELD_KEYS": ",".join(
        f"k{n}:{base64.b64encode(bytes([n]) * 32).decode()}" for n in (1, 2)
    ),
    "BLIND_INDEX_KEY": base64.b64encode(bytes([3]) * 32).decode(),
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "HTTPS": "0",
    # Records of the tests are years old; what the limits do has tests of its own.
    "STAFF_PASSWORD_DAYS": "0",
    "STAFF_MFA": "0",
    "LOG_LEVEL": "ERROR",
    # A test that runs at night sends like any other; those of the night say so.
    "SMS_QUIET_HOURS": "",
}

from unionportal.settings import *  # noqa: E402, F403
from unionportal.settings import STORAGES, TEMPLATES  # noqa: E402

# Hashing a password slowly is for attackers, not for a thousand sign-ins of the tests.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# The manifest of static files exists after `collectstatic` only.
STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = Undefined("%s")
