"""Read access of county systems to their own dossiers, rounds, determinations and payments."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request

from assistance.api import examples
from assistance.api.serializers import (
    DeterminationSerializer,
    DossierDetailSerializer,
    DossierSerializer,
    PaymentSerializer,
    RoundDetailSerializer,
    RoundSerializer,
)
from assistance.models import Determination, HouseholdDossier, Payment, Round
from assistance.queries.determinations import determinations_visible_to
from assistance.queries.dossiers import dossiers_visible_to
from assistance.queries.filters import (
    DeterminationFilter,
    DossierFilter,
    PaymentFilter,
    RoundFilter,
)
from assistance.queries.payments import payments_visible_to
from assistance.queries.rounds import rounds_visible_to
from members.auth.client import ClientView
from unionportal.core.api.filters import KnownFilters
from unionportal.core.api.pages import KeysetPages
from unionportal.core.api.rows import PlainListView

REACH = "只返回本工会及下级的记录；别处的记录等于不存在（404）。"
MONEY = "金额是字符串，单位元，两位小数。"


class DossierReach(ClientView):
    def get_queryset(self) -> QuerySet[HouseholdDossier]:
        return dossiers_visible_to(self.actor).select_related(
            "organisation", "keeper", "principal"
        )


class RoundReach(ClientView):
    def get_queryset(self) -> QuerySet[Round]:
        """Without the text of the rules, which nobody reads here."""
        return rounds_visible_to(self.actor).defer("version__source", "version__body")


class InRound(ClientView):
    """Lists that belong to one round; a round out of reach does not exist."""

    round: Round

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """After the token: find the round named in the address."""
        super().initial(request, *args, **kwargs)
        self.round = get_object_or_404(rounds_visible_to(self.actor), pk=kwargs["pk"])

    def lines(self) -> dict[str, int]:
        """The lines of the round; none while the schema is drawn."""
        round_ = getattr(self, "round", None)
        return {"year": round_.year, "round": round_.pk} if round_ else {}


@extend_schema(
    summary="困难职工档案列表",
    description=f"在档和已退出的档案，按编号先后。{REACH}{MONEY}",
    tags=["档案"],
    examples=examples.DOSSIERS,
)
class DossierList(DossierReach, PlainListView[HouseholdDossier]):
    serializer_class = DossierSerializer
    pagination_class = KeysetPages
    filter_backends = (KnownFilters,)
    filterset_class = DossierFilter


@extend_schema(
    summary="一份困难职工档案",
    description=f"档案及家庭其他成员。{REACH}{MONEY}",
    tags=["档案"],
    examples=examples.DOSSIER,
)
class DossierDetail(DossierReach, RetrieveAPIView[HouseholdDossier]):
    serializer_class = DossierDetailSerializer
    filter_backends = ()

    def get_queryset(self) -> QuerySet[HouseholdDossier]:
        return super().get_queryset().prefetch_related("members")


@extend_schema(
    summary="发放轮次列表",
    description=(
        "本工会及下级组织的轮次，以及覆盖本工会的上级轮次。"
        "上级轮次的合计涉及别的县，对县级系统为 null。" + MONEY
    ),
    tags=["轮次"],
    examples=examples.ROUNDS,
)
class RoundList(RoundReach, ListAPIView[Round]):
    serializer_class = RoundSerializer
    pagination_class = KeysetPages
    filter_backends = (KnownFilters,)
    filterset_class = RoundFilter


@extend_schema(
    summary="一个发放轮次",
    description=(
        "轮次及本工会范围内各发放工会的合计（counties）。"
        "上级轮次的总合计（totals）涉及别的县，对县级系统为 null。" + MONEY
    ),
    tags=["轮次"],
    examples=examples.ROUND,
)
class RoundDetail(RoundReach, RetrieveAPIView[Round]):
    serializer_class = RoundDetailSerializer
    filter_backends = ()


@extend_schema(
    summary="轮次中的认定",
    description=(
        "每户一条，写明结论、理由和所依据的值；被取代的也在内，"
        f"只要现行的请用 is_current=true。{REACH}{MONEY}"
    ),
    tags=["轮次"],
    examples=examples.DETERMINATIONS,
)
class DeterminationList(InRound, PlainListView[Determination]):
    serializer_class = DeterminationSerializer
    pagination_class = KeysetPages
    filter_backends = (KnownFilters,)
    filterset_class = DeterminationFilter

    def get_queryset(self) -> QuerySet[Determination]:
        return determinations_visible_to(self.actor).filter(**self.lines())


@extend_schema(
    summary="轮次中的发放",
    description=(
        "每次发放一条，退回后重发的是同一认定的下一次（attempt）。"
        f"收款账号只给后四位。{REACH}{MONEY}"
    ),
    tags=["轮次"],
    examples=examples.PAYMENTS,
)
class PaymentList(InRound, PlainListView[Payment]):
    serializer_class = PaymentSerializer
    pagination_class = KeysetPages
    filter_backends = (KnownFilters,)
    filterset_class = PaymentFilter

    def get_queryset(self) -> QuerySet[Payment]:
        lines = self.lines()
        batch = {"batch__round": lines.pop("round")} if lines else {}
        return payments_visible_to(self.actor).filter(**lines, **batch)
