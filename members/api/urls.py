"""Addresses of members at the API."""

from django.urls import path

from members.api import bulk, changes, errors, flags, messages, sandbox, views, webhook

app_name = "members_api"

urlpatterns = [
    path("organisations/", views.OrganisationList.as_view(), name="organisations"),
    path(
        "organisations/bulk/",
        bulk.OrganisationBulk.as_view(),
        name="organisations-bulk",
    ),
    path(
        "organisations/<int:pk>/",
        views.OrganisationDetail.as_view(),
        name="organisation",
    ),
    path("employers/", views.EmployerList.as_view(), name="employers"),
    path("employers/bulk/", bulk.EmployerBulk.as_view(), name="employers-bulk"),
    path("employers/<int:pk>/", views.EmployerDetail.as_view(), name="employer"),
    path("changes/", changes.ChangeFeed.as_view(), name="changes"),
    path("errors/", errors.ErrorCatalogue.as_view(), name="errors"),
    path("sandbox/reset/", sandbox.SandboxReset.as_view(), name="sandbox-reset"),
    path("webhook/", webhook.WebhookDesk.as_view(), name="webhook"),
    path("flags/", flags.FlagList.as_view(), name="flags"),
    path("people/", views.PersonList.as_view(), name="people"),
    path("people/bulk/", bulk.PersonBulk.as_view(), name="people-bulk"),
    path("people/<int:pk>/", views.PersonDetail.as_view(), name="person"),
    path("messages/", messages.MessageStateList.as_view(), name="messages"),
    path("memberships/", views.MembershipList.as_view(), name="memberships"),
    path("memberships/<int:pk>/", views.MembershipDetail.as_view(), name="membership"),
]
