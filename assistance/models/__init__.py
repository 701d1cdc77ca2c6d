"""Tables of assistance, one file a noun."""

from assistance.models.bank_file import BankFile
from assistance.models.batch import (
    Batch,
    BatchFunding,
    PayingAccount,
    Signature,
    SignaturePerson,
)
from assistance.models.computation import RoundChunk, RoundComputation
from assistance.models.determination import Determination
from assistance.models.dossier import HouseholdDossier, HouseholdMember
from assistance.models.fund import Account, Entry, FundSource, Posting
from assistance.models.inquiry import Inquiry
from assistance.models.payment import Payment, PaymentClaim
from assistance.models.round import CoverageCertificate, Period, Round
from assistance.models.scheme import Scheme, SchemeVersion

__all__ = [
    "Account",
    "BankFile",
    "Batch",
    "BatchFunding",
    "CoverageCertificate",
    "Determination",
    "Entry",
    "FundSource",
    "HouseholdDossier",
    "HouseholdMember",
    "Inquiry",
    "PayingAccount",
    "Payment",
    "PaymentClaim",
    "Period",
    "Posting",
    "Round",
    "RoundChunk",
    "RoundComputation",
    "Scheme",
    "SchemeVersion",
    "Signature",
    "SignaturePerson",
]
