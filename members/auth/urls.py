"""Addresses of the workers' sign-in."""

from django.urls import path

from members.auth import phone_changed, views

app_name = "members_auth"
urlpatterns = [
    path("login/", views.sign_in, name="sign-in"),
    path("login/code/", views.enter_code, name="code"),
    path("login/person/", views.choose_person, name="person"),
    path("login/phone-changed/", phone_changed.phone_changed, name="phone-changed"),
    path("me/phone/keep/", phone_changed.stop_change, name="phone-keep"),
    path("logout/", views.sign_out, name="sign-out"),
]
