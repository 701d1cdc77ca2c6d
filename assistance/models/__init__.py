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
from assistance.models.match import CashMovement, Match
from assistance.models.payment import Payment, PaymentClaim
from assistance.models.reconciliation import (
    OpeningBalance,
    OutstandingItem,
    Reconciliation,
)
from assistance.models.round import CoverageCertificate, Period, Round
from assistance.models.scheme import Scheme, SchemeVersion
from assistance.models.statement import (
    BankStatement,
    StatementLine,
    StatementRefusal,
)

__all__ = [
    "Account",
    "BankFile",
    "BankStatement",
    "Batch",
    "BatchFunding",
    "CashMovement",
    "CoverageCertificate",
    "Determination",
    "Entry",
    "FundSource",
    "HouseholdDossier",
    "HouseholdMember",
    "Inquiry",
    "Match",
    "OpeningBalance",
    "OutstandingItem",
    "PayingAccount",
    "Payment",
    "PaymentClaim",
    "Period",
    "Posting",
    "Reconciliation",
    "Round",
    "RoundChunk",
    "RoundComputation",
    "Scheme",
    "SchemeVersion",
    "Signature",
    "SignaturePerson",
    "StatementLine",
    "StatementRefusal",
]
