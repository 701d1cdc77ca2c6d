"""Figures of applications for a dossier: received, ended in a dossier, refused."""

from decimal import Decimal

from django.db.models import Q, QuerySet

from assistance.enums import AidApplicationState
from assistance.models import AidApplication
from unionportal.core.figures import Figure, span_of


def _intakes(path: str) -> QuerySet[AidApplication]:
    return AidApplication.objects.filter(
        Q(organisation__path__gte=path, organisation__path__lt=f"{path}~"),
        window__version__body__leads_to="dossier",
    )


def intakes_received(path: str, period: str) -> Decimal:
    """Handed in for the first time in the period, whatever became of them."""
    found = _intakes(path).filter(submitted_on__range=span_of(period))
    return Decimal(found.count())


def intakes_filed(path: str, period: str) -> Decimal:
    """Dossiers that were approved in the period upon an application."""
    found = _intakes(path).filter(intake__dossier__approved_on__range=span_of(period))
    return Decimal(found.count())


def intakes_refused(path: str, period: str) -> Decimal:
    """Refused in the period and not taken up again."""
    found = _intakes(path).filter(
        state=AidApplicationState.REFUSED, decided_on__range=span_of(period)
    )
    return Decimal(found.count())


INTAKE_FIGURES = (
    Figure(
        "assistance.intakes_received",
        "建档申请",
        "期内首次提交的困难职工建档申请，其后撤回和不予建档的也计；补充后再提交不重计",
        "申请",
        "户",
        intakes_received,
    ),
    Figure(
        "assistance.intakes_filed",
        "申请建档",
        "期内由本人申请、经公示批准建立的困难职工档案；工会直接登记的不计",
        "建档",
        "户",
        intakes_filed,
    ),
    Figure(
        "assistance.intakes_refused",
        "不予建档",
        "期内不予受理或不予建档、没有再复核的建档申请",
        "不予建档",
        "户",
        intakes_refused,
    ),
)
