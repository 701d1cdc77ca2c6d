"""Bodies of requests: bounded, of a known shape, and refused whole where they are not.

One description of the shape serves the schema and the check, so that they cannot part.
"""

import json
import re
from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError, ValidationError
from rest_framework.parsers import BaseParser

from unionportal.core.errors import Refusal

Shape = Mapping[str, Any]
LARGEST_BODY = 8 * 1024 * 1024


class TooLarge(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = _("请求超过 8 MB，请分几次提交。")
    default_code = "too_large"


class Conflicting(APIException):
    """What the state of things, not the shape of the request, does not allow: 409.

    What the client may not do at all is 403.
    """

    status_code: int = status.HTTP_409_CONFLICT

    def __init__(self, refusal: Refusal) -> None:
        """Keep the sentence and the code of the refusal."""
        if refusal.code == "forbidden":
            self.status_code = status.HTTP_403_FORBIDDEN
        super().__init__(str(refusal), code=refusal.code)


class BoundedJson(BaseParser):
    """JSON of at most eight megabytes, and not nested without end."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 - any JSON
        """Refuse what is too long before it is kept, and too deep while reading."""
        content = stream.read(LARGEST_BODY + 1)
        if len(content) > LARGEST_BODY:
            raise TooLarge
        try:
            return json.loads(content)
        except (ValueError, RecursionError) as error:
            raise ParseError(_("请求体不是正确的 JSON，请核对。")) from error


def require_shape(value: object, shape: Shape, at: str = "") -> None:
    """Refuse, with the place, a value that has not the shape; stops at the first."""
    problem = _problem(value, shape)
    if problem:
        raise ValidationError({at or "body": str(problem)}, code="shape")
    if isinstance(value, dict):
        _require_members(value, shape, at)
    elif isinstance(value, list):
        for place, one in enumerate(value):
            require_shape(one, shape["items"], f"{at}.{place}" if at else str(place))


def _require_members(value: dict[str, Any], shape: Shape, at: str) -> None:
    known = shape["properties"]
    for name in shape.get("required", ()):
        if name not in value:
            raise _wrong(at, name, _("缺少这一项。"), "required")
    for name, one in value.items():
        if name not in known:
            raise _wrong(at, name, _("没有这一项，请核对接口文档。"), "unknown_field")
        require_shape(one, known[name], f"{at}.{name}" if at else name)


def _wrong(at: str, name: str, sentence: object, code: str) -> ValidationError:
    place = f"{at}.{name}" if at else name
    return ValidationError({place: str(sentence)}, code=code)


def _problem(value: object, shape: Shape) -> object:
    kind = shape["type"]
    if kind == "string":
        return _string_problem(value, shape)
    if kind == "integer":
        return _integer_problem(value, shape)
    if kind == "boolean":
        return "" if isinstance(value, bool) else _("应为 true 或 false。")
    if kind == "array":
        return _array_problem(value, shape)
    return "" if isinstance(value, dict) else _("应为对象。")


def _string_problem(value: object, shape: Shape) -> object:
    if not isinstance(value, str):
        return _("应为文本。")
    least, most = shape.get("minLength", 0), shape.get("maxLength", len(value))
    if not least <= len(value) <= most:
        return _("长度应为 %(least)s 至 %(most)s 个字。") % {
            "least": least,
            "most": shape.get("maxLength", "∞"),
        }
    if "enum" in shape and value not in shape["enum"]:
        return _("应为：%(known)s。") % {"known": "、".join(shape["enum"])}
    if "pattern" in shape and not _matches(shape["pattern"], value):
        return _("应符合 %(pattern)s。") % {"pattern": shape["pattern"]}
    return ""


def _matches(pattern: str, value: str) -> bool:
    """As readers of the schema understand it: `$` is the end, not a last line's."""
    return re.search(re.sub(r"\$$", r"\\Z", pattern), value) is not None


def _integer_problem(value: object, shape: Shape) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _("应为整数。")
    if value != value or value in (float("inf"), float("-inf")) or value != int(value):
        return _("应为整数。")
    if not shape["minimum"] <= value <= shape["maximum"]:
        return _("应为 %(minimum)s 至 %(maximum)s。") % dict(shape)
    return ""


def _array_problem(value: object, shape: Shape) -> object:
    if not isinstance(value, list):
        return _("应为数组。")
    least, most = shape.get("minItems", 0), shape["maxItems"]
    if not least <= len(value) <= most:
        return _("应有 %(least)s 至 %(most)s 项，本次 %(found)s 项。") % {
            "least": least,
            "most": most,
            "found": len(value),
        }
    return ""
