"""Every address of the portal."""

from django.contrib import admin
from django.urls import include, path

from unionportal.pages import health, home, setup

handler404 = "unionportal.pages.outage.not_found"
handler500 = "unionportal.pages.outage.server_error"

urlpatterns = [
    path("", home.home, name="home"),
    path("health/", health.Health.as_view(), name="health"),
    path("health/ready/", health.Ready.as_view(), name="ready"),
    path("metrics", health.metrics, name="metrics"),
    path("setup/", setup.setup, name="setup"),
    path("staff/assistance/", include("assistance.admin.urls")),
    path("staff/organisations/", include("members.admin.urls")),
    path("staff/access/", include("members.admin.access_urls")),
    path("staff/account/", include("members.auth.staff_urls")),
    path("staff/messages/", include("members.admin.messages")),
    path("staff/jobs/", include("unionportal.pages.jobs")),
    path("staff/imports/", include("unionportal.pages.uploads")),
    path("staff/", admin.site.urls),
    path("api/v1/", include("unionportal.api")),
    path("", include("assistance.pages.urls")),
    path("", include("members.auth.urls")),
    path("", include("members.pages.urls")),
]
