"""Tables of members, one file a noun."""

from members.models.account import BankAccount
from members.models.api_client import ApiClient
from members.models.application import MembershipApplication
from members.models.change import Change
from members.models.consent import Consent, ConsentInvitation
from members.models.disclosure import Disclosure
from members.models.division import Division
from members.models.employer import Employer
from members.models.employment import EmployerTie, Employment
from members.models.external_id import ExternalId
from members.models.former_organisation import FormerOrganisation
from members.models.membership import MemberCard, Membership, Standing
from members.models.notice import (
    Notice,
    NoticeLine,
    Objection,
    ObjectionEvidence,
)
from members.models.office import LegalCertificate, Officer, OfficeTerm
from members.models.organisation import Organisation
from members.models.organising import OrganisingCase, OrganisingStep
from members.models.own_flag import OwnFlag
from members.models.person import Person
from members.models.person_merge import PersonMerge
from members.models.phone_change import PhoneChange
from members.models.post import Post
from members.models.privacy_request import PrivacyRequest
from members.models.sign_in import PastPassword, SignInEntry
from members.models.standard import Standard
from members.models.transfer import MembershipTransfer
from members.models.union_flag import FlagPaper, UnionFlag
from members.models.user import User
from members.models.webhook import Webhook, WebhookDelivery
from members.models.yearly_return import YearlyReturn

__all__ = [
    "ApiClient",
    "BankAccount",
    "Change",
    "Consent",
    "ConsentInvitation",
    "Disclosure",
    "Division",
    "Employer",
    "EmployerTie",
    "Employment",
    "ExternalId",
    "FlagPaper",
    "FormerOrganisation",
    "LegalCertificate",
    "MemberCard",
    "Membership",
    "MembershipApplication",
    "MembershipTransfer",
    "Notice",
    "NoticeLine",
    "Objection",
    "ObjectionEvidence",
    "OfficeTerm",
    "Officer",
    "Organisation",
    "OrganisingCase",
    "OrganisingStep",
    "OwnFlag",
    "PastPassword",
    "Person",
    "PersonMerge",
    "PhoneChange",
    "Post",
    "PrivacyRequest",
    "SignInEntry",
    "Standard",
    "Standing",
    "UnionFlag",
    "User",
    "Webhook",
    "WebhookDelivery",
    "YearlyReturn",
]
