"""Schemes: read strictly, with line and column, and tried on their own examples."""

from datetime import date
from pathlib import Path

import pytest

from assistance.enums import Outcome
from assistance.queries.application_facts import application_declarations
from assistance.queries.dossiers import hardship_declarations
from assistance.queries.schemes import SHIPPED
from assistance.rules.scheme import Scheme, read_scheme
from assistance.rules.scheme_text import SchemeError
from unionportal.core.formula.declare import vocabulary

WORDS = {
    "hardship_dossiers": vocabulary(hardship_declarations()),
    "applications": vocabulary(application_declarations()),
}
WINTER = (SHIPPED / "winter_warmth.yaml").read_text(encoding="utf-8")


def read(text: str) -> Scheme:
    return read_scheme(text, WORDS).scheme


def refusal(old: str, new: str) -> str:
    assert old in WINTER
    with pytest.raises(SchemeError) as caught:
        read(WINTER.replace(old, new, 1))
    return str(caught.value)


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda p: p.stem)
def test_shipped_scheme_has_an_example_for_every_clause_and_its_absence(
    path: Path,
) -> None:
    scheme = read(path.read_text(encoding="utf-8"))
    codes = [clause.code for clause in scheme.ruling.clauses]
    refused = {one.clause for one in scheme.examples if one.clause}
    outcomes = {one.outcome for one in scheme.examples}
    # A class is a choice of three: no value of it can fail the clause that lists them.
    assert set(codes) - refused <= {"class_named", "account_known"}
    assert outcomes == set(Outcome)
    later = f"_{scheme.version}" if scheme.version > 1 else ""
    assert f"{scheme.code}{later}" == path.stem


def test_scheme_reads_what_is_written() -> None:
    scheme = read(WINTER)
    assert (scheme.code, scheme.version, str(scheme.threshold)) == (
        "winter_warmth",
        1,
        "500000.00",
    )
    assert scheme.notice is not None
    assert scheme.notice.working_days == 5
    assert scheme.funds == ("provincial_warmth", "county_own")
    assert scheme.occurrence_key(period="2025-winter", year=2025) == "2025-winter"
    assert scheme.ruling.clauses[0].code == "already_granted"
    assert (
        scheme.clause_title("income_within") == "家庭月人均净收入不超过本类别的收入线"
    )
    assert scheme.clause_title("amount") == "金额大于零"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "code: winter_warmth",
            "kode: winter_warmth",
            "第 2 行第 1 列：没有“kode”这一项",
        ),
        (
            "season: 冬送温暖\n",
            "season: 冬送温暖\nseason: 冬\n",
            "第 5 行第 1 列：“season”写了两次",
        ),
        ("delivery: bank\n", "", "第 2 行第 1 列：缺少“delivery”"),
        ("version: 1", "version: one", "第 5 行第 10 列：此处应为整数"),
        ("2014-01-01", "2014-02-30", "第 6 行第 13 列：没有这一天"),
        (
            "population: hardship_dossiers",
            "population: everybody",
            "没有“everybody”这类对象",
        ),
        ('"{period}"', '"{person}"', "发生键里只能用 {period}"),
        ('"{period}"', '"{period"', "花括号没有配对"),
        ("delivery: bank", "delivery: cash", "没有这种发放方式"),
        ("working_days: 5", "working_days: 0", "应为 1 到 60 的整数"),
        ("  working_days: 5", "  when: never\n  working_days: 5", "之前（before）还是"),
        ("[provincial_warmth, county_own]", "[county_own, county_own]", "写了两次"),
        ("[provincial_warmth, county_own]", "[]", "列表不能为空"),
        ('"500000.00"', '"500000.001"', "应为大于零的金额，最多两位小数"),
        ("code: class_named", "code: amount", "条件代码“amount”已被使用"),
        (
            "code: class_named",
            "code: already_granted",
            "条件代码“already_granted”已被使用",
        ),
        ("code: class_named", "code: Class", "代码以小写字母开头"),
        ("2 * 低保标准", "2 * 低保标佳", "第 25 行第 12 列：没有名为“低保标佳”的事实"),
        ("<= (低保标准", "<= (困难类别", "第 25 行第 8 列：选项只能"),
        (
            "住房套数 <= 1 and",
            "住房套数 / 家庭月人均净收入 <= 1 and",
            "第 28 行第 18 列：除数可能为零",
        ),
        ('amount: "600"', 'amount: "600 * 困难类别"', "第 35 行第 16 列：这里应为数字"),
        ('amount: "600"', "amount: 家庭人口", "金额的单位应为元"),
        ("收款账户已核验\namount", "收款账户已核验 +\namount", "第 34 行第 20 列"),
        ('amount: "600.00"', 'amount: "601.00"', "算出来是“符合”（600.00）"),
        (
            "clause: income_within",
            "clause: rechecked",
            "算出来是“不符合”（income_within）",
        ),
        ("missing: 低保标准", "missing: 住房套数", "缺“低保标准”"),
        ("missing: 低保标准", "missing: 低保线", "没有名为“低保线”的事实"),
        ("outcome: unknown", "outcome: maybe", "结论应为"),
        ("outcome: unknown", "outcome: eligible", "应写且只写 amount"),
        ("住房套数: 1", "住房: 1", "没有名为“住房”的事实"),
        ("住房套数: 1", "住房套数: 一", "“住房套数”应为数字"),
        ("code: winter_warmth", "code: &a winter_warmth", "不使用锚点和引用"),
        ("title: 元旦", "title: : 元旦", "YAML 写法有误"),
    ],
)
def test_scheme_refuses_with_line_and_column(old: str, new: str, expected: str) -> None:
    message = refusal(old, new)
    assert expected in message
    assert message.startswith("第 ")


