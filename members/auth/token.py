"""Where county systems get and give back their access tokens (OAuth2, RFC 6749 and 7009)."""

from allauth.idp.oidc import views as oidc
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.parsers import FormParser
from rest_framework.request import Request
from rest_framework.views import APIView

from members.auth.client import READ_SCOPE
from members.auth.throttles import TokenThrottle


class TokenRequest(serializers.Serializer[None]):
    """The form of RFC 6749, section 4.4.2."""

    grant_type = serializers.ChoiceField(["client_credentials"])
    client_id = serializers.CharField(required=False, help_text=_("客户端编号"))
    client_secret = serializers.CharField(
        required=False, help_text=_("客户端密钥，登记时只显示一次")
    )
    scope = serializers.CharField(
        required=False, help_text=_("不填即登记的全部范围"), default=READ_SCOPE
    )


class TokenAnswer(serializers.Serializer[None]):
    access_token = serializers.CharField(help_text=_("访问令牌"))
    expires_in = serializers.IntegerField(help_text=_("有效秒数"))
    token_type = serializers.ChoiceField(["Bearer"])
    scope = serializers.CharField()


class TokenRefusal(serializers.Serializer[None]):
    """The shape that RFC 6749, section 5.2 prescribes for this one address."""

    error = serializers.CharField()
    error_description = serializers.CharField(required=False)


class TokenRevocation(serializers.Serializer[None]):
    """The form of RFC 7009, section 2.1."""

    token = serializers.CharField(help_text=_("要作废的访问令牌"), min_length=1)
    client_id = serializers.CharField(required=False)
    client_secret = serializers.CharField(required=False)


class OpenForm(APIView):
    """A form that brings its own credentials inside, or by HTTP Basic."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = (TokenThrottle,)
    parser_classes = (FormParser,)

    def form(self, request: Request) -> HttpRequest:
        """The request as the library wants it; 415 for anything but a form."""
        len(request.data)  # reading it is what refuses other media types
        asked: HttpRequest = request._request  # noqa: SLF001 - the request as Django's
        return asked


class TokenView(OpenForm):
    @extend_schema(
        summary="获取访问令牌",
        description=(
            "OAuth2 客户端凭证方式。客户端编号和密钥放在表单里，或用 HTTP Basic。"
            "令牌一小时内有效，之后重新获取；同一地址每分钟最多 20 次。"
        ),
        tags=["令牌"],
        request={"application/x-www-form-urlencoded": TokenRequest},
        responses={
            200: TokenAnswer,
            400: OpenApiResponse(TokenRefusal, description="表单不对，或范围未登记"),
            401: OpenApiResponse(TokenRefusal, description="编号或密钥不对"),
        },
        examples=[
            OpenApiExample(
                "令牌",
                value={
                    "access_token": "9vX…",
                    "expires_in": 3600,
                    "token_type": "Bearer",
                    "scope": READ_SCOPE,
                },
                response_only=True,
                status_codes=["200"],
            ),
            OpenApiExample(
                "密钥不对",
                value={"error": "invalid_client"},
                response_only=True,
                status_codes=["401"],
            ),
        ],
    )
    def post(self, request: Request) -> HttpResponseBase:
        """Hand the form to the library as it came."""
        answer: HttpResponseBase = oidc.token(self.form(request))
        return answer


class RevokeView(OpenForm):
    @extend_schema(
        summary="作废访问令牌",
        description="令牌泄露或不再使用时作废。不存在的令牌也回答 200。",
        tags=["令牌"],
        request={"application/x-www-form-urlencoded": TokenRevocation},
        responses={
            200: OpenApiResponse(description="已作废"),
            400: OpenApiResponse(TokenRefusal, description="表单里没有令牌"),
            401: OpenApiResponse(TokenRefusal, description="编号或密钥不对"),
        },
    )
    def post(self, request: Request) -> HttpResponseBase:
        """Hand the form to the library as it came."""
        answer: HttpResponseBase = oidc.revoke(self.form(request))
        return answer
