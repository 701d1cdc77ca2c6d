"""The background worker's app. Tasks are found in the apps' `tasks` modules."""

import os
from typing import Any

from celery import Celery, bootsteps
from django_structlog.celery.steps import DjangoStructLogInitStep
from kombu.transport import TRANSPORT_ALIASES

from unionportal.checks import refuse_unsafe_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "unionportal.settings")

# A message only rings: it is taken from the broker once and never put back.
TRANSPORT_ALIASES["redis"] = "unionportal.core.doorbell:Transport"

app = Celery("unionportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


class RefuseUnsafeSettings(bootsteps.Step):
    """A worker under unsafe production settings does not start."""

    def __init__(self, parent: object, **options: Any) -> None:
        super().__init__(parent, **options)
        refuse_unsafe_settings()


app.steps["worker"].add(RefuseUnsafeSettings)
app.steps["worker"].add(DjangoStructLogInitStep)
# By name: it uses models, which are not loaded yet.
app.steps["worker"].add("unionportal.core.sweeper:SweeperStep")
