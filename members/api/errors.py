"""The catalogue of error codes, for whoever writes a county's system."""

from dataclasses import asdict

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from members.api import examples
from members.auth.client import ClientView
from unionportal.core.api.catalogue import CATALOGUE
from unionportal.core.api.schema import RefusedRequest


class ErrorCodeSerializer(serializers.Serializer[None]):
    code = serializers.CharField(label=_("错误码"))
    status = serializers.IntegerField(
        label=_("状态码"), help_text=_("200 表示批量答复中的一项。")
    )
    meaning = serializers.CharField(label=_("何时"))
    remedy = serializers.CharField(label=_("怎么办"))


class CatalogueSerializer(serializers.Serializer[None]):
    codes = ErrorCodeSerializer(many=True, label=_("错误码"))


class ErrorCatalogue(ClientView):
    @extend_schema(
        summary="错误码目录",
        description="接口可能回答的每一个错误码：何时出现、怎么办。",
        tags=["说明"],
        responses={
            200: CatalogueSerializer,
            400: OpenApiResponse(RefusedRequest, description="没有这个查询参数"),
        },
        examples=examples.CODES,
    )
    def get(self, request: Request) -> Response:
        """The whole list; it takes no parameters."""
        if request.query_params:
            raise ValidationError(
                dict.fromkeys(request.query_params, _("没有这个查询参数。")),
                code="unknown_parameter",
            )
        return Response({"codes": [asdict(one) for one in CATALOGUE]})
