"""XML messages: escaped rightly, shaped as ISO 20022 has them, read by a safe parser."""

import re
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given

from assistance.rules.banks.layout import LayoutError, layout_named
from assistance.rules.banks.problems import Unreadable
from assistance.rules.banks.reading import read_answer, take_apart
from tests.assistance.rules.banks.papers import (
    Answer,
    answer,
    answers,
    order,
    order_lines,
    rows,
)

LAYOUT = layout_named("iso20022_xml")
TOLD: list[Answer] = [
    (Decimal("3456.78"), "", "买买提·A&B<C>\"'", "9012012012012"),
    (Decimal("88.88"), "closed", "张三", "9012012012021"),
]
CODES = {"ACSC", "RJCT", "TRF", "CNY"}
# Of the message definitions: the children of each element in their order, `?` where
# one may be missing and `*` where it may repeat; then what a leaf may hold.
CHILDREN = {
    "CstmrCdtTrfInitn": "GrpHdr PmtInf*",
    "GrpHdr": "MsgId CreDtTm NbOfTxs? CtrlSum? InitgPty?",
    "PmtInf": "PmtInfId PmtMtd NbOfTxs? CtrlSum? ReqdExctnDt Dbtr DbtrAcct DbtrAgt "
    "CdtTrfTxInf*",
    "InitgPty": "Nm?",
    "Dbtr": "Nm?",
    "DbtrAcct": "Id Ccy?",
    "DbtrAgt": "FinInstnId",
    "CdtTrfTxInf": "PmtId Amt CdtrAgt? Cdtr? CdtrAcct? RmtInf?",
    "PmtId": "InstrId? EndToEndId",
    "Amt": "InstdAmt",
    "CdtrAgt": "FinInstnId",
    "FinInstnId": "Nm? Othr?",
    "Cdtr": "Nm?",
    "CdtrAcct": "Id",
    "Id": "Othr",
    "Othr": "Id",
    "RmtInf": "Ustrd*",
    "CstmrPmtStsRpt": "GrpHdr OrgnlGrpInfAndSts OrgnlPmtInfAndSts*",
    "OrgnlGrpInfAndSts": "OrgnlMsgId OrgnlMsgNmId OrgnlNbOfTxs? OrgnlCtrlSum? "
    "NbOfTxsPerSts*",
    "NbOfTxsPerSts": "DtldNbOfTxs DtldSts DtldCtrlSum?",
    "OrgnlPmtInfAndSts": "OrgnlPmtInfId TxInfAndSts*",
    "TxInfAndSts": "OrgnlEndToEndId? TxSts? StsRsnInf* OrgnlTxRef?",
    "StsRsnInf": "Rsn?",
    "Rsn": "Cd",
    "OrgnlTxRef": "Amt? CdtrAcct?",
}
TEXT = dict.fromkeys(("MsgId", "PmtInfId", "InstrId", "EndToEndId"), r".{1,35}")
TEXT |= {f"Orgnl{name}": TEXT[name] for name in ("MsgId", "PmtInfId", "EndToEndId")}
LEAVES = TEXT | {
    "OrgnlMsgNmId": r"pain\.001\.001\.03",
    "CreDtTm": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d",
    "ReqdExctnDt": r"\d{4}-\d\d-\d\d",
    "Nm": r".{1,140}",
    "Ustrd": r".{1,140}",
    "Id": r".{1,34}",
    "Cd": r"[A-Z0-9]{1,4}",
    "PmtMtd": "TRF",
    "Ccy": "CNY",
    "TxSts": "ACSC|RJCT",
    "DtldSts": "ACSC|RJCT",
}
LEAVES |= dict.fromkeys(("NbOfTxs", "OrgnlNbOfTxs", "DtldNbOfTxs"), r"\d{1,15}")
SUMS = ("InstdAmt", "CtrlSum", "OrgnlCtrlSum", "DtldCtrlSum")
LEAVES |= dict.fromkeys(SUMS, r"(?=[\d.]{1,19}$)\d+\.\d{2}")


