"""Read access of county systems to their unions, employers, people and memberships."""

from typing import Any

from django.db.models import Model, QuerySet
from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound
from rest_framework.generics import RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from members.api import examples
from members.api.serializers import (
    EmployerSerializer,
    MembershipSerializer,
    MovedSerializer,
    OrganisationSerializer,
    PersonSerializer,
)
from members.auth.client import ClientView
from members.models import Employer, Membership, Organisation, Person
from members.queries.client_filters import (
    ClientEmployerFilter,
    ClientMembershipFilter,
    ClientOrganisationFilter,
    ClientPersonFilter,
)
from members.queries.of_client import (
    employers_of_client,
    memberships_of_client,
    organisations_of_client,
    people_of_client,
)
from unionportal.core.api.filters import KnownFilters
from unionportal.core.api.pages import KeysetPages
from unionportal.core.api.rows import PlainListView

REACH = "只返回本工会及下级的记录；别处的记录等于不存在（404）。"
MOVED = {
    301: OpenApiResponse(
        MovedSerializer, description="已并入另一条记录：Location 和 moved_to 指向它"
    )
}
MASKED = "身份证号、手机号只给首尾几位。"


class OrganisationReach(ClientView):
    def get_queryset(self) -> QuerySet[Organisation]:
        return organisations_of_client(self.actor)


class EmployerReach(ClientView):
    def get_queryset(self) -> QuerySet[Employer]:
        return employers_of_client(self.actor)


class PersonReach(ClientView):
    def get_queryset(self) -> QuerySet[Person]:
        return people_of_client(self.actor)


class MembershipReach(ClientView):
    def get_queryset(self) -> QuerySet[Membership]:
        return memberships_of_client(self.actor)


class MovedOn(RetrieveAPIView[Any]):
    """A record that another took the place of answers with the way to that."""

    filter_backends = ()
    moved_by: str
    url_name: str

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer with the record, or with 301 and where it went."""
        record: Model = self.get_object()
        moved_to = getattr(record, self.moved_by)
        if moved_to is None:
            return Response(self.get_serializer(record).data)
        if not self.get_queryset().filter(pk=moved_to).exists():
            raise NotFound  # it went where this client sees nothing
        target = reverse(f"members_api:{self.url_name}", args=[moved_to])
        return Response(
            {"moved_to": moved_to},
            status=status.HTTP_301_MOVED_PERMANENTLY,
            headers={"Location": target},
        )


@extend_schema(
    summary="工会列表",
    description=f"本工会及下级，含筹备、锁定和已注销的。{REACH}",
    tags=["工会与人员"],
    examples=examples.ORGANISATIONS,
)
class OrganisationList(OrganisationReach, PlainListView[Organisation]):
    serializer_class = OrganisationSerializer
    pagination_class = KeysetPages
    filter_backends = (KnownFilters,)
    filterset_class = ClientOrganisationFilter


@extend_schema(
    summary="一个工会",
    description=f"已并入另一工会的回答 301。{REACH}",
    tags=["工会与人员"],
    responses={200: OrganisationSerializer, **MOVED},
    examples=examples.ORGANISATIONS,
)
class OrganisationDetail(OrganisationReach, MovedOn):
    serializer_class = OrganisationSerializer
    moved_by, url_name = "successor_id", "organisation"


@extend_schema(
    summary="用人单位列表",
    description=f"由本工会及下级负责建会的用人单位，含已停业的。{REACH}",
    tags=["工会与人员"],
    examples=examples.EMPLOYERS,
)
class EmployerList(EmployerReach, PlainListView[Employer]):
    serializer_class = EmployerSerializer
    pagination_class = KeysetPages
    filter_backends = (KnownFilters,)
    filterset_class = ClientEmployerFilter


@extend_schema(
    summary="一个用人单位",
    description=REACH,
    tags=["工会与人员"],
    examples=examples.EMPLOYERS,
)
class EmployerDetail(EmployerReach, RetrieveAPIView[Employer]):
    serializer_class = EmployerSerializer
    filter_backends = ()


@extend_schema(
    summary="人员列表",
    description=f"登记在本工会及下级的人员。{MASKED}{REACH}",
    tags=["工会与人员"],
    examples=examples.PEOPLE,
)
class PersonList(PersonReach, PlainListView[Person]):
    serializer_class = PersonSerializer
    pagination_class = KeysetPages
    filter_backends = (KnownFilters,)
    filterset_class = ClientPersonFilter


@extend_schema(
    summary="一个人员",
    description=f"已合并到另一份登记的回答 301。{MASKED}{REACH}",
    tags=["工会与人员"],
    responses={200: PersonSerializer, **MOVED},
    examples=examples.PEOPLE,
)
class PersonDetail(PersonReach, MovedOn):
    serializer_class = PersonSerializer
    moved_by, url_name = "merged_into_id", "person"


@extend_schema(
    summary="会籍列表",
    description=f"会籍在本工会及下级的会员，含已退会的。{REACH}",
    tags=["工会与人员"],
    examples=examples.MEMBERSHIPS,
)
class MembershipList(MembershipReach, PlainListView[Membership]):
    serializer_class = MembershipSerializer
    pagination_class = KeysetPages
    filter_backends = (KnownFilters,)
    filterset_class = ClientMembershipFilter


@extend_schema(
    summary="一份会籍",
    description=REACH,
    tags=["工会与人员"],
    examples=examples.MEMBERSHIPS,
)
class MembershipDetail(MembershipReach, RetrieveAPIView[Membership]):
    serializer_class = MembershipSerializer
    filter_backends = ()
