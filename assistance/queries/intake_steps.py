"""The steps of an application for a dossier after it is taken, as its owner reads them."""

from collections.abc import Iterator

from assistance.enums import AidApplicationState
from assistance.models import AidApplication, DossierIntake
from assistance.queries.intakes import notice_of
from assistance.queries.worker_steps import Step, StepState

_PATH = (
    AidApplicationState.ACCEPTED,
    AidApplicationState.VISITED,
    AidApplicationState.NOTICED,
    AidApplicationState.FILED,
)


def intake_steps(application: AidApplication) -> Iterator[Step]:
    """Visit, class and notice, dossier; nothing for one that was refused."""
    state = AidApplicationState(application.state)
    if state == AidApplicationState.REFUSED:
        return
    intake = DossierIntake.objects.filter(application=application).first()
    notice = notice_of(application)
    yield Step(
        code="visit",
        title="入户走访",
        state=_at(state, AidApplicationState.ACCEPTED),
        on=intake.visited_on if intake else None,
        holder=application.union.name,
        detail="工会上门核对，请在入户调查表上签名。",
    )
    yield Step(
        code="announce",
        title="县级工会核定类别",
        state=_at(state, AidApplicationState.VISITED),
        holder=application.organisation.name,
    )
    yield Step(
        code="notice",
        title="公示",
        state=_at(state, AidApplicationState.NOTICED),
        due_on=notice.ends_on if notice else None,
        detail="期满没有异议，由另一位工作人员批准建档。",
    )
    filed = state == AidApplicationState.FILED
    dossier = intake.dossier if intake and filed else None
    yield Step(
        code="file",
        title="建档",
        state="done" if filed else "next",
        on=dossier.approved_on if dossier else None,
        detail=f"档案编号 {dossier.number}" if dossier else "",
    )


def _at(state: AidApplicationState, step: AidApplicationState) -> StepState:
    """Where a step stands that is done once its state has been left."""
    if state not in _PATH or _PATH.index(state) < _PATH.index(step):
        return "next"
    return "now" if state == step else "done"
