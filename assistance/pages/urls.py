"""Addresses of assistance for workers."""

from django.urls import path

from assistance.pages import matters

app_name = "assistance"
urlpatterns = [
    path("aid/", matters.matter_list, name="matter-list"),
    path("aid/<int:pk>/", matters.matter, name="matter"),
    path("aid/<int:pk>/ask/", matters.ask, name="matter-ask"),
]
