"""Read access of county systems to their own dossiers, rounds, determinations and payments."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.views import APIView

from assistance.api.serializers import (
    DeterminationSerializer,
    DossierSerializer,
    PaymentSerializer,
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
from members.auth.client import ClientAuthentication, ReadPermission, api_actor
from unionportal.core.actor import Actor
from unionportal.core.api.pages import KeysetPages


class CountyView(APIView):
    """What all views for county systems share."""

    authentication_classes = (ClientAuthentication,)
    permission_classes = (ReadPermission,)

    @property
    def actor(self) -> Actor:
        """The client, with its union's reach."""
        return api_actor(self.request)


class DossierReach(CountyView):
    serializer_class = DossierSerializer

    def get_queryset(self) -> QuerySet[HouseholdDossier]:
        return dossiers_visible_to(self.actor).select_related(
            "organisation", "keeper", "principal"
        )


class RoundReach(CountyView):
    serializer_class = RoundSerializer

    def get_queryset(self) -> QuerySet[Round]:
        return rounds_visible_to(self.actor).select_related(
            "version__scheme", "period", "organisation"
        )


class InRound(CountyView):
    """Lists that belong to one round; a round out of reach does not exist."""

    @property
    def round(self) -> Round:
        """The round named in the address."""
        return get_object_or_404(rounds_visible_to(self.actor), pk=self.kwargs["pk"])


@extend_schema(summary="困难职工档案列表", tags=["档案"])
class DossierList(DossierReach, ListAPIView[HouseholdDossier]):
    pagination_class = KeysetPages
    filterset_class = DossierFilter


@extend_schema(summary="一份困难职工档案", tags=["档案"])
class DossierDetail(DossierReach, RetrieveAPIView[HouseholdDossier]):
    pass


@extend_schema(summary="发放轮次列表", tags=["轮次"])
class RoundList(RoundReach, ListAPIView[Round]):
    pagination_class = KeysetPages
    filterset_class = RoundFilter


@extend_schema(summary="一个发放轮次", tags=["轮次"])
class RoundDetail(RoundReach, RetrieveAPIView[Round]):
    pass


@extend_schema(summary="轮次中的认定", tags=["轮次"])
class DeterminationList(InRound, ListAPIView[Determination]):
    serializer_class = DeterminationSerializer
    pagination_class = KeysetPages
    filterset_class = DeterminationFilter

    def get_queryset(self) -> QuerySet[Determination]:
        round = self.round
        return (
            determinations_visible_to(self.actor)
            .filter(year=round.year, round=round)
            .select_related("organisation")
        )


@extend_schema(summary="轮次中的发放", tags=["轮次"])
class PaymentList(InRound, ListAPIView[Payment]):
    serializer_class = PaymentSerializer
    pagination_class = KeysetPages
    filterset_class = PaymentFilter

    def get_queryset(self) -> QuerySet[Payment]:
        round = self.round
        return (
            payments_visible_to(self.actor)
            .filter(year=round.year, batch__round=round)
            .select_related("batch__organisation", "claim", "source", "account")
        )
