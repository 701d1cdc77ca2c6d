"""What became of messages, as a county's own system reads it: no words, no number."""

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView

from members.auth.client import ClientView
from members.queries.client_filters import ClientMessageFilter
from members.queries.message import messages_visible_to
from unionportal.core.api.filters import KnownFilters
from unionportal.core.api.pages import KeysetPages
from unionportal.core.models.messages import Message


class MessageSerializer(serializers.ModelSerializer[Message]):
    """State and moments; what was said stays between the portal and the person."""

    class Meta:
        model = Message
        fields = (
            *("id", "person_id", "about_kind", "about_id", "state", "reason"),
            *("attempt_count", "created_at", "sent_at", "reported_at"),
        )


EXAMPLE = OpenApiExample(
    "示例",
    value={
        "id": 5120,
        "person_id": 90017,
        "about_kind": "assistance.determination",
        "about_id": 77,
        "state": "failed",
        "reason": "用户关机，24 小时内没有送达",
        "attempt_count": 1,
        "created_at": "2025-12-01T10:00:00+08:00",
        "sent_at": "2025-12-01T10:00:05+08:00",
        "reported_at": "2025-12-02T10:00:05+08:00",
    },
    response_only=True,
)


@extend_schema(
    summary="通知短信的状态",
    description=(
        "本工会及下级的通知：待发送、已发送、已送达、失败（连同原因）、仅站内、已电话告知。"
        "不含内容和号码；失败的请打电话告知本人。"
    ),
    tags=["工会与人员"],
    examples=[EXAMPLE],
)
class MessageStateList(ClientView, ListAPIView[Message]):
    serializer_class = MessageSerializer
    pagination_class = KeysetPages
    filter_backends = (KnownFilters,)
    filterset_class = ClientMessageFilter

    def get_queryset(self) -> QuerySet[Message]:
        return messages_visible_to(self.actor)
