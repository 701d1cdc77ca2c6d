"""What messages say, and what none may say."""

from datetime import date

import pytest

from tests.core.messages.provider import TEMPLATE, sent, tell
from unionportal.core.errors import Refusal
from unionportal.core.jobs import run_due_jobs
from unionportal.core.messages.wechat import wechat_shape
from unionportal.core.messages.wordings import (
    SIGNATURE,
    check_wording,
    faults_in,
    shipped_templates,
)
from unionportal.core.models import MessageWording

PAID = "assistance/notices/paid.txt"
ENDED = "members/notices/transfer_ended.txt"


def test_no_shipped_template_names_an_illness_a_kind_or_an_amount() -> None:
    """The screen of a telephone is read by others."""
    shipped = shipped_templates()
    assert {PAID, "members/notices/objection_decided.txt"} <= {
        each.code for each in shipped
    }
    assert [(each.code, faults_in(each.text)) for each in shipped] == [
        (each.code, []) for each in shipped
    ]
    assert [each.code for each in shipped if not each.text.startswith(SIGNATURE)] == []


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("您的慰问金到账", "慰问"),
        ("您的大病救助已审核", "病"),
        ("您的金秋助学申请", "助学"),
        ("已发放 600 元", "600 元"),
        ("已发放六百元整", "六百元"),
        ("已发放 1,200.50元", "1,200.50元"),
        ("金额见门户", "金额"),
        ("￥600", "￥"),
        ("您的卡号 622202020011", "622202020011"),
        ("您的尘肺鉴定", "尘肺"),
        ("您的送 温·暖已办", "送温暖"),
        ("已发放 ６ ０ ０ 元", "金额"),
        ("您的肺结核申请", "结核"),
        ("您的工伤认定", "工伤"),
    ],
)
def test_wording_that_tells_is_refused_with_what_it_tells(
    words: str, fault: str
) -> None:
    with pytest.raises(Refusal, match="不能出现") as refused:
        check_wording(PAID, f"{SIGNATURE}{words}，请登录查看。")
    assert fault in str(refused.value)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("", "请写一段话"),
        (f"{SIGNATURE}{'好' * 141}", "不超过 140 字"),
        (f"{SIGNATURE}第一行\n第二行", "不分行"),
        ("您有一笔款项", "签名开头"),
        (f"{SIGNATURE}{{% load x %}}", "花括号"),
        (
            f"{SIGNATURE}您好 {{{{ name }}}}",
            "没有“name”这个填空；可用的有：{{ union }}",
        ),
    ],
)
def test_wording_that_cannot_be_sent_is_refused(words: str, sentence: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_wording(PAID, words)
    assert sentence in str(refused.value)


def test_new_year_is_no_amount() -> None:
    words = f"{SIGNATURE}元旦前请登录查看，咨询请拨 12351。"
    assert check_wording(PAID, f" {words} ") == words


def wording(union: int, text: str) -> None:
    MessageWording.objects.create(
        template=TEMPLATE,
        organisation_id=union,
        text=text,
        set_on=date(2026, 1, 1),
        set_by_name="王管理员",
    )


def test_the_nearest_unions_words_are_sent_and_an_empty_version_ends_them(
    db: None, provider: None
) -> None:
    wording(1, "【{{ union }}】省里的话。")
    wording(3, "【{{ union }}】县里的旧话。")
    wording(3, "【{{ union }}】县里的话：{{ title }}。")
    tell(1, key="a", union=3)
    tell(1, key="b", union=4)
    run_due_jobs()
    wording(3, "")
    tell(1, key="c", union=3)
    run_due_jobs()
    assert [text for _phone, text in sent] == [
        "【明溪县总工会】县里的话：公示开始。",
        "【明溪县总工会】省里的话。",
        "【明溪县总工会】省里的话。",
    ]


def test_wechat_message_has_the_shape_wechat_asks_for(settings: object) -> None:
    settings.WECHAT_TEMPLATES = {  # type: ignore[attr-defined]
        PAID: {"id": "tpl-1", "keywords": {"union": "thing1"}},
        ENDED: {"id": "tpl-2", "keywords": {"union": "amount3"}},
    }
    context = {"union": "一个名字有二十个字以上的很长很长的工会组织名称"}
    assert wechat_shape(PAID, context, openid="o1", url="https://x/aid/") == {
        "touser": "o1",
        "template_id": "tpl-1",
        "url": "https://x/aid/",
        "data": {"thing1": {"value": f"{context['union'][:19]}…"}},
    }
    assert wechat_shape("members/notices/x.txt", context, openid="o1", url="") is None
    assert wechat_shape(PAID, context, openid="", url="") is None
    with pytest.raises(Refusal, match="amount3"):
        wechat_shape(ENDED, context, openid="o1", url="")


@pytest.mark.parametrize("name", ["amount", "scheme", "disease", "title"])
def test_wechat_message_is_filled_with_nothing_our_own_words_leave_out(
    settings: object, name: str
) -> None:
    keywords = {"union": "thing1", name: "thing2"}
    settings.WECHAT_TEMPLATES = {PAID: {"id": "tpl-1", "keywords": keywords}}  # type: ignore[attr-defined]
    context = {"union": "尤溪县", name: "冬送温暖 600 元"}
    with pytest.raises(Refusal, match=f"不能填“{name}”"):
        wechat_shape(PAID, context, openid="o1", url="")
