"""Reading cannot write: the database refuses it during GET and HEAD."""

import pytest
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.test import Client, RequestFactory
from django.urls import path
from django.views import View
from pytest_django import Settings

from unionportal.core.models import StoredReply
from unionportal.core.readonly import ReadOnlyMiddleware, read_only, writes_on_get


def write() -> None:
    StoredReply.objects.create(scope="s", key="k", body_digest="d")


def writing(request: HttpRequest) -> HttpResponse:
    write()
    return HttpResponse("written")


@writes_on_get  # the test's reason: a page that must
def exempt(request: HttpRequest) -> HttpResponse:
    return writing(request)


class Exempt(View):
    writes_on_get = True

    def get(self, request: HttpRequest) -> HttpResponse:
        return writing(request)


def late(request: HttpRequest) -> HttpResponse:
    """Writes while its template is rendered."""
    template = engines["django"].from_string("{{ write }}")
    return TemplateResponse(request, template, {"write": write})


urlpatterns = [
    path("writing", writing),
    path("exempt", exempt),
    path("exempt-class", Exempt.as_view()),
    path("late", late),
    path("library/x", writing),
]


@pytest.fixture
def client(settings: Settings) -> Client:
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = ["unionportal.core.readonly.ReadOnlyMiddleware"]
    settings.WRITING_GET_PREFIXES = ["/library/"]
    return Client()


@pytest.mark.parametrize("address", ["/writing", "/late"])
def test_get_that_writes_is_refused_by_the_database(
    db: None, client: Client, address: str
) -> None:
    with pytest.raises(DatabaseError, match="read-only"):
        client.get(address)
    with transaction.atomic():
        assert StoredReply.objects.count() == 0
        write()


def test_head_that_writes_is_refused_too(committed_db: None, client: Client) -> None:
    with pytest.raises(DatabaseError, match="read-only"):
        client.head("/writing")
    assert StoredReply.objects.count() == 0


def test_post_writes(db: None, client: Client) -> None:
    assert client.post("/writing").content == b"written"
    assert StoredReply.objects.count() == 1


@pytest.mark.parametrize("address", ["/exempt", "/exempt-class", "/library/x"])
def test_exempt_views_write(db: None, client: Client, address: str) -> None:
    assert client.get(address).content == b"written"
    assert StoredReply.objects.count() == 1


def test_unknown_address_is_answered(db: None, client: Client) -> None:
    assert client.get("/nowhere").status_code == 404


def test_writing_is_possible_after_reading(committed_db: None) -> None:
    with read_only():
        assert StoredReply.objects.count() == 0
    write()
    assert StoredReply.objects.count() == 1


def test_middleware_passes_the_answer_on(db: None, client: Client) -> None:
    answer = HttpResponse("x")
    middleware = ReadOnlyMiddleware(lambda request: answer)
    assert middleware(RequestFactory().get("/writing")) is answer
