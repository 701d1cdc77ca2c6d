"""Printed documents: PDF by typst from templates/documents/*.typ.

A template reads its values as JSON from ``sys.inputs.values`` and its font from
``sys.inputs.font``. Fonts are read once a process: reading them costs more than a page.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

import typst
from django.conf import settings

from unionportal.core.errors import Refusal

# In order of preference; each holds the signs of GB 18030 that names need.
CHINESE_FONTS = (
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Songti SC",
    "SimSun",
    "PingFang SC",
    "Microsoft YaHei",
)
NO_FONT = (
    "这台服务器没有中文字体，不能生成文件；请管理员安装 fonts-noto-cjk"
    "（apt-get install fonts-noto-cjk）后重启再试。"
)


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts()


def chinese_font(families: Sequence[str]) -> str:
    """Return the preferred Chinese font among those installed; refuses without one."""
    found = next((name for name in CHINESE_FONTS if name in families), None)
    if found is None:
        raise Refusal(NO_FONT, code="no_font")
    return found


ARCHIVED: Literal["a-2a"] = "a-2a"


def documents_dir() -> Path:
    """Return the folder of the document templates."""
    return Path(settings.BASE_DIR) / "templates" / "documents"


def render_pdf(template: str, values: Mapping[str, object]) -> bytes:
    """Return a document as PDF (PDF/A-2a, readable by screen readers).

    ``template`` is a file name under templates/documents, with or without ``.typ``.
    Dates and decimals become text. A sign that no font has makes it plain PDF. Refuses
    where no Chinese font is installed.
    """
    fonts = _fonts()
    inputs = {
        "font": chinese_font(fonts.families()),
        "values": json.dumps(values, ensure_ascii=False, default=str),
    }
    name = template.removesuffix(".typ")
    try:
        return _compiled(name, fonts, inputs, [ARCHIVED])
    except typst.TypstError:
        # PDF/A refuses a sign that no font has: a rare name, what was pasted into a
        # reason. The list is needed all the same, with a box in its place.
        return _compiled(name, fonts, inputs, [])


def _compiled(
    name: str,
    fonts: typst.Fonts,
    inputs: dict[str, str],
    standards: list[Literal["a-2a"]],
) -> bytes:
    pdf = typst.compile(
        documents_dir() / f"{name}.typ",
        root=documents_dir(),
        font_paths=fonts,
        format="pdf",
        pdf_standards=list(standards),
        sys_inputs=inputs,
    )
    return bytes(pdf)
