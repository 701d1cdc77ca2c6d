"""Addresses of the workers' pages."""

from django.urls import path

from members.pages import me, notices, text_size

app_name = "members"
urlpatterns = [
    path("me/", me.me, name="me"),
    path("me/accounts/new/", me.new_account, name="account-new"),
    path("me/accounts/<int:pk>/stop/", me.stop, name="account-stop"),
    path("notices/", notices.notice_list, name="notice-list"),
    path("notices/<int:pk>/", notices.notice_detail, name="notice-detail"),
    path("notices/<int:pk>/object/", notices.object_to, name="notice-object"),
    path("text-size/", text_size.choose, name="text-size"),
]
