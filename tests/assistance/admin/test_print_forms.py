"""The forms on paper read back as what is known, and are written down."""

import pytest
from django.urls import reverse

from assistance.models import HouseholdDossier
from members.actions.disclosure import write_unmasking
from members.enums import Role
from members.models import Disclosure
from tests.assistance import builders as make
from tests.assistance import intakes
from tests.assistance.admin.browsers import browser_of, taken
from tests.assistance.paying import released_round
from tests.core.test_documents import text_of
from unionportal.core.actor import Actor
from unionportal.core.audit import history_of
from unionportal.core.masks import mask_id_number

pytestmark = pytest.mark.django_db


def printed(by: Actor, name: str, pk: int) -> str:
    """The words of a form, one blank apart."""
    address = reverse(f"staff_assistance:{name}", args=(pk,))
    status, kind, content = taken(browser_of(by), address)
    assert (status, kind) == (200, "application/pdf")
    return " ".join(text_of(content).split())


def test_the_forms_of_an_application_tell_who_what_and_who_decided() -> None:
    make.standard()
    asking = make.person("陈阿秀")
    made = intakes.intake_accepted(asking, intakes.intake_window())
    intakes.intake_visited(made)
    clerk = make.staff(Role.MAKER, name="林经办", on=intakes.VISITED)
    form = printed(clerk, "application-form", made.pk)
    visit = printed(clerk, "application-visit-form", made.pk)
    approval = printed(clerk, "application-approval-form", made.pk)
    number = f"2025-{made.pk:06d}"
    masked = mask_id_number(asking.id_number)
    for text, words in (
        (
            form,
            ("困难职工建档申请表", f"SQ-{number}", "王建国", "东街小学", "30000 元"),
        ),
        (visit, ("入户调查表", f"RH-{number}", "入户所见", "走访人（两人以上）")),
        (approval, ("审批表", f"SP-{number}", "登记建档入户", "陈走访、林走访")),
    ):
        for word in (*words, "陈阿秀", masked, "林经办", "第 1 页，共"):
            assert word in text, word
        assert asking.id_number not in text
    verbs = [entry.verb for entry in history_of(made)]
    assert verbs[:3] == [
        "print_approval_form",
        "print_visit_form",
        "print_application_form",
    ]
    write_unmasking(asking, reason="核对", on=intakes.VISITED, by=clerk)
    assert asking.id_number in printed(clerk, "application-form", made.pk)
    last = Disclosure.objects.filter(person=asking, kind="export").latest("pk")
    assert last.what == "困难职工建档申请表（打印），含完整号码"


def test_a_form_without_a_reason_or_a_post_is_not_printed() -> None:
    make.standard()
    made = intakes.intake_accepted(make.person("陈阿秀"), intakes.intake_window())
    address = reverse("staff_assistance:application-form", args=(made.pk,))
    desk = browser_of(make.staff(Role.MAKER, on=intakes.APPLYING))
    told = desk.post(address, {"reason": ""}, follow=True).content.decode()
    assert "请填写导出理由" in told
    assert f'formaction="{address}"' in told
    outsider = browser_of(make.staff(Role.PAYER, on=intakes.APPLYING))
    page = outsider.post(address, {"reason": "看看"}, follow=True)
    assert page["Content-Type"] != "application/pdf"
    assert f'formaction="{address}"' not in page.content.decode()
    assert "print_application_form" not in {one.verb for one in history_of(made)}


def test_the_forms_of_a_file_and_of_an_answer_tell_what_was_decided() -> None:
    round_ = released_round(1)
    clerk = make.staff(Role.AUDITOR, name="陈经审")
    file = HouseholdDossier.objects.get()
    for name, words in (
        ("dossier-form", ("建档申请表", f"SQ-{file.number}", "主要致困原因")),
        ("dossier-visit-form", ("入户调查表", f"RH-{file.number}", "入户所见")),
    ):
        text = printed(clerk, name, file.pk)
        for word in (*words, file.principal.name, "工资性收入"):
            assert word in text, word
    answer = round_.determination_set.get()
    text = printed(clerk, "determination-approval-form", answer.pk)
    for word in ("审批表", "测算金额 600.00 元", "核定金额 600.00 元", "陆佰元整"):
        assert word in text, word