def test_scheme_refuses_what_is_no_mapping() -> None:
    for text in ("", "- a", "a", "!!python/object:os.system {}", "a: 1\n---\nb: 2"):
        with pytest.raises(SchemeError):
            read(text)


def test_scheme_without_notice_or_with_an_end_is_read() -> None:
    notice = WINTER[WINTER.index("notice:") : WINTER.index("funds:")]
    text = WINTER.replace(notice, "notice: null\nvalid_to: 2014-12-31\n")
    scheme = read(text)
    assert scheme.notice is None
    assert str(scheme.valid_to) == "2014-12-31"
    with pytest.raises(SchemeError, match="终止日期应晚于施行日期"):
        read(text.replace("2014-12-31", "2014-01-01"))


AUTUMN = (SHIPPED / "autumn_school_aid.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("      type: text\n", "      type: words\n", "类型应为"),
        ("label: 录取学校", "label: 家庭在档", "“家庭在档”已是现成的事实"),
        ("label: 录取学校", "label: 录取层次", "“录取层次”写了两次"),
        ("label: 录取学校", "label: 录取 学校", "名称只用汉字、字母和数字"),
        ("  opens: 07-15", "  opens: 02-30", "月和日写作 07-01"),
        ("way: never", "way: sometimes", "材料的来源应为"),
        ("beneficiary: child", "beneficiary: cousin", "受助人应为"),
        ("population: applications", "population: hardship_dossiers", "才写“form”"),
        ("  evidence:", "  unique: [seat]\n  evidence:", "没有必填的“seat”"),
        ('录取类型 == "普通录取"', '录取类型 == "保送"', "普通录取"),
    ],
)
def test_a_form_is_read_strictly(old: str, new: str, expected: str) -> None:
    assert old in AUTUMN
    with pytest.raises(SchemeError) as caught:
        read(AUTUMN.replace(old, new, 1))
    assert expected in str(caught.value)


def test_a_form_is_what_the_rules_may_speak_of() -> None:
    form = read(AUTUMN).form
    assert form is not None
    assert [field.code for field in form.fields] == [
        "stage",
        "admission_kind",
        "school",
        "has_other_aid",
    ]
    assert [item.code for item in form.asked] == ["admission_letter"]
    assert form.window.days_in(2026) == (date(2026, 7, 15), date(2026, 9, 15))
    assert read(WINTER).form is None


@pytest.mark.parametrize(
    ("quota", "expected"),
    [
        ("{order: application}", "应写 places（名额）或 budget（预算，元）"),
        ("{places: 0, order: application}", "应为 1 到"),
        ("{places: 3, order: application}", "不能按申请先后排"),
        ("{places: 3, order: alphabet}", "应写 application（申请先后）"),
        ("{places: 3}", "缺少“order”"),
        (
            "{places: 3, order: [{expression: 困难类别, direction: asc}]}",
            "第 14 行第 41 列：排序要用数字、日期或是非",
        ),
        ("{places: 3, order: [{expression: 住房套数, direction: up}]}", "次序应为"),
    ],
)
def test_a_quota_is_refused_where_it_stands(quota: str, expected: str) -> None:
    assert expected in refusal("funds: [", f"quota: {quota}\nfunds: [")


def test_a_quota_is_read_with_its_order() -> None:
    order = "[{expression: 家庭月人均净收入, direction: asc}]"
    text = f"quota: {{places: 3, budget: '900', order: {order}}}\nfunds: ["
    quota = read(WINTER.replace("funds: [", text, 1)).quota
    assert quota is not None
    assert (quota.places, str(quota.budget)) == (3, "900")
    assert quota.in_words == (
        "名额共 3 个、预算共 900.00 元，按家庭月人均净收入从小到大顺序，"
        "满了为止；有空出的由补充轮次递补。"
    )


def test_a_window_may_name_the_last_days_to_hand_in_again_and_to_pay() -> None:
    text = (SHIPPED / "xiamen_return_trip_2.yaml").read_text(encoding="utf-8")
    form = read(text).form
    assert form is not None
    assert form.window.resubmit_until(2026) == date(2026, 4, 30)
    assert form.window.pay_until(2026) == date(2026, 5, 31)
    winter = form.window.__class__((12, 1), (2, 15), resubmit_by=(3, 1))
    assert winter.resubmit_until(2025) == date(2026, 3, 1)
    assert winter.pay_until(2025) is None
