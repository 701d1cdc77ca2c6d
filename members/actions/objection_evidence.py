"""What was handed in with an objection: looking at it is written down."""

from datetime import date

from django.db import transaction

from members.models import ObjectionEvidence
from members.permissions.notices import can_look_at_evidence
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.papers import content_of


@transaction.atomic
def look_at_evidence(*, evidence_id: int, on: date, by: Actor) -> bytes:
    """Return the content of one file, unsealed; who looked at which is in the trail."""
    evidence = ObjectionEvidence.objects.select_related(
        "objection__notice__organisation"
    ).get(pk=evidence_id)
    objection = evidence.objection
    can_look_at_evidence(by, objection).require()
    record(
        by=by,
        verb="look",
        subject=objection,
        on=on,
        organisation_id=objection.notice.organisation_id,
        changes={"evidence": evidence.number},
    )
    return content_of(evidence)
