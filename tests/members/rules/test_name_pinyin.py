"""Names: surnames are spelt as surnames, spellings are searchable."""

import pytest

from members.rules.name_pinyin import Spelling, plain_name, spell_name


@pytest.mark.parametrize(
    ("name", "pinyin", "initials"),
    [
        ("张小三", "zhangxiaosan", "zxs"),
        ("单小曾", "shanxiaoceng", "sxc"),
        ("曾伟", "zengwei", "zw"),
        ("仇英", "qiuying", "qy"),
        ("解放", "xiefang", "xf"),
        ("区明", "ouming", "om"),
        ("查良镛", "zhaliangyong", "zly"),
        ("朴明", "piaoming", "pm"),
        ("任正", "renzheng", "rz"),
        ("尉迟恭", "yuchigong", "ycg"),
        ("单于飞", "chanyufei", "cyf"),
        ("欧阳修", "ouyangxiu", "oyx"),
        ("吕布", "lvbu", "lb"),
        ("买买提·艾力", "maimaitiaili", "mmtal"),
        ("John", "john", "j"),
        ("", "", ""),
    ],
)
def test_name_is_spelt(name: str, pinyin: str, initials: str) -> None:
    assert spell_name(name) == Spelling(pinyin, initials)


@pytest.mark.parametrize(
    "written",
    ["买买提·艾力", "买买提•艾力", "买买提・艾力", " 买买提 . 艾力", "买买提．艾力"],
)
def test_names_written_in_different_ways_are_one(written: str) -> None:
    assert plain_name(written) == "买买提·艾力"
