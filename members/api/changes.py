"""Changes since a cursor: how county systems keep a copy in step."""

from dataclasses import asdict

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from members.api import examples
from members.auth.client import ClientView
from members.enums import RecordKind
from members.queries.change import CURSOR, changes_since, cursor_now, read_cursor
from unionportal.core.api.bodies import Conflicting
from unionportal.core.api.schema import RefusedRequest
from unionportal.core.errors import Refusal

LARGEST, USUAL = 1000, 500
KNOWN = ("cursor", "kind", "page_size")


class ChangeLineSerializer(serializers.Serializer[None]):
    kind = serializers.ChoiceField(RecordKind.choices, label=gettext_lazy("哪一类记录"))
    id = serializers.IntegerField(label=gettext_lazy("记录编号"))
    change = serializers.ChoiceField(
        ["changed", "gone", "moved"],
        label=gettext_lazy("变化"),
        help_text=gettext_lazy(
            "changed 新增或有变化，请读一次；gone 已注销、停业、删除或转出本工会范围；"
            "moved 已并入 moved_to。"
        ),
    )
    moved_to = serializers.IntegerField(
        label=gettext_lazy("已并入的记录"), allow_null=True
    )
    external_id = serializers.CharField(label=gettext_lazy("外部编号"), allow_null=True)


class ChangePageSerializer(serializers.Serializer[None]):
    changes = ChangeLineSerializer(many=True, label=gettext_lazy("变化"))
    cursor = serializers.CharField(
        label=gettext_lazy("下一次从这里读"), help_text=gettext_lazy("请原样保存。")
    )
    has_more = serializers.BooleanField(
        label=gettext_lazy("还有"), help_text=gettext_lazy("true 时请接着读。")
    )


class ChangeFeed(ClientView):
    @extend_schema(
        summary="自某个游标以来的变化",
        description=(
            "先不带 cursor 调用一次，得到现在的游标；再读各列表建立副本；以后带上次的"
            "cursor 读变化，has_more 为 true 时接着读。每条只说哪条记录变了，"
            "内容请按编号读取。已提交的变化不会漏掉，可能重复。工会整体转入、转出时"
            "只报工会，其下的人员和单位请按 under 重读。"
        ),
        tags=["变化"],
        parameters=[
            OpenApiParameter(
                "cursor",
                {"type": "string", "pattern": CURSOR},
                description="上一次答复中的 cursor；不写则从现在开始。",
            ),
            OpenApiParameter(
                "kind",
                {"type": "string", "enum": list(RecordKind.values)},
                description="只要一类记录",
            ),
            OpenApiParameter(
                "page_size",
                {"type": "integer", "minimum": 1, "maximum": LARGEST},
                description=f"每页条数，默认 {USUAL}，最多 {LARGEST}。",
            ),
        ],
        responses={
            200: ChangePageSerializer,
            400: OpenApiResponse(RefusedRequest, description="参数不对"),
            409: OpenApiResponse(
                RefusedRequest, description="数据库已恢复或切换，游标不再有效"
            ),
        },
        examples=examples.CHANGES,
    )
    def get(self, request: Request) -> Response:
        """Read on from the cursor, or say where now is."""
        given = _parameters(request)
        size = _size_of(given)
        if "cursor" not in given:
            now = str(cursor_now())
            return Response({"changes": [], "cursor": now, "has_more": False})
        try:
            since = read_cursor(given["cursor"])
        except Refusal as refusal:
            if refusal.code != "cursor_lost":
                raise _wrong("cursor", str(refusal)) from refusal
            raise Conflicting(refusal) from refusal
        page = changes_since(since, self.actor, kind=given.get("kind", ""), size=size)
        lines = [asdict(line) for line in page.lines]
        return Response(
            {"changes": lines, "cursor": str(page.cursor), "has_more": page.has_more}
        )


def _parameters(request: Request) -> dict[str, str]:
    given = {name: request.query_params.getlist(name) for name in request.query_params}
    for name, values in given.items():
        if name not in KNOWN:
            raise _wrong(name, _("没有这个查询参数，请核对接口文档。"))
        if len(values) != 1 or not values[0]:
            raise _wrong(name, _("参数是空的，或给了不止一次；不需要的请不写。"))
    found = {name: values[0] for name, values in given.items()}
    if found.get("kind", RecordKind.PERSON) not in RecordKind.values:
        raise _wrong("kind", _("没有这一类记录。"))
    return found


def _size_of(given: dict[str, str]) -> int:
    text = given.get("page_size", str(USUAL))
    if not (text.isascii() and text.isdecimal() and 0 < int(text[:9]) <= LARGEST):
        raise _wrong("page_size", _("每页条数应为 1 至 1000 的整数。"))
    return int(text)


def _wrong(name: str, sentence: str) -> ValidationError:
    return ValidationError({name: sentence}, code="invalid")
