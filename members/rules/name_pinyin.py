"""Names (姓名): how they are compared, and how they are spelt for searching.

The dictionary reads 单 as dan and 曾 as ceng; as surnames they are shan and zeng. The
list below holds the readings that differ when the character stands as a surname.
"""

import re
import unicodedata
from dataclasses import dataclass

from pypinyin import lazy_pinyin

_LETTERS = re.compile(r"[^a-z]+")
_BLANKS = re.compile(r"\s+")
_DOTS = re.compile(r"[·•・‧⋅∙.．。]")

SURNAMES = {
    "单": "shan",
    "曾": "zeng",
    "仇": "qiu",
    "解": "xie",
    "区": "ou",
    "查": "zha",
    "盖": "ge",
    "朴": "piao",
    "翟": "zhai",
    "缪": "miao",
    "乐": "yue",
    "召": "shao",
    "洗": "xian",
    "折": "she",
    "繁": "po",
    "秘": "bi",
    "薄": "bo",
    "种": "chong",
    "员": "yun",
    "覃": "qin",
    "黑": "he",
    "隗": "wei",
    "卜": "bu",
    "牟": "mu",
    "都": "du",
    "祭": "zhai",
    "能": "nai",
}
# Of the compound surnames that begin with one of these, the dictionary is right.
COMPOUND_SURNAMES = ("单于", "乐正")


@dataclass(frozen=True, slots=True)
class Spelling:
    """Full pinyin without spaces or tones, and the first letters."""

    pinyin: str
    initials: str


def plain_name(name: str) -> str:
    """Bring a name to one form: width, no blanks, one kind of middle dot."""
    folded = unicodedata.normalize("NFKC", name)
    return _DOTS.sub("·", _BLANKS.sub("", folded))


def spell_name(name: str) -> Spelling:
    """Spell a name: 单小曾 → shanxiaoceng, sxc; 尉迟恭 → yuchigong, ycg."""
    syllables = [_LETTERS.sub("", each.lower()) for each in _syllables(name)]
    kept = [each for each in syllables if each]
    return Spelling("".join(kept)[:120], "".join(each[0] for each in kept)[:30])


def _syllables(name: str) -> list[str]:
    if name[:1] in SURNAMES and not name.startswith(COMPOUND_SURNAMES):
        return [SURNAMES[name[0]], *lazy_pinyin(name[1:])]
    return list(lazy_pinyin(name))
