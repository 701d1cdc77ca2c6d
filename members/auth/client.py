"""County systems at the API: an OAuth2 access token becomes an actor with its union's reach."""

from dataclasses import dataclass

from allauth.idp.oidc.contrib.rest_framework.authentication import TokenAuthentication
from allauth.idp.oidc.contrib.rest_framework.permissions import TokenPermission
from allauth.idp.oidc.models import Token
from django.http import HttpRequest
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from members.queries.post import actor_of_client
from unionportal.core.actor import Actor
from unionportal.core.errors import Refusal

READ_SCOPE = "read"


@dataclass(frozen=True)
class ClientUser:
    """What Django calls the user of a request that a county system sent."""

    actor: Actor
    is_authenticated: bool = True
    is_active: bool = True

    @property
    def pk(self) -> str:
        """The client's id, by which requests are counted."""
        return str(self.actor.client_id)


class ClientAuthentication(TokenAuthentication):  # type: ignore[misc]
    """Accepts tokens of active clients only; anything else is 401, never 403."""

    def authenticate(self, request: HttpRequest) -> tuple[ClientUser, Token] | None:
        """Return the client behind a valid access token, None without a token."""
        if not request.headers.get("Authorization", "").startswith("Bearer "):
            return None
        found = super().authenticate(request)
        if found is None:
            raise AuthenticationFailed("访问令牌无效或已过期，请重新获取。")
        token: Token = found[1]
        try:
            actor = actor_of_client(token.client_id, on=timezone.localdate())
        except Refusal as refusal:
            raise AuthenticationFailed(str(refusal)) from refusal
        return ClientUser(actor), token

    def authenticate_header(self, request: HttpRequest) -> str:
        """Name the scheme, so that a missing token is answered with 401."""
        return 'Bearer realm="api"'


ReadPermission = TokenPermission.has_scope(READ_SCOPE)


def api_actor(request: Request) -> Actor:
    """Return who asks; only for views behind `ClientAuthentication`."""
    user: ClientUser = request.user  # type: ignore[assignment]
    return user.actor


class ClientAuthenticationSchema(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tells readers of the schema how to get a token."""

    target_class = "members.auth.client.ClientAuthentication"
    name = "clientCredentials"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, object]:
        """Describe the client-credentials flow."""
        return {
            "type": "oauth2",
            "flows": {
                "clientCredentials": {
                    "tokenUrl": "/api/v1/token",
                    "scopes": {READ_SCOPE: "读取本工会及下级的档案、轮次、认定和发放"},
                }
            },
        }
