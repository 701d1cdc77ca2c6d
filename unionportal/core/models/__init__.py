"""Tables of the shared ground."""

from unionportal.core.models.archive import ArchivedYear
from unionportal.core.models.audit import AuditEntry, AuditLink, AuditPending
from unionportal.core.models.idempotency import StoredReply
from unionportal.core.models.jobs import Job, JobState
from unionportal.core.models.messages import (
    CallOutcome,
    Message,
    MessageCall,
    MessageReport,
    MessageState,
    MessageWording,
)
from unionportal.core.models.paper import SealedPaper
from unionportal.core.models.upload import RowVerdict, Upload, UploadRow, UploadState

__all__ = [
    "ArchivedYear",
    "AuditEntry",
    "AuditLink",
    "AuditPending",
    "CallOutcome",
    "Job",
    "JobState",
    "Message",
    "MessageCall",
    "MessageReport",
    "MessageState",
    "MessageWording",
    "RowVerdict",
    "SealedPaper",
    "StoredReply",
    "Upload",
    "UploadRow",
    "UploadState",
]
