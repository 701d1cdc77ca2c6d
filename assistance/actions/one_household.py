"""One household, one file (一户一档): nobody stands in two live files or applications."""

from collections.abc import Collection, Iterable

from django.db import connection

from assistance.models import AidApplication, HouseholdDossier, HouseholdMember
from assistance.queries.households import (
    another_application,
    live_dossier,
    live_member,
)
from unionportal.core.errors import Refusal
from unionportal.core.secrets import blind_index, blind_indexes

# Two that name the same person wait for each other, in one order.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('household:' || %s, 0))"


def require_one_file(
    numbers: Collection[str], *, spare: HouseholdDossier | None = None
) -> None:
    """Refuse people, by ID number, of whom one stands in a live file other than `spare`.

    Whoever asks about the same person at the same time waits until this one has ended.
    """
    indexes = _locked(numbers)
    found = live_dossier(indexes, spare=spare)
    if found is not None:
        raise Refusal(
            f"{found.principal.name}是在档档案 {found.number} 的困难职工，一户只能建一份档案；"
            "是一家人的在原档案上办理，不再一起生活的先把那份档案办理退出。",
            code="dossier_exists",
        )
    member = live_member(indexes, spare=spare)
    if member is not None:
        raise Refusal(
            f"{member.name}已登记在在档档案 {member.dossier} 里，一户只能建一份档案；"
            "是一家人的在原档案上办理，不再一起生活的先在那份档案上“登记迁出”。",
            code="dossier_exists",
        )


def require_free(application: AidApplication) -> None:
    """Refuse to hand in a household of which somebody is on file, or applied for.

    Says whom it is about and whom to call, nothing of the other household.
    """
    rows = list(HouseholdMember.objects.filter(application=application))
    named = {one.id_number or "": one.name for one in rows}
    named[application.applicant.id_number] = application.applicant.name
    _locked(named)
    window = application.window
    for number, name in named.items():
        indexes = blind_indexes(number, kind="id_number")
        if live_dossier(indexes) is not None or live_member(indexes) is not None:
            raise Refusal(
                f"{name}已在一份在档的困难职工档案里，一户只建一份档案。是一家人的，请由"
                f"那份档案的困难职工联系工会办理；已经不在一起生活的，请致电 {window.phone}"
                f"（{window.hours}），工会核实迁出后再提交。",
                code="dossier_exists",
            )
        if another_application(indexes, application) is not None:
            raise Refusal(
                f"{name}已在另一份正在办理的建档申请里，一户只交一份。请由其中一位撤回；"
                f"有疑问请致电 {window.phone}（{window.hours}）。",
                code="dossier_exists",
            )


def numbers_of(dossier: HouseholdDossier) -> list[str]:
    """The ID numbers of the people who live in a household."""
    rows = dossier.members.exclude(id_number_index="").filter(moved_out_on=None)
    return [dossier.principal.id_number, *(one.id_number or "" for one in rows)]


def _locked(numbers: Iterable[str]) -> list[str]:
    """The indexes of these numbers, each held until the transaction ends."""
    known = [number for number in numbers if number]
    with connection.cursor() as cursor:
        for index in sorted({blind_index(one, kind="id_number") for one in known}):
            cursor.execute(_LOCK, [index])
    return [index for one in known for index in blind_indexes(one, kind="id_number")]
