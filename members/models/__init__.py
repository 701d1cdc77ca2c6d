"""Tables of members, one file a noun."""

from members.models.account import BankAccount
from members.models.api_client import ApiClient
from members.models.division import Division
from members.models.notice import Notice, NoticeLine, Objection
from members.models.organisation import Organisation
from members.models.person import Person
from members.models.post import Post
from members.models.standard import Standard
from members.models.user import User

__all__ = [
    "ApiClient",
    "BankAccount",
    "Division",
    "Notice",
    "NoticeLine",
    "Objection",
    "Organisation",
    "Person",
    "Post",
    "Standard",
    "User",
]
