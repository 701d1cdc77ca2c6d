"""The API of county unions' systems: tokens, schema, and each app's addresses."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from members.auth.throttles import SchemaThrottle
from members.auth.token import RevokeView, TokenView


class Schema(SpectacularAPIView):
    """Names no record, so an integrator may read it before he has a token."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = (SchemaThrottle,)


class Docs(SpectacularSwaggerSplitView):
    """The schema to click through; its script comes apart, as the content policy asks."""

    authentication_classes = ()
    permission_classes = ()
    url_name = "api-schema"


urlpatterns = [
    path("token", TokenView.as_view(), name="api-token"),
    path("revoke", RevokeView.as_view(), name="api-revoke"),
    path("schema/", Schema.as_view(), name="api-schema"),
    path("docs/", Docs.as_view(), name="api-docs"),
    path("", include("members.api.urls")),
    path("", include("assistance.api.urls")),
]
