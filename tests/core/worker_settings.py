"""The portal's settings plus the jobs that the workers of the tests run."""

from unionportal.settings import *  # noqa: F403
from unionportal.settings import INSTALLED_APPS

INSTALLED_APPS.append("tests.core.workerapp")
