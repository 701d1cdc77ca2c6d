"""How tables of record keep their earlier versions."""

from collections.abc import Callable, Iterable
from typing import TypeVar

import pghistory
import pgtrigger
from django.db import models

M = TypeVar("M", bound=models.Model)


def keep_versions(*, exclude: Iterable[str] = ()) -> Callable[[type[M]], type[M]]:
    """Keep each row as it was before an update or delete; the row itself is the newest.

    Statement triggers with transition tables: a bulk load writes no version, a bulk
    update one set. Sealed columns are named in `exclude`, so a version holds none.
    """
    excluded = list(exclude)

    def wrap(model: type[M]) -> type[M]:
        pghistory.track(
            pghistory.UpdateEvent(row="OLD"),
            pghistory.DeleteEvent(),
            exclude=excluded,
            level=pgtrigger.Statement,
            append_only=True,
        )(model)
        return model

    return wrap
