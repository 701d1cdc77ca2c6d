"""The background worker's app. Tasks are found in the apps' `tasks` modules."""

import os
from typing import Any

from celery import Celery, bootsteps
from django_structlog.celery.steps import DjangoStructLogInitStep

from unionportal.checks import refuse_unsafe_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "unionportal.settings")

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
