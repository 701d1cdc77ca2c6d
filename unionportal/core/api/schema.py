"""The schema names every error that an address may answer with."""

from typing import Any

from drf_spectacular.utils import Direction
from drf_standardized_errors.handler import exception_handler
from drf_standardized_errors.openapi import AutoSchema
from rest_framework import serializers

from unionportal.core.api.pages import KeysetPages


class RefusedDetail(serializers.Serializer[None]):
    code = serializers.CharField()
    detail = serializers.CharField()
    attr = serializers.CharField(allow_null=True, allow_blank=True)


class RefusedRequest(serializers.Serializer[None]):
    """What was wrong with a request: one entry for each parameter that is refused."""

    type = serializers.ChoiceField(["validation_error", "client_error"])
    errors = RefusedDetail(many=True)  # type: ignore[assignment]  # a field of that name


def _limits_of(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """What KnownFilters and KeysetPages refuse: empty values, and pages of no rows."""
    if name == KeysetPages.page_size_query_param:
        return {"minimum": 1}
    if schema.get("type") == "string" and not schema.keys() & {"enum", "format"}:
        return {"pattern": r"^[^\x00]+$"}
    return {}


class ErrorSchema(AutoSchema):
    """Our handler of exceptions answers in the library's form, outages apart.

    The library documents errors only where its own handler stands, and only for
    parameters that it knows; ours names any that does not exist.
    """

    def _get_response_bodies(self, direction: Direction = "response") -> dict[str, Any]:
        # The view is one made for drawing; requests get another.
        self.view.get_exception_handler = lambda: exception_handler  # type: ignore[method-assign]
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        return bodies

    def _get_parameters(self) -> list[dict[str, Any]]:
        parameters: list[dict[str, Any]] = super()._get_parameters()
        for one in parameters:
            if one["in"] == "query":
                # A pattern of the parameter's own says more than ours.
                one["schema"] = _limits_of(one["name"], one["schema"]) | one["schema"]
        return parameters

    def _get_request_body(
        self, direction: Direction = "request"
    ) -> dict[str, Any] | None:
        """Whatever takes a body needs one."""
        body: dict[str, Any] | None = super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        return body and {**body, "required": True}

    def _get_http400_serializer(self) -> type[RefusedRequest]:
        return RefusedRequest
