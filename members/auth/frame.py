"""The frame of the staff site: painted once for a person and a place, then filled.

The theme builds sidebar, bar and head out of sixty templates; that took four fifths of
a list's time. What differs from request to request is left open in a kept frame: the
title, the trail, the forms' token, the page itself. A page with a message to tell, or
in a small window, is painted anew.
"""

import re
from secrets import token_hex
from time import monotonic
from typing import Any

from django.contrib import admin
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.html import conditional_escape

from unionportal.core.actor import Actor

KEPT_SECONDS = 60  # as long may the sidebar be behind a change of the person's posts
MOST_KEPT = 500  # of forty kilobytes each
# What nobody can type: drawn anew by each process.
_SECRET = token_hex(16)
CUT = f"[{_SECRET}]"
_OPEN = {
    name: f"[{_SECRET}:{name}]" for name in ("title", "trail", "token", "head", "main")
}
_PLACES = re.compile(rf"\[{_SECRET}:({'|'.join(_OPEN)})\]")
_NUMBERS = re.compile(r"\d+")
Frame = tuple[str, ...]
_kept: dict[tuple[object, ...], tuple[float, Frame]] = {}


def framed(
    request: HttpRequest, actor: Actor, template: str, context: dict[str, Any]
) -> HttpResponse:
    """Render a page of the staff site within its frame."""
    bare = context | {"frame": "staff/bare.html", "cut": CUT}
    head, trail, main = render_to_string(template, bare, request).split(CUT)
    found = {
        "title": conditional_escape(context["title"]),
        "trail": trail.strip(),
        "head": head,
        "main": main,
    }
    frame = _frame(request, actor, has_trail=bool(found["trail"]))
    if "token" in frame:
        found["token"] = get_token(request)
    return HttpResponse(
        "".join(found[part] if place % 2 else part for place, part in enumerate(frame))
    )


def _frame(request: HttpRequest, actor: Actor, *, has_trail: bool) -> Frame:
    """Text and the names of what is open, in turns."""
    if len(get_messages(request)) or request.GET.get("_popup"):
        return _painted(request, has_trail=has_trail)
    place = _NUMBERS.sub("0", request.path)
    key = (actor.user_id, actor.name, actor.seats, place, has_trail)
    now = monotonic()
    painted_at, frame = _kept.get(key, (0.0, ()))
    if not frame or now - painted_at > KEPT_SECONDS:
        frame = _painted(request, has_trail=has_trail)
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[key] = now, frame
    return frame


def _painted(request: HttpRequest, *, has_trail: bool) -> Frame:
    context = admin.site.each_context(request) | {
        "title": _OPEN["title"],
        "trail": _OPEN["trail"] if has_trail else "",
        "csrf_token": _OPEN["token"],
        "head": _OPEN["head"],
        "main": _OPEN["main"],
    }
    return tuple(_PLACES.split(render_to_string("staff/frame.html", context, request)))
