"""The words of messages: shipped templates, a union's own versions, and their check.

A template is a file ``templates/<app>/notices/<name>.txt``. Its first line may be a
comment ``{# title | purpose | 加急 #}``; in the words stand only ``{{ name }}``. The screen
of a telephone is read by others, so none names an illness, a kind of aid or an amount.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.db import connection
from django.template import engines
from django.template.backends.django import DjangoTemplates
from django.template.loader import get_template

from unionportal.core.errors import Refusal

LONGEST = 140  # signs: two parts of a text message
SIGNATURE = "【{{ union }}】"
DEFAULT_PURPOSE = "办事进展"

_HEAD = re.compile(r"\A\{#(?P<head>[^#]*)#\}\s*")
_NAME = re.compile(r"\{\{\s*([a-z_0-9]+)\s*\}\}")
_AMOUNT = re.compile(
    r"[0-9０-９一二三四五六七八九十百千万两]+(?:[.,，][0-9]+)*\s*(?:元|块|圆)"
)
_LONG_NUMBER = re.compile(r"[0-9０-９]{6,}")
# What a message never names; a wording that needs one of these says “登录查看” instead.
_ILLNESS = (
    *("病", "癌", "瘤", "症", "手术", "住院", "残疾", "尘肺", "确诊", "诊断", "治疗"),
    *("医疗", "药费", "化疗", "透析", "抑郁", "怀孕", "流产", "工伤", "伤残", "骨折"),
    *("炎", "结核", "中毒", "中风", "心梗", "脑梗", "糖尿", "肾衰", "白血", "艾滋"),
    *("精神科", "移植", "康复"),
)
_KIND = (
    *("送温暖", "送清凉", "送岗位", "助学", "低保", "困难", "特困", "慰问", "救助"),
    *("补助", "补贴", "救济", "津贴", "抚恤", "丧葬", "互助", "解困", "脱困", "奖学"),
    *("助困", "济困", "助医", "生活费", "失独", "孤儿", "零就业", "下岗", "失业"),
)
_SUM = ("元", "￥", "¥", "金额", "人民币", "RMB", "rmb")
_BETWEEN = re.compile(r"[\s.·、,，。\-_*~—]+")
_HARMLESS = re.compile("元旦|元宵")
SECRET_NAMES = ("amount", "yuan", "money", "disease", "illness", "diagnosis", "scheme")


@dataclass(frozen=True, slots=True)
class Template:
    """A shipped template; `names` are what its context fills in."""

    code: str
    title: str
    purpose: str
    is_urgent: bool
    text: str

    @property
    def names(self) -> tuple[str, ...]:
        return names_in(self.text)


def names_in(text: str) -> tuple[str, ...]:
    """The names a wording fills in, each once, in order."""
    return tuple(dict.fromkeys(_NAME.findall(text)))


def read_template(code: str, source: str) -> Template:
    """Take the comment at the head from the words."""
    found = _HEAD.match(source)
    parts = [part.strip() for part in found["head"].split("|")] if found else []
    title, purpose, urgency = [*parts, "", "", ""][:3]
    return Template(
        code=code,
        title=title or Path(code).stem,
        purpose=purpose or DEFAULT_PURPOSE,
        is_urgent=urgency == "加急",
        text=(source[found.end() :] if found else source).strip(),
    )


def template_of(code: str) -> Template:
    """Return a shipped template; an unknown code is a fault of the program."""
    loaded = get_template(code)
    return read_template(code, str(getattr(loaded, "template").source))  # noqa: B009 - the stubs do not know it


def shipped_templates() -> list[Template]:
    """Every template there is, by its code."""
    engine = engines["django"]
    folders = engine.engine.dirs if isinstance(engine, DjangoTemplates) else []
    codes = {
        path.relative_to(folder).as_posix()
        for folder in map(Path, folders)
        for path in folder.glob("*/notices/*.txt")
    }
    return [template_of(code) for code in sorted(codes)]


@cache
def urgent_templates() -> tuple[str, ...]:
    """The codes of those that are sent at night too."""
    return tuple(each.code for each in shipped_templates() if each.is_urgent)


# --- the check


def faults_in(text: str) -> list[str]:
    """What a wording names that no message may name, in words; nothing when it may."""
    raw = _HARMLESS.sub("", _NAME.sub("", text))
    bare = unicodedata.normalize("NFKC", raw)
    # A blank or a point between two signs hides nothing from a reader.
    close = _BETWEEN.sub("", bare)
    found = [f"疾病或健康情况“{word}”" for word in _ILLNESS if word in close]
    found += [f"帮扶种类“{word}”" for word in _KIND if word in close]
    amounts = _AMOUNT.findall(bare) or _AMOUNT.findall(close)
    found += [f"金额“{word}”" for word in amounts]
    if not amounts:
        found += [f"金额“{word}”" for word in _SUM if word in raw + bare + close]
    found += [f"号码或数目“{word}”" for word in _LONG_NUMBER.findall(bare)]
    found += [f"填空“{name}”" for name in names_in(text) if name in SECRET_NAMES]
    return found


def check_wording(code: str, text: str) -> str:
    """Return a union's own wording, trimmed; refuse one that says what it must not."""
    written = text.strip()
    shipped = template_of(code)
    bare = _NAME.sub("", written)
    if not written or len(bare) > LONGEST or "\n" in written:
        raise Refusal(f"请写一段话，不超过 {LONGEST} 字，不分行。", field="text")
    if not written.startswith(SIGNATURE):
        raise Refusal(f"短信须以工会签名开头：{SIGNATURE}。", field="text")
    if "{" in bare or "}" in bare:
        raise Refusal("填空须写成 {{ union }} 的样子，不能有别的花括号。", field="text")
    unknown = [name for name in names_in(written) if name not in shipped.names]
    if unknown:
        offered = "、".join(f"{{{{ {name} }}}}" for name in shipped.names)
        raise Refusal(
            f"没有“{unknown[0]}”这个填空；可用的有：{offered}。", field="text"
        )
    faults = faults_in(written)
    if faults:
        raise Refusal(
            f"短信里不能出现{'、'.join(faults)}：手机屏幕旁人也看得到，请改写为“登录查看”。",
            code="telling",
            field="text",
        )
    return written


