"""Flags of censuses (普查问题) as a county's own system reads them."""

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView

from members.api.serializers import code_of
from members.auth.client import ClientView
from members.models import UnionFlag
from members.queries.client_filters import ClientFlagFilter
from members.queries.union_flag import flags_visible_to
from unionportal.core.api.filters import KnownFilters
from unionportal.core.api.pages import KeysetPages


class FlagSerializer(serializers.ModelSerializer[UnionFlag]):
    """What was found, until when, and what was answered; papers stay in the portal."""

    organisation = code_of("organisation.code", "工会代码")

    class Meta:
        model = UnionFlag
        fields = (
            *("id", "organisation", "rule", "title", "facts", "state"),
            *("first_seen_on", "last_seen_on", "due_on", "reopened"),
            *("answer", "answered_on"),
        )


EXAMPLE = OpenApiExample(
    "示例",
    value={
        "id": 8102,
        "organisation": "81350426MC0000001X",
        "rule": "no_account",
        "title": "没有独立账户",
        "facts": {"level": "basic", "has_account": False},
        "state": "open",
        "first_seen_on": "2025-12-01",
        "last_seen_on": "2025-12-01",
        "due_on": "2026-03-01",
        "reopened": 0,
        "answer": "",
        "answered_on": None,
    },
    response_only=True,
)


@extend_schema(
    summary="普查问题列表",
    description=(
        "本工会及下级的普查问题：所见事实、期限、办到哪一步。逾期未答复的："
        "state=open 并以 due_before 写今天。整改和说明在门户办理（须附材料、由人签办）。"
        "别处的记录等于不存在。"
    ),
    tags=["工会与人员"],
    examples=[EXAMPLE],
)
class FlagList(ClientView, ListAPIView[UnionFlag]):
    serializer_class = FlagSerializer
    pagination_class = KeysetPages
    filter_backends = (KnownFilters,)
    filterset_class = ClientFlagFilter

    def get_queryset(self) -> QuerySet[UnionFlag]:
        return flags_visible_to(self.actor)
