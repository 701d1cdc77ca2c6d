"""The layouts that come with the portal, side by side: no two are alike."""

from itertools import combinations

import pytest

from assistance.rules.banks.layout import (
    AMOUNTS,
    COUNTS,
    FileForm,
    Layout,
    layout_named,
    layouts,
)
from assistance.rules.banks.markup import Opened
from unionportal.core.errors import Refusal

# encoding; delimiter, or the width of an answer's line; header and trailer; how
# 1,234.50 yuan is spelt; where the control totals of an answer stand.
TABLE = {
    "delimited_gbk": (
        "gbk",
        "|",
        ("代发结果", "完"),
        ("yuan", "", "0"),
        "首：count total；末：paid_count paid_total returned_count returned_total",
    ),
    "fixed_gb18030": (
        "gb18030",
        "154",
        ("代付回单", "回完"),
        ("fen", "", " "),
        "首：；末：account_sum returned_total returned_count total count",
    ),
    "fixed_utf8": (
        "utf-8",
        "77",
        ("回执", ""),
        ("fen", "", "0"),
        "首：count total paid_count paid_total；末：",
    ),
    "iso20022_xml": (
        "utf-8",
        (
            "OrgnlEndToEndId TxSts StsRsnInf Rsn Cd OrgnlTxRef Amt InstdAmt CdtrAcct Id"
            " Othr Id"
        ),
        ("<?xml", ""),
        ("yuan", "", "0"),
        "首：count total paid_count paid_total returned_count returned_total；末：",
    ),
    "tabbed_utf16": (
        "utf-16",
        "\t",
        ("", "结果合计"),
        ("yuan", ",", "0"),
        "首：；末：paid_count paid_total returned_count returned_total",
    ),
}
# What two layouts may have in common, and why that is all right.
SHARED = {
    # An XML message tells its encoding itself, and its amounts are plain by standard.
    ("fixed_utf8", "iso20022_xml"): {"encoding"},
    ("delimited_gbk", "iso20022_xml"): {"amounts"},
}


def controls(form: FileForm) -> str:
    sums = (COUNTS | AMOUNTS) - {"number", "amount"}
    places = (form.header_names, form.trailer_names)
    told = [" ".join(name for name in names if name in sums) for names in places]
    return f"首：{told[0]}；末：{told[1]}"


def shape(layout: Layout, form: FileForm) -> str:
    if form.markup is not None:
        opened = [step for step in form.markup.line.steps if isinstance(step, Opened)]
        return " ".join(step.name.rpartition(" ")[2] for step in opened[1:])
    widths = [field.width or 0 for field in form.line.fields]
    return layout.delimiter or str(sum(widths))


def marks(form: FileForm) -> tuple[str, str]:
    header, trailer = form.header, form.trailer
    return (header.mark if header else "", trailer.mark if trailer else "")


def traits(layout: Layout) -> dict[str, object]:
    """Everything in which the issue wants two layouts to differ."""
    forms = (layout.instruction, layout.answer)
    return {
        "columns": tuple(form.line.names for form in forms),
        "encoding": layout.encoding,
        "shape": tuple(shape(layout, form) for form in forms),
        "frame": tuple((form.header_names, form.trailer_names) for form in forms),
        "amounts": (layout.unit, layout.grouping, layout.padding),
        "controls": tuple(controls(form) for form in forms),
    }


def test_the_layouts_are_those_of_the_table() -> None:
    assert {
        code: (
            layout.encoding,
            shape(layout, layout.answer),
            marks(layout.answer),
            (layout.unit, layout.grouping, layout.padding),
            controls(layout.answer),
        )
        for code, layout in layouts().items()
    } == TABLE
    assert {layout.unit for layout in layouts().values()} == {"yuan", "fen"}


@pytest.mark.parametrize("pair", [*combinations(sorted(layouts()), 2)], ids="-".join)
def test_two_layouts_differ_in_everything_that_matters(pair: tuple[str, str]) -> None:
    one, other = (traits(layout_named(code)) for code in pair)

    same = {name for name in one if one[name] == other[name]}

    assert same == SHARED.get(pair, set())


def test_no_two_layouts_would_take_the_same_file_for_theirs() -> None:
    for form in ("instruction", "answer"):
        names = {getattr(layout, form).name for layout in layouts().values()}
        begun = {getattr(layout, form).marks for layout in layouts().values()}
        assert (len(names), len(begun)) == (len(layouts()), len(layouts()))


def test_an_unknown_layout_is_refused_with_those_there_are() -> None:
    with pytest.raises(Refusal, match="可用的有：delimited_gbk、fixed_gb18030、"):
        layout_named("nobody")
