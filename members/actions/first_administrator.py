"""The verb of the first run: somebody must be able to appoint the others."""

from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

from members.actions.post import appoint
from members.actions.user import create_staff_user
from members.enums import OrganisationLevel, Role
from members.models import Organisation, User
from members.queries.user import has_staff
from unionportal.core.actor import SYSTEM
from unionportal.core.errors import Refusal

FIRST_LOCK = 0x46495253  # "FIRS": of two who come first, one waits here and is second


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstAdministrator:
    """Who he is, and at which provincial union."""

    username: str
    name: str
    password: str
    organisation_id: int


def set_up_first_administrator(*, entry: FirstAdministrator, on: date) -> User:
    """Create the first member of staff and appoint him administrator of a province.

    Refuses where there are staff already, also of two who ask at the same time, and
    a union that is not a province's. Acts for the system: nobody else is there yet.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FIRST_LOCK])
        if has_staff():
            raise Refusal(
                "首位管理员已经设置，请由他在工作台的“用户”中新建其他账号。",
                code="done",
            )
        _require_province(entry.organisation_id)
        user = create_staff_user(
            username=entry.username,
            name=entry.name,
            password=entry.password,
            on=on,
            by=SYSTEM,
        )
        appoint(
            user_id=user.pk,
            organisation_id=entry.organisation_id,
            role=Role.ADMINISTRATOR,
            on=on,
            by=SYSTEM,
        )
    return user


def _require_province(organisation_id: int) -> None:
    provinces = Organisation.objects.filter(level=OrganisationLevel.PROVINCE)
    if not provinces.filter(pk=organisation_id).exists():
        raise Refusal("首位管理员须设在省级总工会。", field="organisation")
