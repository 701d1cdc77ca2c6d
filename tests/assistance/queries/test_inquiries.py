"""Questions of workers wait for the maker of the union that pays."""

from assistance.actions.inquiries import answer_inquiry, ask_about_determination
from assistance.queries.inquiries import inquiries_waiting
from members.enums import Role
from tests.assistance.builders import (
    COUNTY,
    NEXT_COUNTY,
    ON,
    answer_of,
    computed_round,
    dossier,
    staff,
    standard,
    worker,
)


def test_a_question_waits_for_the_county_maker_until_it_is_answered(db: None) -> None:
    standard()
    household = dossier()
    determination = answer_of(computed_round(), household)
    inquiry = ask_about_determination(
        determination_id=determination.pk,
        text="什么时候到账？",
        on=ON,
        by=worker(household.principal),
    )
    county = staff(Role.MAKER, at=COUNTY)
    (item,) = inquiries_waiting(county, ON)
    assert (item.title, item.detail) == ("答复职工咨询", "什么时候到账？")
    assert item.url == f"/staff/assistance/inquiries/{inquiry.pk}/"
    assert inquiries_waiting(staff(Role.MAKER, at=NEXT_COUNTY), ON) == []
    assert inquiries_waiting(staff(Role.CHECKER, at=COUNTY), ON) == []

    answer_inquiry(inquiry_id=inquiry.pk, answer="一周内。", on=ON, by=county)
    assert inquiries_waiting(county, ON) == []
