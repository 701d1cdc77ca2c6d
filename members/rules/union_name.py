"""What the general union of a division is called (工会名称).

A division's union bears the division's name and 总工会; a township's is 总工会 where the
division is a government (镇 乡 街道 苏木), and 工会 for farms, parks and zones, which have
none. Groups that exist in the statistical code only (市辖区, 省直辖县级行政区划,
直辖村级区划) are offices of the union above: its name with the group in brackets.
"""

from dataclasses import dataclass

GOVERNMENT_ENDINGS = ("镇", "乡", "街道", "苏木", "民族乡", "地区", "办事处", "区公所")
GROUPS = {
    "市辖区": "市辖区",
    "县": "县",
    "省直辖县级行政区划": "直辖县市",
    "自治区直辖县级行政区划": "直辖县市",
}
VILLAGES = "直辖村级区划"


@dataclass(frozen=True, slots=True)
class UnionName:
    """Full and short name; the short one goes into tables."""

    name: str
    short_name: str


def name_of_union(*, level: str, division: str, above: UnionName | None) -> UnionName:
    """Name the union of a division; `above` is the union it is led by."""
    group = _group(level, division)
    if group and above:
        return UnionName(f"{above.name}（{group}）", f"{above.short_name}{group}")
    if level == "township" and not division.endswith(GOVERNMENT_ENDINGS):
        return UnionName(f"{division}工会", division)
    return UnionName(f"{division}总工会", division)


def _group(level: str, division: str) -> str:
    if level == "prefecture":
        return GROUPS.get(division, "")
    if level == "township" and division.endswith(VILLAGES):
        return "直辖村"
    return ""


def form_of_union(name: str) -> str:
    """The form that the name of a division's union says: 总工会, else a committee."""
    return "general_union" if "总工会" in name else "committee"
