"""Bulk upserts by county systems: a door each for unions, employers and people."""

import re
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from members.actions.bulk import BulkRequest, upsert_many
from members.api import examples
from members.api.serializers import BulkAnswerSerializer
from members.api.shapes import cell_text, shape_of
from members.auth.actor import business_date
from members.auth.client import ClientView, WritePermission
from unionportal.core.api.bodies import BoundedJson, Conflicting, require_shape
from unionportal.core.api.schema import RefusedRequest
from unionportal.core.errors import Refusal
from unionportal.core.uploads.items import Item

KEY_HEADER = "Idempotency-Key"
KEY_PATTERN = "^[A-Za-z0-9._-]{1,100}$"
KEY = OpenApiParameter(
    KEY_HEADER,
    {"type": "string", "pattern": KEY_PATTERN},
    OpenApiParameter.HEADER,
    required=True,
    description=(
        "本次请求的唯一键，如一个 UUID。没有收到答复时用同一个键、同样的内容重发，"
        "得到的是同一个答复，不会写入两次；同一个键换了内容则回答 409。保留七天以上。"
    ),
)
RULES = (
    "一次 1 至 5,000 项，按 external_id（贵方编号）和代码、身份证号对应已有记录："
    "没有的新建，有变化的更新，没写的项目保持原样。格式不符的整个请求不受理（400），"
    "一项也不写入；格式正确的逐项回答，某一项未接受（refused）不影响其他项，"
    "每个原因有错误码、哪一项和一句说明。只能写入本工会及下级。"
)


class BulkUpsert(ClientView):
    """One kind of record; the body is checked by the shape that the schema shows."""

    permission_classes = (WritePermission,)
    parser_classes = (BoundedJson,)
    kind: ClassVar[str]

    def post(self, request: Request) -> Response:
        """Check the shape, then write what may be written, once for a key."""
        key = _key_of(request)
        body: Any = request.data
        require_shape(body, shape_of(self.kind))
        items = [_item_of(one) for one in body["items"]]
        asked = BulkRequest(kind=self.kind, items=items, key=key, body=body)
        try:
            answer = upsert_many(asked=asked, on=business_date(), by=self.actor)
        except Refusal as refusal:
            raise Conflicting(refusal) from refusal
        return Response(answer)


def _key_of(request: Request) -> str:
    key: str = request.headers.get(KEY_HEADER, "")
    if not re.fullmatch(KEY_PATTERN, key):
        raise ValidationError(
            {KEY_HEADER: _("请在请求头中给出幂等键：1 至 100 个字母、数字或 . _ -。")},
            code="idempotency_key",
        )
    return key


def _item_of(one: dict[str, Any]) -> Item:
    cells = {name: cell_text(value) for name, value in one.items()}
    return Item(external_id=cells.pop("external_id"), cells=cells)


def _described(kind: str, summary: str, told: str) -> Any:  # noqa: ANN401 - a decorator
    return extend_schema(
        summary=summary,
        description=told + RULES,
        tags=["批量写入"],
        parameters=[KEY],
        request={"application/json": shape_of(kind)},
        responses={
            200: BulkAnswerSerializer,
            400: OpenApiResponse(
                RefusedRequest, description="格式不符，一项也没有写入"
            ),
            409: OpenApiResponse(
                RefusedRequest,
                description="幂等键已用于别的内容，或别处同时写入了相同的记录",
            ),
            413: OpenApiResponse(RefusedRequest, description="请求超过 8 MB"),
        },
        examples=[examples.BULK_REQUESTS[kind], examples.BULK_ANSWER],
    )


@_described(
    "organisations",
    "批量写入工会",
    "新登记的须已批准成立（成立日期、批准文号），上级可以在同一次请求中。",
)
class OrganisationBulk(BulkUpsert):
    kind = "organisations"


@_described("employers", "批量写入用人单位", "代码是单位自己的统一社会信用代码。")
class EmployerBulk(BulkUpsert):
    kind = "employers"


@_described(
    "people",
    "批量写入人员",
    "一个身份证号一条记录，出生日期和性别从号码读出；银行卡不经此接口。",
)
class PersonBulk(BulkUpsert):
    kind = "people"
