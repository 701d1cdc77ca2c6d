"""The sandbox of the acting client: back to its start state."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from members.actions.sandbox import reset_sandbox
from members.auth.actor import business_date
from members.auth.client import ClientView, WritePermission
from members.queries.post import client_in_force
from unionportal.core.api.bodies import Conflicting
from unionportal.core.api.schema import RefusedRequest
from unionportal.core.errors import Refusal


class SandboxReset(ClientView):
    permission_classes = (WritePermission,)
    is_served_inside = False

    @extend_schema(
        summary="沙箱复位",
        description=(
            "只供沙箱客户端：丢掉本沙箱的全部数据，回到起始状态。"
            "先等正在办理的请求办完；以前的游标随即作废（409 cursor_lost）。"
        ),
        tags=["沙箱"],
        request=None,
        responses={
            204: OpenApiResponse(description="已复位"),
            400: OpenApiResponse(RefusedRequest, description="没有查询参数"),
            409: OpenApiResponse(RefusedRequest, description="不是沙箱客户端"),
        },
    )
    def post(self, request: Request) -> Response:
        """Reset it; it takes no parameters and reads no body."""
        if request.query_params:
            raise ValidationError(
                dict.fromkeys(request.query_params, _("没有这个查询参数。")),
                code="unknown_parameter",
            )
        actor = self.actor
        client = client_in_force(str(actor.client_id))
        try:
            reset_sandbox(client_pk=client.pk, on=business_date(), by=actor)
        except Refusal as refusal:
            raise Conflicting(refusal) from refusal
        return Response(status=status.HTTP_204_NO_CONTENT)
