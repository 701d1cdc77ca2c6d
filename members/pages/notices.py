"""公示: lists under public notice, open to everybody, and objections to them."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from members.actions.notice import ANONYMOUS, file_objection
from members.auth.actor import business_date, request_actor
from members.auth.address import address_of
from members.auth.limits import count_attempt
from members.forms.objection import ObjectionForm, ReceiptForm
from members.models import Notice, NoticeLine, Objection
from members.queries.notice import (
    is_public,
    line_of,
    lines_matching,
    lines_of,
    notices_known,
    notices_matching,
    notices_public,
    objection_by_receipt,
    shown_receipt,
    successor_of,
    with_union_above,
)
from unionportal.core.actor import Actor
from unionportal.core.admin.keyset import keyset_page
from unionportal.core.errors import Refusal
from unionportal.core.notice_kinds import notice_kind
from unionportal.core.typed import record_key

PAGE = 50
LONGEST_SEARCH = 30
OBJECTIONS_AN_HOUR = 10
RECEIPTS_AN_HOUR = 20
PAGES_AN_HOUR = 300
GONE = 410
RECEIPT = "objection_receipt"
HOUR = 60 * 60


View = Callable[..., HttpResponse]


def open_to_people(view: View) -> View:
    """For people, not for programs: so many pages an hour, in no search engine's index."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: int, **keys: int) -> HttpResponse:
        seen = count_attempt("notices", address_of(request), seconds=HOUR)
        if seen > PAGES_AN_HOUR:
            answer = render(request, "members/notice_slower.html", status=429)
            answer["Retry-After"] = str(HOUR)
        else:
            answer = view(request, *args, **keys)
        answer["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return answer

    return never_cache(guarded)


@require_GET
@open_to_people
def notice_list(request: HttpRequest) -> HttpResponse:
    """Lists open today, a page at a time; those of a union, if one is named."""
    on = business_date()
    wanted = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    found = notices_matching(wanted, on) if wanted else notices_public(on)
    lines = keyset_page(request, with_union_above(found), size=20, latest_first=True)
    values = {"lines": lines, "q": wanted}
    return render(request, "members/notice_list.html", values)


@require_GET
@open_to_people
def notice_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One list: masked names by pages, or those found by surname or unit.

    Of a list that is over or withdrawn only that: its names are no longer public.
    """
    on = business_date()
    notice = get_object_or_404(notices_known(on), pk=pk)
    if not is_public(notice, on):
        told = {"notice": notice, "successor": successor_of(notice, on)}
        return render(request, "members/notice_over.html", told, status=GONE)
    wanted = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    if wanted:
        lines = lines_matching(notice, wanted, limit=PAGE)
    else:
        lines = lines_of(notice, after=_after(request), limit=PAGE + 1)
    shown = lines[:PAGE]
    values = {
        "notice": notice,
        "lines": shown,
        "heads": notice_kind(notice.about_kind).heads,
        "q": wanted,
        "more": shown[-1].pk if len(lines) > PAGE else 0,
    }
    partial = request.headers.get("HX-Request") == "true"
    name = "notice_lines.html" if partial else "notice_detail.html"
    return render(request, f"members/{name}", values)


@require_http_methods(["GET", "POST"])
@open_to_people
def object_to(request: HttpRequest, pk: int) -> HttpResponse:
    """Doubt one line or the whole list, with or without a name, with papers or not."""
    notice = _public(pk)
    line = _line(notice, request)
    actor = request_actor(request)
    by = actor if actor.kind == "worker" else ANONYMOUS
    form = ObjectionForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = _file(request, notice, line, form, by)
        except Refusal as refusal:
            field = refusal.field if refusal.field in form.fields else "text"
            form.add_error(field, str(refusal))
        else:
            request.session[RECEIPT] = made.receipt
            messages.success(
                request, _("异议已收到，工会将核查。核查期间只暂缓所涉人员。")
            )
            return redirect("members:objection-receipt")
    values = {"form": form, "notice": notice, "line": line, "by": by}
    return render(request, "members/objection_form.html", values)


@require_http_methods(["GET", "POST"])
@open_to_people
@sensitive_post_parameters("receipt")
def receipt(request: HttpRequest) -> HttpResponse:
    """What became of an objection, for whoever knows its receipt and nobody else."""
    fresh = request.session.get(RECEIPT, "")
    form = ReceiptForm(request.POST or None, initial={"receipt": fresh})
    found = objection_by_receipt(fresh)
    if request.method == "POST" and form.is_valid():
        tried = count_attempt("receipt", address_of(request), seconds=HOUR)
        asked = form.cleaned_data["receipt"]
        found = objection_by_receipt(asked) if tried <= RECEIPTS_AN_HOUR else None
        if found is None:
            sentence = (
                _("没有这个受理编号，请核对后再试。")
                if tried <= RECEIPTS_AN_HOUR
                else _("查询过于频繁，请一小时后再试。")
            )
            form.add_error("receipt", sentence)
    values = {
        "form": form,
        "objection": found,
        "receipt": shown_receipt(found) if found else "",
        "is_fresh": bool(found) and request.method == "GET",
    }
    return render(request, "members/objection_receipt.html", values)


def _file(
    request: HttpRequest,
    notice: Notice,
    line: NoticeLine | None,
    form: ObjectionForm,
    by: Actor,
) -> Objection:
    tried = count_attempt("objection", address_of(request), seconds=HOUR)
    if tried > OBJECTIONS_AN_HOUR:
        raise Refusal(_("提交过于频繁，请一小时后再试，或直接联系公示工会。"))
    return file_objection(
        notice_id=notice.pk,
        line_id=line.pk if line else None,
        text=form.cleaned_data["text"],
        evidence=form.checked_evidence(),
        on=business_date(),
        by=by,
    )


def _public(pk: int) -> Notice:
    return get_object_or_404(notices_public(business_date()), pk=pk)


def _line(notice: Notice, request: HttpRequest) -> NoticeLine | None:
    number = request.POST.get("line") or request.GET.get("line") or ""
    if not number:
        return None
    found = line_of(notice, record_key(number))
    if found is None:
        raise Http404
    return found


def _after(request: HttpRequest) -> int:
    return record_key(request.GET.get("after", ""))