# --- filling in


Lineage = Callable[[Sequence[int]], Mapping[int, Sequence[int]]]

_LATEST = """
    SELECT DISTINCT ON (template, organisation_id) template, organisation_id, text
    FROM core_messagewording ORDER BY template, organisation_id, id DESC
"""


class Wordings:
    """The words in force: of the union itself, of the nearest above it, or as shipped."""

    def __init__(self, lineage: Lineage | None = None) -> None:
        """Read the unions' own, which are few; lines of descent only when needed."""
        with connection.cursor() as cursor:
            cursor.execute(_LATEST)
            self._own = {(row[0], row[1]): row[2] for row in cursor.fetchall()}
        self._lineage = lineage
        self._above: Mapping[int, Sequence[int]] = {}
        self._shipped: dict[str, Template] = {}

    def prepare(self, organisation_ids: Iterable[int | None]) -> None:
        """Look up the unions above these, at once."""
        wanted = sorted({each for each in organisation_ids if each is not None})
        if self._own and self._lineage is not None and wanted:
            self._above = self._lineage(wanted)

    def text_of(
        self, template: str, organisation_id: int | None, context: Mapping[str, object]
    ) -> str:
        """Return the words of a message of a union, filled in."""
        chain = self._above.get(organisation_id or 0, ())
        own = next(
            (
                text
                for number in chain
                if (text := self._own.get((template, number), ""))
            ),
            "",
        )
        return fill(own or self.shipped(template).text, context)

    def shipped(self, template: str) -> Template:
        """Return a shipped template, read once."""
        if template not in self._shipped:
            self._shipped[template] = template_of(template)
        return self._shipped[template]


def fill(text: str, context: Mapping[str, object]) -> str:
    """Put the values in; a value that is missing is a fault of the program."""
    return _NAME.sub(lambda found: str(context[found[1]]), text)
