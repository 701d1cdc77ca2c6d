"""Tables of assistance, one file a noun."""

from assistance.models.application import AidApplication, AidEvidence, AidWindow
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
from assistance.models.intake import DossierIntake
from assistance.models.leaving import Leaving
from assistance.models.match import CashMovement, Match
from assistance.models.payment import Payment, PaymentClaim
from assistance.models.proof import ProofRun
from assistance.models.reconciliation import (
    OpeningBalance,
    OutstandingItem,
    Reconciliation,
)
from assistance.models.round import CoverageCertificate, Period, Round
from assistance.models.scheme import Scheme, SchemeVersion
from assistance.models.sending import BankSending, DoubtDecision
from assistance.models.stacking import StackedScheme, StackingBalance, StackingGroup
from assistance.models.statement import (
    BankStatement,
    StatementLine,
    StatementRefusal,
)
from assistance.models.verification import (
    SampleItem,
    SampleStratum,
    VerificationCall,
    VerificationFinding,
    VerificationSample,
    VerificationWaiver,
)
from assistance.models.visit import Visit, VisitPaper
from assistance.models.voucher import (
    AccountingVoucher,
    AccountingVoucherLine,
    SubjectCode,
)
from assistance.models.what_if import WhatIf, WhatIfChange, WhatIfCount

__all__ = [
    "Account",
    "AccountingVoucher",
    "AccountingVoucherLine",
    "AidApplication",
    "AidEvidence",
    "AidWindow",
    "BankFile",
    "BankSending",
    "BankStatement",
    "Batch",
    "BatchFunding",
    "CashMovement",
    "CoverageCertificate",
    "Determination",
    "DossierIntake",
    "DoubtDecision",
    "Entry",
    "FundSource",
    "HouseholdDossier",
    "HouseholdMember",
    "Inquiry",
    "Leaving",
    "Match",
    "OpeningBalance",
    "OutstandingItem",
    "PayingAccount",
    "Payment",
    "PaymentClaim",
    "Period",
    "Posting",
    "ProofRun",
    "Reconciliation",
    "Round",
    "RoundChunk",
    "RoundComputation",
    "SampleItem",
    "SampleStratum",
    "Scheme",
    "SchemeVersion",
    "Signature",
    "SignaturePerson",
    "StackedScheme",
    "StackingBalance",
    "StackingGroup",
    "StatementLine",
    "StatementRefusal",
    "SubjectCode",
    "VerificationCall",
    "VerificationFinding",
    "VerificationSample",
    "VerificationWaiver",
    "Visit",
    "VisitPaper",
    "WhatIf",
    "WhatIfChange",
    "WhatIfCount",
]
