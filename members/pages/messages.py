"""消息: what the union has told me, read or not, with or without a text message."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from members.auth.actor import request_actor
from unionportal.core.admin.keyset import keyset_page
from unionportal.core.message_pages import page_of
from unionportal.core.messages.inbox import mark_read, messages_to, notes_of


@never_cache
@login_required
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """One's own messages, a page at a time, latest first."""
    page = keyset_page(
        request, messages_to(_person(request)), size=20, latest_first=True
    )
    values = {"lines": page, "notes": notes_of(page.rows)}
    return render(request, "members/messages.html", values)


@login_required
@require_POST
def open_message(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that it was read, and go to what it is about."""
    person_id = _person(request)
    message = get_object_or_404(messages_to(person_id), pk=pk)
    mark_read(person_id, message.pk)
    there = page_of(message.about_kind, message.about_id)
    return redirect(there or "members:messages")


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Note that all were read."""
    mark_read(_person(request))
    return redirect("members:messages")


def _person(request: HttpRequest) -> int:
    actor = request_actor(request)
    if actor.kind != "worker" or actor.person_id is None:
        raise Http404
    return actor.person_id
