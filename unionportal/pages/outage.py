"""What a visitor gets when the portal itself fails: 500, or 503 that passes."""

import sys

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from drf_standardized_errors.handler import exception_handler
from drf_standardized_errors.types import ExceptionHandlerContext
from rest_framework.response import Response

from unionportal.core.outage import is_outage

RETRY_SECONDS = 5
NOT_THERE = "没有这个地址，请核对接口文档。"
LATER = "服务暂时不可用，请几秒钟后再试；不确定刚才是否办成的，请先查看一次。"


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for an exception: come back in a moment, or something is wrong here."""
    if not is_outage(sys.exc_info()[1]):
        return render(request, "500.html", status=500)
    answer = _unavailable(request)
    answer["Retry-After"] = str(RETRY_SECONDS)
    return answer


def _unavailable(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/api/"):
        error = {"code": "unavailable", "detail": LATER, "attr": None}
        body = {"type": "server_error", "errors": [error]}
        return JsonResponse(body, status=503)
    return render(request, "503.html", {"later": LATER}, status=503)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a program in the API's form, a person with a page."""
    del exception
    if request.path.startswith("/api/"):
        error = {"code": "not_found", "detail": NOT_THERE, "attr": None}
        return JsonResponse({"type": "client_error", "errors": [error]}, status=404)
    return render(request, "404.html", status=404)


def api_exception(
    error: Exception, context: ExceptionHandlerContext
) -> Response | None:
    """Leave an outage to `server_error`; all else in the API's own form."""
    if is_outage(error):
        return None
    answer: Response | None = exception_handler(error, context)
    return answer
