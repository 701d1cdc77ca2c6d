"""County systems at the API: an OAuth2 access token becomes an actor with its union's reach."""

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, NoReturn

from allauth.idp.oidc.contrib.rest_framework.authentication import TokenAuthentication
from allauth.idp.oidc.contrib.rest_framework.permissions import TokenPermission
from allauth.idp.oidc.models import Token
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework.exceptions import (
    APIException,
    AuthenticationFailed,
    ErrorDetail,
    Throttled,
)
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from members.auth.actor import business_date
from members.auth.throttles import RATE_HEADERS, ClientThrottle
from members.queries.post import actor_for, actor_of_client, client_in_force
from unionportal.core import sandbox
from unionportal.core.actor import Actor
from unionportal.core.errors import Refusal
from unionportal.core.readonly import read_only

READ_SCOPE = "read"
WRITE_SCOPE = "write"
NOBODY = Actor(kind="client", name="")
SANDBOX_HEADER = "Portal-Sandbox"


class Unavailable(APIException):
    """The sandbox is gone with the setting that named its place."""

    status_code = 503
    default_detail = _("沙箱暂时不可用，请联系门户的运行单位。")
    default_code = "unavailable"


@dataclass(frozen=True)
class ClientUser:
    """What Django calls the user of a request that a county system sent."""

    actor: Actor
    sandbox: int | None = None  # the number of the client that practises
    limit: int = 0  # requests a minute
    is_authenticated: bool = True
    is_active: bool = True

    @property
    def pk(self) -> str:
        """The client's id: by it requests are counted, and log lines name it."""
        return str(self.actor.client_id)


class ClientAuthentication(TokenAuthentication):
    """Accepts tokens of active clients only; anything else is 401, never 403."""

    def authenticate(self, request: HttpRequest) -> tuple[ClientUser, Token] | None:
        """Return the client behind a valid access token, None without a token."""
        scheme = request.headers.get("Authorization", "").partition(" ")[0]
        if scheme.lower() != "bearer":
            return None
        # As Django's: DRF's would read the body to look for a form in it.
        bare = getattr(request, "_request", request)
        found = super().authenticate(bare)
        token: Token | None = found[1] if found else None
        if token is None:
            raise AuthenticationFailed(_("访问令牌无效或已过期，请重新获取。"))
        try:
            client = client_in_force(token.client_id)
        except Refusal as refusal:
            raise AuthenticationFailed(str(refusal)) from refusal
        number = client.pk if client.is_sandbox else None
        limit = client.limit_in_force
        return ClientUser(actor_for(client), sandbox=number, limit=limit), token

    def authenticate_header(self, request: HttpRequest) -> str:
        """Name the scheme, so that a missing token is answered with 401."""
        return 'Bearer realm="api"'


class ReadPermission(TokenPermission):
    """The token was given for reading."""

    scope = READ_SCOPE
    message = _("访问令牌不含 read 范围，请用 scope=read 重新获取。")


class WritePermission(TokenPermission):
    """The token was given for writing, too."""

    scope = WRITE_SCOPE
    message = _(
        "访问令牌不含 write 范围：请由工会管理员登记允许批量写入的客户端，再用 scope=write 获取令牌。"
    )


class ClientView(APIView):
    """What all views for county systems share.

    A sandbox client is let in by the register, then answered from its sandbox, as the
    one client that this knows; unless the view says that it is about the real one.
    """

    authentication_classes = (ClientAuthentication,)
    permission_classes = (ReadPermission,)
    throttle_classes = (ClientThrottle,)
    is_served_inside = True
    sandbox: int | None = None  # the number of the client, where it practises

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """Answer, and write the answer out before the sandbox is left."""
        with ExitStack() as self.stay:
            answer = super().dispatch(request, *args, **kwargs)
            if SANDBOX_HEADER in answer and isinstance(answer, Response):
                answer.render()
            return answer

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let in, count, and go where the client's records are."""
        super().initial(request, *args, **kwargs)
        user = request.user
        self.sandbox = user.sandbox if isinstance(user, ClientUser) else None
        if self.sandbox is None or not self.is_served_inside:
            return
        if not sandbox.is_set_up():
            raise Unavailable
        self.stay.enter_context(sandbox.inside(self.sandbox))
        if request.method in SAFE_METHODS:
            self.stay.enter_context(read_only())
        inner = actor_of_client(sandbox.CLIENT_ID, on=business_date())
        request.user = ClientUser(inner, limit=user.limit)

    def throttled(self, request: Request, wait: float) -> NoReturn:
        """Say how many a minute are allowed, and when to come again."""
        sentence = _("本客户端每分钟最多 %(limit)s 次请求，请 %(wait)s 秒后再试。")
        told = {
            "limit": request.META[RATE_HEADERS]["RateLimit-Limit"],
            "wait": round(wait),
        }
        refused = Throttled(wait)
        refused.detail = ErrorDetail(sentence % told, refused.default_code)
        raise refused

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Say with each answer how many requests are left, and until when."""
        answer: Response = super().finalize_response(request, response, *args, **kwargs)
        for name, value in request.META.get(RATE_HEADERS, {}).items():
            answer[name] = value
        if self.sandbox is not None:
            answer[SANDBOX_HEADER] = "1"
        return answer

    @property
    def actor(self) -> Actor:
        """The client with its union's reach; nobody while the schema is drawn."""
        user = self.request.user
        return user.actor if isinstance(user, ClientUser) else NOBODY


class ClientAuthenticationSchema(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tells readers of the schema how to get a token."""

    target_class = "members.auth.client.ClientAuthentication"
    name = "clientCredentials"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, object]:
        """Describe the client-credentials flow."""
        return {
            "type": "oauth2",
            "description": "客户端由省、市、县级工会的管理员在“接口客户端”中登记。",
            "flows": {
                "clientCredentials": {
                    "tokenUrl": "/api/v1/token",
                    "scopes": {
                        READ_SCOPE: "读取本工会及下级的记录",
                        WRITE_SCOPE: "批量写入本工会及下级的工会、用人单位和人员",
                    },
                }
            },
        }

    def get_security_requirement(self, auto_schema: AutoSchema) -> dict[str, list[str]]:
        """Name the scope that the address needs."""
        scopes = [
            getattr(one, "scope", "") for one in auto_schema.view.permission_classes
        ]
        return {self.name: scopes}
