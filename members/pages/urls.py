"""Addresses of the workers' pages."""

from django.urls import path

from members.pages import (
    consents,
    joining,
    me,
    membership,
    messages,
    notices,
    record,
    text_size,
    transferring,
)

app_name = "members"
urlpatterns = [
    path("me/", me.me, name="me"),
    path("me/messages/", messages.inbox, name="messages"),
    path("me/messages/read/", messages.read_all, name="messages-read"),
    path("me/messages/<int:pk>/open/", messages.open_message, name="message-open"),
    path("me/accounts/new/", me.new_account, name="account-new"),
    path("me/accounts/<int:pk>/stop/", me.stop, name="account-stop"),
    path("me/membership/", membership.my_membership, name="membership"),
    path("me/membership/card/", membership.new_card, name="card-new"),
    path("me/membership/leave/", membership.leave, name="membership-leave"),
    path("me/particulars/", membership.my_particulars, name="particulars"),
    path("me/record/", record.my_record, name="record"),
    path("me/record/copy/<slug:form>/", record.my_copy, name="record-copy"),
    path("me/record/correct/", record.correct, name="record-correct"),
    path("me/record/delete/", record.delete, name="record-delete"),
    path("me/record/<int:pk>/withdraw/", record.withdraw, name="record-withdraw"),
    path("me/consents/", consents.consents, name="consents"),
    path("me/consents/<slug:purpose>/", consents.say, name="consent-say"),
    path("consent/<str:token>/", consents.consent_link, name="consent-link"),
    path(
        "consent/<str:token>/send/",
        consents.consent_link_send,
        name="consent-link-send",
    ),
    path(
        "consent/<str:token>/code/",
        consents.consent_link_code,
        name="consent-link-code",
    ),
    path(
        "consent/<str:token>/<slug:purpose>/",
        consents.consent_link_say,
        name="consent-link-say",
    ),
    path("me/transfers/", transferring.transfers, name="transfers"),
    path("me/transfers/to/<int:pk>/", transferring.transfer_to, name="transfer-to"),
    path("me/transfers/<int:pk>/cancel/", transferring.cancel, name="transfer-cancel"),
    path("join/", joining.join, name="join"),
    path("join/phone/", joining.join_phone, name="join-phone"),
    path("join/code/", joining.join_code, name="join-code"),
    path("join/unions/<int:pk>/", joining.join_union, name="join-union"),
    path("join/<int:pk>/", joining.join_again, name="join-again"),
    path("join/<int:pk>/withdraw/", joining.withdraw, name="join-withdraw"),
    path("card/<str:token>/", membership.card, name="card"),
    path("notices/", notices.notice_list, name="notice-list"),
    path("notices/<int:pk>/", notices.notice_detail, name="notice-detail"),
    path("notices/<int:pk>/object/", notices.object_to, name="notice-object"),
    path("notices/receipt/", notices.receipt, name="objection-receipt"),
    path("text-size/", text_size.choose, name="text-size"),
]
