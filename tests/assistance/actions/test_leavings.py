"""Before a file is closed: told why, heard within five working days, decided by another."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from assistance.actions.dossiers import close_dossier
from assistance.actions.leavings import hear_leaving, keep_on_file, tell_leaving
from assistance.enums import ExitReason
from assistance.models import HouseholdDossier, Leaving
from assistance.queries.leavings import leaving_cards, leavings_waiting
from members.enums import Role
from tests.assistance import builders as make
from unionportal.core.actor import Actor
from unionportal.core.audit import history_of
from unionportal.core.errors import Refusal
from unionportal.core.models import Message

pytestmark = pytest.mark.django_db
TOLD = date(2025, 12, 1)  # a Monday; five working days end on the 8th
LAST = date(2025, 12, 8)


def told(
    dossier: HouseholdDossier, by: Actor, kind: ExitReason = ExitReason.RECOVERED
) -> Leaving:
    return tell_leaving(
        dossier_id=dossier.pk, exit_reason=kind, reason="收入达标", on=TOLD, by=by
    )


def close(dossier: HouseholdDossier, by: Actor, on: date) -> None:
    close_dossier(
        dossier_id=dossier.pk,
        exit_reason=ExitReason.RECOVERED,
        reason="核实收入已达标",
        on=on,
        by=by,
    )


def test_nothing_is_cut_before_the_household_was_told_and_could_speak() -> None:
    dossier = make.dossier()
    checker = make.staff(Role.CHECKER)
    with pytest.raises(Refusal, match="要先告知本人并听取陈述"):
        close(dossier, checker, TOLD)
    leaving = told(dossier, make.staff(Role.MAKER))
    assert leaving.hear_until == LAST
    with pytest.raises(Refusal, match="本人可以陈述到2025年12月8日"):
        close(dossier, checker, LAST)
    dossier.refresh_from_db()
    assert dossier.state == "on_file"

    close(dossier, checker, date(2025, 12, 9))

    leaving.refresh_from_db()
    dossier.refresh_from_db()
    assert (dossier.state, leaving.state) == ("closed", "closed")
    assert leaving.decision == "核实收入已达标"
    sent = Message.objects.filter(about_kind="assistance.leaving").order_by("id")
    assert [one.template.rpartition("/")[2] for one in sent] == [
        "leaving_told.txt",
        "leaving_decided.txt",
    ]


def test_who_has_spoken_needs_not_be_waited_for_and_is_heard_once() -> None:
    dossier = make.dossier()
    leaving = told(dossier, make.staff(Role.MAKER))
    worker = make.worker(dossier.principal)
    (card,) = leaving_cards(worker, TOLD)
    assert (card.state, card.needs_action) == ("等您陈述意见", True)
    hear_leaving(leaving_id=leaving.pk, statement="同意", on=TOLD, by=worker)
    with pytest.raises(Refusal, match="陈述已经收到"):
        hear_leaving(leaving_id=leaving.pk, statement="又想了想", on=TOLD, by=worker)
    checker = make.staff(Role.CHECKER)
    (item,) = leavings_waiting(checker, TOLD)
    assert item.waiting_since == TOLD
    close(dossier, checker, TOLD)
    assert leaving_cards(worker, TOLD) == []
    assert leavings_waiting(checker, TOLD) == []


def test_after_a_statement_the_household_may_stay_on_file_with_a_reason() -> None:
    dossier = make.dossier()
    leaving = told(dossier, make.staff(Role.MAKER))
    checker = make.staff(Role.CHECKER)
    with pytest.raises(Refusal, match="请写明保留在档的理由"):
        keep_on_file(leaving_id=leaving.pk, reason=" ", on=TOLD, by=checker)
    keep_on_file(leaving_id=leaving.pk, reason="新近患病", on=TOLD, by=checker)
    dossier.refresh_from_db()
    assert dossier.state == "on_file"
    assert [one.verb for one in history_of(dossier)][:2] == [
        "keep_on_file",
        "tell_leaving",
    ]
    with pytest.raises(Refusal, match="要先告知本人"):
        close(dossier, checker, date(2025, 12, 9))
    told(dossier, make.staff(Role.MAKER))


def test_who_told_the_household_does_not_decide_not_even_past_the_actions() -> None:
    dossier = make.dossier()
    both = make.staff(Role.MAKER, Role.CHECKER)
    leaving = told(dossier, both)
    with pytest.raises(Refusal, match="退出不能由告知的人决定"):
        close(dossier, both, date(2025, 12, 9))
    with pytest.raises(Refusal, match="退出不能由告知的人决定"):
        keep_on_file(leaving_id=leaving.pk, reason="保留", on=TOLD, by=both)
    with pytest.raises(IntegrityError), transaction.atomic():
        Leaving.objects.update(
            state="kept", decided_on=TOLD, decision="保留", decided_by=both.user_id
        )
    assert leavings_waiting(both, date(2025, 12, 9)) == []


def test_a_household_is_told_once_and_another_reason_is_told_anew() -> None:
    dossier = make.dossier()
    told(dossier, make.staff(Role.MAKER), ExitReason.UNFIT)
    with pytest.raises(Refusal, match="2025年12月1日.*已经告知本人"):
        told(dossier, make.staff(Role.MAKER))
    with pytest.raises(Refusal, match="以“脱困”退出之前，要先告知本人"):
        close(dossier, make.staff(Role.CHECKER), date(2025, 12, 9))


def test_a_death_is_not_told_and_ends_what_was_told() -> None:
    dossier = make.dossier()
    maker = make.staff(Role.MAKER)
    with pytest.raises(Refusal, match="本人去世的不用告知"):
        told(dossier, maker, ExitReason.DIED)
    leaving = told(dossier, maker)
    close_dossier(
        dossier_id=dossier.pk,
        exit_reason=ExitReason.DIED,
        reason="家属告知",
        on=TOLD,
        by=make.staff(Role.CHECKER),
    )
    leaving.refresh_from_db()
    assert leaving.state == "closed"


def test_strangers_neither_tell_nor_speak_nor_decide() -> None:
    dossier = make.dossier()
    leaving = told(dossier, make.staff(Role.MAKER))
    other = make.worker(make.person("旁人"))
    with pytest.raises(Refusal, match="只能就自己的档案陈述意见"):
        hear_leaving(leaving_id=leaving.pk, statement="同意", on=TOLD, by=other)
    next_county = make.staff(Role.MAKER, Role.CHECKER, at=make.NEXT_COUNTY)
    with pytest.raises(Refusal, match="“登记陈述”需要"):
        hear_leaving(leaving_id=leaving.pk, statement="同意", on=TOLD, by=next_county)
    with pytest.raises(Refusal, match="“档案退出”需要"):
        keep_on_file(leaving_id=leaving.pk, reason="保留", on=TOLD, by=next_county)
    leaving.refresh_from_db()
    assert (leaving.state, leaving.statement) == ("told", "")
