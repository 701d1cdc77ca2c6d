"""Names of unions that are derived from divisions."""

import pytest

from members.rules.union_name import UnionName, name_of_union

ABOVE = UnionName("海南省总工会", "海南省")


@pytest.mark.parametrize(
    ("level", "division", "name", "short_name"),
    [
        ("province", "福建省", "福建省总工会", "福建省"),
        (
            "prefecture",
            "延边朝鲜族自治州",
            "延边朝鲜族自治州总工会",
            "延边朝鲜族自治州",
        ),
        ("county", "尤溪县", "尤溪县总工会", "尤溪县"),
        ("township", "城关镇", "城关镇总工会", "城关镇"),
        ("township", "大渔乡", "大渔乡总工会", "大渔乡"),
        ("township", "中山街道", "中山街道总工会", "中山街道"),
        ("township", "红峰农场", "红峰农场工会", "红峰农场"),
        ("prefecture", "市辖区", "海南省总工会（市辖区）", "海南省市辖区"),
        (
            "prefecture",
            "省直辖县级行政区划",
            "海南省总工会（直辖县市）",
            "海南省直辖县市",
        ),
        ("township", "县直辖村级区划", "海南省总工会（直辖村）", "海南省直辖村"),
    ],
)
def test_union_bears_the_name_of_its_division(
    level: str, division: str, name: str, short_name: str
) -> None:
    called = name_of_union(level=level, division=division, above=ABOVE)
    assert called == UnionName(name, short_name)
