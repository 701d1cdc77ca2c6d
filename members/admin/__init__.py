"""The staff's lists and records of members; verbs are buttons, nothing is typed over."""

from members.admin import (
    account,
    api_client,
    application,
    division,
    membership,
    notice,
    organisation,
    person,
    person_merge,
    post,
    standard,
    transfer,
    user,
    webhook,
)

__all__ = [
    "account",
    "api_client",
    "application",
    "division",
    "membership",
    "notice",
    "organisation",
    "person",
    "person_merge",
    "post",
    "standard",
    "transfer",
    "user",
    "webhook",
]
