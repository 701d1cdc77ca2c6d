"""公示: lists under public notice, open to everybody, and objections to them."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from members.actions.notice import ANONYMOUS, file_objection
from members.auth.actor import business_date, request_actor
from members.auth.address import address_of
from members.auth.limits import count_attempt
from members.forms.objection import ObjectionForm
from members.models import Notice, NoticeLine
from members.queries.notice import (
    line_of,
    lines_matching,
    lines_of,
    notices_matching,
    notices_public,
    with_union_above,
)
from unionportal.core.actor import Actor
from unionportal.core.admin.keyset import keyset_page
from unionportal.core.errors import Refusal

PAGE = 50
LONGEST_SEARCH = 30
OBJECTIONS_AN_HOUR = 10
HOUR = 60 * 60


@require_GET
def notice_list(request: HttpRequest) -> HttpResponse:
    """Lists open today, a page at a time; those of a union, if one is named."""
    on = business_date()
    wanted = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    found = notices_matching(wanted, on) if wanted else notices_public(on)
    lines = keyset_page(request, with_union_above(found), size=20, latest_first=True)
    values = {"lines": lines, "q": wanted}
    return render(request, "members/notice_list.html", values)


@require_GET
def notice_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One list: masked names by pages, or those found by surname or unit."""
    notice = _public(pk)
    wanted = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    if wanted:
        lines = lines_matching(notice, wanted, limit=PAGE)
    else:
        lines = lines_of(notice, after=_after(request), limit=PAGE + 1)
    shown = lines[:PAGE]
    values = {
        "notice": notice,
        "lines": shown,
        "q": wanted,
        "more": shown[-1].pk if len(lines) > PAGE else 0,
    }
    partial = request.headers.get("HX-Request") == "true"
    name = "notice_lines.html" if partial else "notice_detail.html"
    return render(request, f"members/{name}", values)


@require_http_methods(["GET", "POST"])
def object_to(request: HttpRequest, pk: int) -> HttpResponse:
    """Doubt one line or the whole list, with or without a name."""
    notice = _public(pk)
    line = _line(notice, request)
    actor = request_actor(request)
    by = actor if actor.kind == "worker" else ANONYMOUS
    form = ObjectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _file(request, notice, line, form.cleaned_data["text"], by)
        except Refusal as refusal:
            form.add_error("text", str(refusal))
        else:
            messages.success(
                request, _("异议已收到，工会将核查。核查期间只暂缓所涉人员。")
            )
            return redirect("members:notice-detail", pk=notice.pk)
    values = {"form": form, "notice": notice, "line": line, "by": by}
    return render(request, "members/objection_form.html", values)


def _file(
    request: HttpRequest, notice: Notice, line: NoticeLine | None, text: str, by: Actor
) -> None:
    tried = count_attempt("objection", address_of(request), seconds=HOUR)
    if tried > OBJECTIONS_AN_HOUR:
        raise Refusal(_("提交过于频繁，请一小时后再试，或直接联系公示工会。"))
    file_objection(
        notice_id=notice.pk,
        line_id=line.pk if line else None,
        text=text,
        on=business_date(),
        by=by,
    )


def _public(pk: int) -> Notice:
    return get_object_or_404(notices_public(business_date()), pk=pk)


def _line(notice: Notice, request: HttpRequest) -> NoticeLine | None:
    number = request.POST.get("line") or request.GET.get("line") or ""
    if not number:
        return None
    found = line_of(notice, int(number)) if number.isdecimal() else None
    if found is None:
        raise Http404
    return found


def _after(request: HttpRequest) -> int:
    number = request.GET.get("after", "")
    return int(number) if number.isdecimal() and len(number) < 18 else 0
