"""The webhook of the acting client: where it is told of changes, under which secret."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from members.actions.webhook import end_webhook, set_webhook
from members.api import examples
from members.auth.actor import business_date
from members.auth.client import ClientView
from members.models import Webhook
from members.queries.webhook import webhook_of
from unionportal.core.api.bodies import (
    BoundedJson,
    Conflicting,
    Shape,
    require_shape,
)
from unionportal.core.api.schema import RefusedRequest
from unionportal.core.errors import Refusal
from unionportal.core.webhooks import LONGEST_URL, URL_PATTERN

BODY: Shape = {
    "type": "object",
    "additionalProperties": False,
    "required": ["url"],
    "properties": {
        "url": {
            "type": "string",
            "pattern": URL_PATTERN,
            "maxLength": LONGEST_URL,
            "description": "接收变化的地址；主机须已由门户的运行单位列入名单。",
        }
    },
}
TAGS = ["变化"]
WRONG = {400: OpenApiResponse(RefusedRequest, description="请求的格式不对")}
NONE = {404: OpenApiResponse(RefusedRequest, description="没有登记地址")}


class WebhookSerializer(serializers.Serializer[Webhook]):
    url = serializers.CharField(label=_("地址"))
    is_active = serializers.BooleanField(
        label=_("启用"), help_text=_("连续多日送不到会停用，请联系工会管理员恢复。")
    )
    failing_since = serializers.DateTimeField(label=_("一直失败自"), allow_null=True)
    off_reason = serializers.CharField(label=_("停用原因"), allow_blank=True)


class NewWebhookSerializer(serializers.Serializer[None]):
    url = serializers.CharField(label=_("地址"))
    secret = serializers.CharField(
        label=_("签名密钥"), help_text=_("只显示这一次，请立即保存。")
    )


class WebhookDesk(ClientView):
    parser_classes = (BoundedJson,)

    @extend_schema(
        summary="变化推送的地址",
        description="本客户端登记的接收地址和它的状态；密钥不再显示。",
        tags=TAGS,
        responses={200: WebhookSerializer, **WRONG, **NONE},
        examples=examples.WEBHOOK,
    )
    def get(self, request: Request) -> Response:
        """How it stands."""
        _take_no_parameters(request)
        return Response(WebhookSerializer(_found(self)).data)

    @extend_schema(
        summary="登记或更换推送地址",
        description=(
            "变化以签名的请求推送到这个地址，只含记录编号。每次登记都给出新的密钥，"
            "旧密钥随即作废；没有送达的改送到新地址。沙箱客户端没有变化推送：回答 409"
            " sandbox，请按游标读取变化；签名的验算可按接口说明中的例子离线核对。"
        ),
        tags=TAGS,
        request={"application/json": BODY},
        responses={
            200: NewWebhookSerializer,
            **WRONG,
            409: OpenApiResponse(
                RefusedRequest, description="地址不在允许的名单中，或是沙箱"
            ),
        },
        examples=examples.NEW_WEBHOOK,
    )
    def put(self, request: Request) -> Response:
        """Set the address; the answer bears the secret, this once."""
        _take_no_parameters(request)
        body: Any = request.data
        require_shape(body, BODY)
        if self.sandbox is not None:
            raise Conflicting(
                Refusal("沙箱没有变化推送，请按游标读取变化。", code="sandbox")
            )
        try:
            made = set_webhook(url=body["url"], on=business_date(), by=self.actor)
        except Refusal as refusal:
            raise Conflicting(refusal) from refusal
        told = {"url": made.webhook.url, "secret": made.secret}
        return Response(told, headers={"Cache-Control": "no-store"})

    @extend_schema(
        summary="取消变化推送",
        description="不再推送；没有送达的一并取消。变化仍可按游标读取。",
        tags=TAGS,
        request=None,
        responses={204: None, **WRONG, **NONE},
    )
    def delete(self, request: Request) -> Response:
        """End it."""
        _take_no_parameters(request)
        _found(self)
        end_webhook(on=business_date(), at=timezone.now(), by=self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _found(view: ClientView) -> Webhook:
    webhook = webhook_of(view.actor)
    if webhook is None:
        raise NotFound
    return webhook


def _take_no_parameters(request: Request) -> None:
    if request.query_params:
        raise ValidationError(
            dict.fromkeys(request.query_params, _("没有这个查询参数。")),
            code="unknown_parameter",
        )
