"""Reading cannot write: GET and HEAD run in a read-only transaction.

The database refuses a write then, whoever forgot what. Stands last among the
middleware, so that sessions, which are saved outside of it, still can be.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, resolve

from unionportal.core.replica import READING_METHODS, reading_aliases

View = TypeVar("View", bound=Callable[..., Any])


_MARK = "writes_on_get"


def writes_on_get(view: View) -> View:
    """Exempt a view; stands outermost, with the reason in a comment beside it."""
    setattr(view, _MARK, True)
    return view


@contextmanager
def read_only(*aliases: str) -> Iterator[None]:
    """Run the block in a transaction in which the database refuses every write.

    With several databases, in one of each.
    """
    with ExitStack() as stack:
        for alias in aliases or (DEFAULT_DB_ALIAS,):
            stack.enter_context(transaction.atomic(using=alias))
            with connections[alias].cursor() as cursor:
                cursor.execute("SET TRANSACTION READ ONLY")
        yield


def is_exempt(path: str) -> bool:
    """Tell whether the view behind a path may write while it answers a GET.

    Besides marked views, ``settings.WRITING_GET_PREFIXES`` names paths of libraries.
    """
    prefixes: tuple[str, ...] = tuple(getattr(settings, "WRITING_GET_PREFIXES", ()))
    if path.startswith(prefixes):
        return True
    try:
        view = resolve(path).func
    except Resolver404:
        return True
    candidates = (view, getattr(view, "view_class", None), getattr(view, "cls", None))
    return any(getattr(each, _MARK, False) for each in candidates)


class ReadOnlyMiddleware:
    """Wraps the answering of GET and HEAD into a read-only transaction."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep the next step."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, read-only where the method only reads."""
        if request.method not in READING_METHODS or is_exempt(request.path_info):
            return self.get_response(request)
        with read_only(*reading_aliases()):
            return self.get_response(request)
