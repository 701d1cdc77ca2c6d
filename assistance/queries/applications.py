"""Applications for aid: who sees which, and what is said in one."""

from collections.abc import Iterable, Iterator
from datetime import date

from django.db.models import Count, Q, QuerySet

from assistance.enums import AidApplicationState
from assistance.models import AidApplication, AidEvidence, AidWindow
from assistance.queries.schemes import scheme_of
from assistance.rules.scheme_form import Form
from members.enums import OrganisationLevel, OrganisationState
from members.models import Organisation
from unionportal.core.actor import Actor
from unionportal.core.formula.declare import FactDeclaration, FactType
from unionportal.core.scope import within

_DECIDING = (
    OrganisationLevel.COUNTY,
    OrganisationLevel.PREFECTURE,
    OrganisationLevel.PROVINCE,
)
_TRUTHS = {True: "是", False: "否"}


def applications_visible_to(actor: Actor) -> QuerySet[AidApplication]:
    """A worker's own; those of the unions in the actor's reach, drafts apart."""
    rows = AidApplication.objects.select_related(
        *("window__period", "window__version__scheme", "window__organisation"),
        *("scheme", "organisation", "union", "applicant", "payee"),
    ).order_by("-id")
    if actor.kind == "worker":
        return rows.filter(applicant_id=actor.person_id or 0)
    reach = within(actor, "organisation__path") | within(actor, "union__path")
    return rows.filter(reach).exclude(submitted_on=None)


def windows_visible_to(actor: Actor) -> QuerySet[AidWindow]:
    """A call for applications is public to everybody whom it may concern."""
    windows = AidWindow.objects.select_related(
        "scheme", "version__scheme", "period", "organisation"
    ).order_by("-opens_on", "-id")
    if actor.kind in {"staff", "system", "client"}:
        return windows.filter(within(actor, "organisation__path") | _above(actor))
    return windows


def _above(actor: Actor) -> Q:
    """The windows of unions above the actor's: they are open to his workers."""
    step = Organisation.steplen
    paths = {
        seat.path[:end]
        for seat in actor.seats
        for end in range(step, len(seat.path), step)
    }
    return Q(organisation__path__in=paths)


def windows_open(on: date, path: str) -> QuerySet[AidWindow]:
    """The windows open on a day to the workers of a union, the nearest union first."""
    step = Organisation.steplen
    above = [path[:end] for end in range(step, len(path) + 1, step)]
    return (
        AidWindow.objects.select_related("version__scheme", "period", "organisation")
        .filter(opens_on__lte=on, closes_on__gte=on, organisation__path__in=above)
        .order_by("-organisation__depth", "closes_on", "id")
    )


def schemes_applied_for() -> list[tuple[str, str]]:
    """Code and title of every scheme for which there was a window."""
    windows = AidWindow.objects.order_by("scheme__code").distinct()
    return list(windows.values_list("scheme__code", "scheme__title"))


def window_counts(
    actor: Actor, windows: Iterable[AidWindow]
) -> dict[int, dict[str, int]]:
    """How many applications in the actor's reach stand where, by window and state."""
    found = {one.pk: dict.fromkeys(AidApplicationState.values, 0) for one in windows}
    rows = (
        applications_visible_to(actor)
        .filter(window__in=found)
        .order_by()
        .values_list("window", "state")
        .annotate(count=Count("id"))
    )
    for window, state, count in rows:
        found[window][state] = count
    return found


def form_of(window: AidWindow) -> Form:
    """The form that a window's version declares."""
    form = scheme_of(window.version).form
    if form is None:
        raise ValueError(f"a window on a scheme without a form: {window.pk}")
    return form


def union_to_decide(union: Organisation) -> Organisation:
    """Who takes and pays the applications of a union's workers: its county union.

    Where none stands above, the union itself.
    """
    step = Organisation.steplen
    above = [union.path[:end] for end in range(step, len(union.path) + 1, step)]
    found = Organisation.objects.filter(
        path__in=above, level__in=_DECIDING, state=OrganisationState.NORMAL
    )
    return found.order_by("-depth").first() or union


def earlier_application(person_id: int, window: AidWindow) -> AidApplication | None:
    """The latest one for the same scheme and another occurrence: its answers are reused."""
    return (
        AidApplication.objects.filter(applicant=person_id, scheme=window.scheme_id)
        .exclude(occurrence=window.occurrence)
        .exclude(submitted_on=None)
        .order_by("-id")
        .first()
    )


def papers_of(application: AidApplication) -> QuerySet[AidEvidence]:
    """What was handed in, without the files themselves."""
    rows = AidEvidence.objects.filter(application=application).order_by("number")
    return rows.defer("content")


def evidence_of(applications: QuerySet[AidApplication]) -> QuerySet[AidEvidence]:
    """The papers of these applications, without the files themselves."""
    rows = AidEvidence.objects.filter(application__in=applications.order_by())
    return rows.defer("content").order_by("id")


def papers_by_item(application: AidApplication) -> dict[str, list[AidEvidence]]:
    """The papers handed in for each item."""
    found: dict[str, list[AidEvidence]] = {}
    for paper in papers_of(application):
        found.setdefault(paper.item, []).append(paper)
    return found


def answers_in_words(application: AidApplication) -> Iterator[tuple[str, str]]:
    """What is said in an application: the form's labels and the answers, in order."""
    for field in form_of(application.window).fields:
        said = application.answers.get(field.code)
        if said not in (None, ""):
            yield field.declaration.name, in_words(field.declaration, said)


def in_words(declaration: FactDeclaration, said: object) -> str:
    """One stored answer as people read it."""
    if declaration.type is FactType.CHOICE:
        return dict(declaration.choices).get(str(said), str(said))
    if declaration.type is FactType.BOOLEAN:
        return _TRUTHS.get(said, str(said)) if isinstance(said, bool) else str(said)
    return f"{said} {declaration.unit}".strip()
