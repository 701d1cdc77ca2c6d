"""The API of county unions' systems: tokens, schema, and each app's addresses."""

from allauth.idp.oidc import views as oidc
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

# The schema names no record, so that an integrator may read it before he has a token.
OPEN: dict[str, tuple[()]] = {"authentication_classes": (), "permission_classes": ()}

urlpatterns = [
    path("token", oidc.token, name="api-token"),
    path("revoke", oidc.revoke, name="api-revoke"),
    path("schema/", SpectacularAPIView.as_view(**OPEN), name="api-schema"),
    path(
        "docs/",
        SpectacularSwaggerView.as_view(url_name="api-schema", **OPEN),
        name="api-docs",
    ),
    path("", include("assistance.api.urls")),
]
