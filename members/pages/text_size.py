"""Large text: a choice kept in a cookie, for who reads without signing in too."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

YEAR = 365 * 24 * 60 * 60


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Switch between normal and large text and go back."""
    back = request.POST.get("back", "/")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    response = HttpResponseRedirect(back if safe else "/")
    size = "large" if request.POST.get("size") == "large" else "normal"
    response.set_cookie(
        "text_size", size, max_age=YEAR, samesite="Lax", secure=request.is_secure()
    )
    return response
