"""Printed documents: readable as text, or refused with a sentence."""

import shutil
import subprocess

import pytest

from unionportal.core.documents import NO_FONT, chinese_font, render_pdf
from unionportal.core.errors import Refusal

COUNTY = {
    "organisation_name": "鼓楼区总工会",
    "population": 13,
    "eligible": 12,
    "ineligible": 1,
    "unknown": 0,
    "amount": "7,200.00",
    "paid_count": 11,
    "paid_amount": "6,600.00",
    "returned_count": 0,
    "returned_amount": "0.00",
    "ended_count": 1,
}
CERTIFICATE = {
    "number": "FG-2026-0001",
    "issued_on": "2026-01-20",
    "organisation": "福建省总工会",
    "scheme": "元旦春节送温暖慰问",
    "version": 1,
    "document": "总工办〔2016〕36号",
    "period": "2026年元旦春节",
    "kind": "主轮次",
    "as_of": "2025-12-01",
    "counties": [COUNTY],
    "totals": COUNTY,
    "audit_head": "ab" * 32,
}


def text_of(pdf: bytes) -> str:
    reader = shutil.which("pdftotext")
    assert reader, "poppler-utils is missing"
    read = subprocess.run(
        [reader, "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return read.stdout.decode()


def test_a_machine_without_chinese_font_refuses_with_the_remedy() -> None:
    with pytest.raises(Refusal) as caught:
        chinese_font(["DejaVu Sans"])
    assert str(caught.value) == NO_FONT
    assert "apt-get install fonts-noto-cjk" in NO_FONT


def test_the_preferred_font_is_taken() -> None:
    assert chinese_font(["DejaVu Sans", "Noto Sans CJK SC"]) == "Noto Sans CJK SC"


def test_a_certificate_reads_back_what_was_put_in() -> None:
    text = text_of(render_pdf("certificate", CERTIFICATE))
    for words in (
        "福建省总工会元旦春节送温暖慰问全覆盖证明",
        "FG-2026-0001",
        "总工办〔2016〕36号",
        "鼓楼区总工会",
        "6,600.00",
        "2026年1月20日",
        "ab" * 32,
        "第 1 页，共 1 页",
    ):
        assert words in text


def test_markup_in_a_name_is_printed_not_obeyed() -> None:
    county = {**COUNTY, "organisation_name": '#panic("x") *甲* $1$ \\'}
    text = text_of(render_pdf("certificate", {**CERTIFICATE, "counties": [county]}))
    assert '#panic("x") *甲* $1$' in text


@pytest.mark.parametrize("sign", ["\x06", "\x94", "\ue736"])
def test_a_sign_that_no_font_has_leaves_the_rest_readable(sign: str) -> None:
    """PDF/A refuses it; the paper is needed all the same."""
    county = {**COUNTY, "name": f"鼓楼{sign}区"}
    text = text_of(render_pdf("certificate", {**CERTIFICATE, "counties": [county]}))
    assert "鼓楼" in text


def test_a_province_of_counties_runs_over_numbered_pages() -> None:
    pdf = render_pdf("certificate", {**CERTIFICATE, "counties": [COUNTY] * 83})
    text = text_of(pdf)
    assert text.count("鼓楼区总工会") == 83
    assert "第 2 页" in text