def check(element: ET.Element, space: str) -> None:
    """An element and all below it, as the message definitions have them."""
    name = element.tag.removeprefix(f"{{{space}}}")
    assert element.attrib == ({"Ccy": "CNY"} if name == "InstdAmt" else {}), name
    children = [child.tag.removeprefix(f"{{{space}}}") for child in element]
    if not children:
        assert re.fullmatch(LEAVES[name], element.text or ""), (name, element.text)
        return
    one = {"": "{}", "?": "(?:{})?", "*": "(?:{})*"}
    wanted = ""
    for told in CHILDREN[name].split():
        child = told.rstrip("?*")
        wanted += one[told[len(child) :]].format(f"{child} ")
    assert re.fullmatch(wanted, "".join(f"{child} " for child in children)), children
    for below in element:
        check(below, space)


@given(told=answers)
def test_both_messages_are_shaped_as_the_standard_has_them(told: list[Answer]) -> None:
    for content, space in (
        (order(LAYOUT, told), "urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"),
        (answer(LAYOUT, told), "urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"),
    ):
        root = ET.fromstring(content)  # noqa: S314 - written a line above
        assert root.tag == f"{{{space}}}Document"
        (message,) = root
        check(message, space)


def test_what_means_something_to_xml_is_escaped_and_read_back() -> None:
    content = order(LAYOUT, TOLD)
    parsed = take_apart(LAYOUT, LAYOUT.instruction, content)

    assert (
        b"<Nm>\xe4\xb9\xb0\xe4\xb9\xb0\xe6\x8f\x90\xc2\xb7A&amp;B&lt;C&gt;" in content
    )
    names = LAYOUT.instruction.line.names
    assert [cells[names.index("holder")] for _n, cells in parsed.lines] == [
        line.holder for line in order_lines(TOLD)
    ]


def test_a_control_character_is_refused_with_the_reference() -> None:
    with pytest.raises(LayoutError, match="202100000000.*不允许的字符"):
        order(LAYOUT, [(Decimal("34.56"), "", "张\x0b三", "9012")])


def test_an_indented_message_with_comments_says_the_same() -> None:
    content = answer(LAYOUT, TOLD)
    spaced = content.replace(b"><", b">\n  <").replace(
        b"?>", b"?><!-- \xe9\x93\xb6 -->"
    )

    found = read_answer(LAYOUT, spaced)

    assert [row[1:] for row in found.rows] == [row[1:] for row in rows(LAYOUT, TOLD)]


BOMB = b'<!DOCTYPE a [<!ENTITY x "1"><!ENTITY y "&x;&x;">]>'
FETCH = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (b"?>", b"?>" + BOMB, (1, "报文带有 DOCTYPE 声明，不能接收")),
        (b"?>", b"?>" + FETCH, (1, "报文带有 DOCTYPE 声明，不能接收")),
        (b"UTF-8", b"GBK", (1, "文件编码应为 UTF-8，实为 GBK")),
        (b'Ccy="CNY">88', b'Ccy="USD">88', (3, "此处不应有元素 InstdAmt")),
        (b"<TxSts>RJCT</TxSts>", b"", (3, "此处不应有元素 StsRsnInf")),
        (
            b"<OrgnlPmtInfId>2021-1-2-M1",
            b"<OrgnlPmtInfId>2021-1-2-M2",
            (1, "元素 OrgnlPmtInfId 与前文不一致"),
        ),
        (
            b"pain.001.001.03<",
            b"pain.008<",
            (1, "元素 OrgnlMsgNmId 的内容“pain.008”不对"),
        ),
        (b"</TxSts>", b"</TxSts>x", (2, "元素之间有多余的文字")),
        (
            b"</Document>",
            b"</Document><a/>",
            (4, "XML 报文不完整或已损坏，从这一行起读不出"),
        ),
    ],
)
def test_what_is_not_as_declared_is_refused_at_its_line(
    old: bytes, new: bytes, problem: tuple[int, str]
) -> None:
    content = answer(LAYOUT, TOLD)
    assert old in content

    with pytest.raises(Unreadable) as refused:
        read_answer(LAYOUT, content.replace(old, new, 1))

    assert refused.value.problems == [problem]
