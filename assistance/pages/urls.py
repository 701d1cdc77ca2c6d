"""Addresses of assistance for workers."""

from django.urls import path

from assistance.pages import applications, households, leavings, matters

app_name = "assistance"
urlpatterns = [
    path("aid/", matters.matter_list, name="matter-list"),
    path("aid/apply/", applications.aid_openings, name="aid-openings"),
    path("aid/apply/<int:pk>/", applications.aid_start, name="aid-start"),
    path(
        "aid/applications/<int:pk>/",
        applications.aid_application,
        name="aid-application",
    ),
    path("aid/applications/<int:pk>/form/", applications.aid_form, name="aid-form"),
    path(
        "aid/applications/<int:pk>/papers/<slug:item>/",
        applications.aid_papers,
        name="aid-papers",
    ),
    path(
        "aid/applications/<int:pk>/household/",
        households.aid_household,
        name="aid-household",
    ),
    path(
        "aid/applications/<int:pk>/household/new/",
        households.aid_member,
        name="aid-member-new",
    ),
    path(
        "aid/applications/<int:pk>/household/<int:member>/",
        households.aid_member,
        name="aid-member",
    ),
    path(
        "aid/applications/<int:pk>/household/<int:member>/drop/",
        households.aid_member_drop,
        name="aid-member-drop",
    ),
    path("aid/applications/<int:pk>/check/", applications.aid_check, name="aid-check"),
    path(
        "aid/applications/<int:pk>/withdraw/",
        applications.aid_withdraw,
        name="aid-withdraw",
    ),
    path(
        "aid/applications/<int:pk>/object/",
        applications.aid_object,
        name="aid-object",
    ),
    path("aid/papers/<int:pk>/", applications.aid_paper, name="aid-paper"),
    path("aid/leavings/<int:pk>/", leavings.leaving, name="leaving"),
    path("aid/<int:pk>/", matters.matter, name="matter"),
    path("aid/<int:pk>/ask/", matters.ask, name="matter-ask"),
]
