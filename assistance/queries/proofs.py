"""Proofs of the books as people read them: the latest, the list, what waits."""

from datetime import date

from django.db.models import QuerySet

from assistance.models import Entry, ProofRun
from members.enums import Role
from members.models import Organisation
from unionportal.core.actor import Actor
from unionportal.core.queues import QueueItem

STALE_DAYS = 2
READERS = (Role.AUDITOR, Role.ADMINISTRATOR)
URL = "/staff/assistance/funds/proofs/"


def reads_proofs(actor: Actor) -> bool:
    """Auditors and administrators of a topmost union: a proof is of all the books."""
    return actor.is_system or any(
        seat.role in READERS and len(seat.path) == Organisation.steplen
        for seat in actor.seats
    )


def proofs_visible_to(actor: Actor) -> QuerySet[ProofRun]:
    """Every proof, latest first; nothing to whom it does not concern."""
    proofs = ProofRun.objects.order_by("-id")
    return proofs if reads_proofs(actor) else proofs.none()


def latest_proof() -> ProofRun | None:
    """What the last proof found."""
    return ProofRun.objects.order_by("-id").first()


def proofs_waiting(actor: Actor, on: date) -> list[QueueItem]:
    """A proof that failed, and books that nobody has proved for days."""
    role = next((seat.role for seat in actor.seats if seat.role in READERS), "")
    if not role or not reads_proofs(actor):
        return []
    last = latest_proof()
    if last is None:
        first = Entry.objects.order_by("id").values_list("on", flat=True).first()
        if first is None:
            return []
        return [_item("账目还没有核对过", "请立即核对", first, role)]
    if not last.is_green:
        detail = last.chain_fault or str(last.problems[0]["sentence"])
        return [_item(f"账目核对有 {last.problem_count} 处不符", detail, last.on, role)]
    days = (on - last.on).days
    if days > STALE_DAYS:
        detail = "每夜的核对没有进行，请检查定时进程后立即核对"
        return [_item(f"账目已 {days} 天没有核对", detail, last.on, role)]
    return []


def _item(title: str, detail: str, since: date, role: str) -> QueueItem:
    return QueueItem(
        title=title,
        detail=detail,
        url=URL,
        organisation_name="",
        waiting_since=since,
        due_on=since,
        role=role,
    )
