"""Addresses of access on the staff site: sessions, sign-ins, locks."""

from django.urls import path

from members.admin import access, access_exports

app_name = "staff_access"

urlpatterns = [
    path("sessions/", access.OwnSessions.as_view(), name="own-sessions"),
    path(
        "sessions/others/end/",
        access.OtherSessionsEnd.as_view(),
        name="other-sessions-end",
    ),
    path(
        "sessions/<int:pk>/end/",
        access.OwnSessionEnd.as_view(),
        name="own-session-end",
    ),
    path("online/", access.OnlineUsers.as_view(), name="online"),
    path(
        "online/export/",
        access_exports.OnlineExport.as_view(),
        name="online-export",
    ),
    path("online/<int:pk>/end/", access.OnlineUserEnd.as_view(), name="online-end"),
    path("sign-ins/", access.SignIns.as_view(), name="sign-ins"),
    path(
        "sign-ins/export/",
        access_exports.SignInExport.as_view(),
        name="sign-ins-export",
    ),
    path("operations/", access.Operations.as_view(), name="operations"),
    path(
        "operations/export/",
        access_exports.OperationExport.as_view(),
        name="operations-export",
    ),
    path("locks/", access.Locks.as_view(), name="locks"),
]
