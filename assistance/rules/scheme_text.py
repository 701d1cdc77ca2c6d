"""The text of a scheme: YAML read strictly, every value knowing its line and column."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import yaml

TEXT_LENGTH_MAX = 65_536
DEPTH_MAX = 20
_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,12})?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_STR, _INT, _FLOAT, _BOOL, _NULL, _DATE = (
    f"tag:yaml.org,2002:{kind}"
    for kind in ("str", "int", "float", "bool", "null", "timestamp")
)
_WRITTEN = {_STR, _INT, _FLOAT, _DATE}


class SchemeError(ValueError):
    """A refused scheme: what is wrong, in Chinese, and where (both from 1)."""

    def __init__(self, message: str, *, line: int, column: int) -> None:
        super().__init__(f"第 {line} 行第 {column} 列：{message}")
        self.message = message
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class Passage:
    """A value of the text: its YAML node and the whole text it stands in."""

    node: yaml.Node
    source: str

    def refuse(self, message: str) -> SchemeError:
        mark = self.node.start_mark
        return SchemeError(message, line=mark.line + 1, column=mark.column + 1)

    def refuse_at(self, offset: int, message: str) -> SchemeError:
        """Refuse a character of a formula, found again in the text as written.

        Folding and quoting only change blanks and marks, so the characters that are
        not blank stand in the text in the same order; an escaped text is pointed at
        as a whole.
        """
        place = _place_of(self.node, self.source, offset)
        if place is None:
            return self.refuse(message)
        line = self.source.count("\n", 0, place) + 1
        column = place - (self.source.rfind("\n", 0, place) + 1) + 1
        return SchemeError(message, line=line, column=column)

    def fields(
        self, *, required: frozenset[str], optional: frozenset[str] = frozenset()
    ) -> dict[str, "Passage"]:
        """The entries of a mapping; unknown, missing and repeated keys are refused."""
        found: dict[str, Passage] = {}
        for key, value in self.entries():
            name = key.text()
            if name not in required | optional:
                known = "、".join(sorted(required | optional))
                raise key.refuse(f"没有“{name}”这一项；可用的项：{known}")
            if name in found:
                raise key.refuse(f"“{name}”写了两次")
            found[name] = value
        absent = sorted(required - found.keys())
        if absent:
            raise self.refuse(f"缺少{'、'.join(f'“{name}”' for name in absent)}")
        return found

    def entries(self) -> Iterator[tuple["Passage", "Passage"]]:
        if not isinstance(self.node, yaml.MappingNode):
            raise self.refuse("此处应为“键: 值”的组合")
        for key, value in self.node.value:
            yield Passage(key, self.source), Passage(value, self.source)

    def items(self) -> tuple["Passage", ...]:
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.refuse("此处应为列表")
        if not self.node.value:
            raise self.refuse("列表不能为空")
        return tuple(Passage(item, self.source) for item in self.node.value)

    def is_list(self) -> bool:
        return isinstance(self.node, yaml.SequenceNode)

    def is_empty(self) -> bool:
        return isinstance(self.node, yaml.ScalarNode) and self.node.tag == _NULL

    def text(self, *, longest: int = 200) -> str:
        written = self._scalar(_WRITTEN, "文字")
        if not written.strip():
            raise self.refuse("不能为空")
        if len(written) > longest:
            raise self.refuse(f"不能超过 {longest} 个字")
        return written.strip()

    def formula(self) -> str:
        """A formula exactly as read, so that places in it can be found again."""
        self.text(longest=2_000)
        return str(self.node.value)

    def slug(self) -> str:
        code = self.text(longest=40)
        if not re.fullmatch(r"[a-z][a-z0-9_]*", code):
            raise self.refuse("代码以小写字母开头，只含小写字母、数字和下划线")
        return code

    def whole(self, *, least: int, most: int) -> int:
        written = self._scalar({_INT}, "整数")
        if not re.fullmatch(r"\d{1,9}", written) or not least <= int(written) <= most:
            raise self.refuse(f"应为 {least} 到 {most} 的整数")
        return int(written)

    def number(self) -> Decimal:
        """A decimal, exactly as written; it never passes through a float."""
        written = self._scalar(_WRITTEN, "数字")
        if not _NUMBER.fullmatch(written):
            raise self.refuse("应为数字")
        return Decimal(written)

    def yuan(self) -> Decimal:
        amount = self.number()
        if amount <= 0 or amount != amount.quantize(Decimal("0.01")):
            raise self.refuse("应为大于零的金额，最多两位小数")
        return amount

    def day(self) -> date:
        written = self._scalar(_WRITTEN, "日期")
        if not _DAY.fullmatch(written):
            raise self.refuse("日期应写作 2026-01-31")
        try:
            return date.fromisoformat(written)
        except ValueError as error:
            raise self.refuse("没有这一天") from error

    def plain(self) -> str | bool | None:
        """A fact of an example: text as written, true or false, or not known."""
        if self.is_empty():
            return None
        written = self._scalar(_WRITTEN | {_BOOL}, "一个值")
        if self.node.tag == _BOOL:
            return written.lower() in {"true", "yes", "on"}
        return written

    def content(self) -> object:
        """The value as JSON: texts and numbers as written, whole numbers as such."""
        if isinstance(self.node, yaml.MappingNode):
            return {key.text(): value.content() for key, value in self.entries()}
        if isinstance(self.node, yaml.SequenceNode):
            return [item.content() for item in self.items()]
        if self.node.tag == _INT:
            return int(self.node.value)
        return self.plain()

    def _scalar(self, tags: set[str], expected: str) -> str:
        if not isinstance(self.node, yaml.ScalarNode) or self.node.tag not in tags:
            raise self.refuse(f"此处应为{expected}")
        return str(self.node.value)


def read_passage(source: str) -> Passage:
    """The whole text as one passage; refuses what is not one plain YAML document."""
    if len(source) > TEXT_LENGTH_MAX:
        raise SchemeError("方案文本过长", line=1, column=1)
    try:
        _check_events(source)
        root = yaml.compose(source, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        message = "YAML 写法有误，请检查缩进、冒号和引号"
        raise _refuse_at(error.problem_mark, message) from error
    except yaml.YAMLError as error:
        raise SchemeError("含有不可用的字符", line=1, column=1) from error
    if root is None:
        raise SchemeError("方案文本是空的", line=1, column=1)
    return Passage(root, source)


def _check_events(source: str) -> None:
    """No anchors, and no depth that would exhaust the composer, which recurses."""
    depth = 0
    for event in yaml.parse(source, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _refuse_at(event.start_mark, "方案文本不使用锚点和引用")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEPTH_MAX:
            raise _refuse_at(event.start_mark, f"嵌套超过 {DEPTH_MAX} 层")


def refuse_item(source: str, *, key: str, item: str, message: str) -> SchemeError:
    """Refuse one item of a list that a key of the whole names, where it stands."""
    root = read_passage(source)
    for name, value in root.entries():
        if name.text() == key:
            for one in value.items():
                if one.text() == item:
                    return one.refuse(message)
    return root.refuse(message)


def _refuse_at(mark: object, message: str) -> SchemeError:
    """The YAML library counts from zero, and may not know the place."""
    if not isinstance(mark, yaml.Mark):
        return SchemeError(message, line=1, column=1)
    return SchemeError(message, line=mark.line + 1, column=mark.column + 1)


def _place_of(node: yaml.Node, source: str, offset: int) -> int | None:
    """Where the character at `offset` of a scalar's value stands in the source."""
    place = _first_character(node, source)
    for character in str(node.value)[:offset]:
        if character.isspace():
            continue
        while place < node.end_mark.index and source[place].isspace():
            place += 1
        if place >= node.end_mark.index or source[place] != character:
            return None
        place += 1
    while place < node.end_mark.index and source[place].isspace():
        place += 1
    return place


def _first_character(node: yaml.Node, source: str) -> int:
    start = int(node.start_mark.index)
    style = getattr(node, "style", None)
    if style in {"'", '"'}:
        return start + 1
    if style in {"|", ">"}:
        return source.index("\n", start) + 1
    return start
