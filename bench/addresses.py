"""The portal's addresses, and beside them the floors of its pages.

A trivial view; the list of people by raw SQL and f-strings, behind the same login; and
the list as the admin shows it, theme and all, where nothing is done about it.
"""

from html import escape

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from unfold.admin import ModelAdmin
from unfold.sites import UnfoldAdminSite

from members.auth.actor import request_actor
from members.models import Person
from unionportal.core.fields import SealedTextField
from unionportal.core.masks import mask_id_number, mask_phone
from unionportal.core.scope import outermost_paths
from unionportal.core.secrets import unseal

_PEOPLE = """
    SELECT person.id, person.name, person.id_number, person.phone, person.sex,
        union_.short_name, person.unit_name
    FROM members_person AS person
    JOIN members_organisation AS union_ ON union_.id = person.organisation_id
    WHERE union_.path >= %s AND union_.path < %s ORDER BY person.id LIMIT 51
"""
_SEXES = {"male": "男", "female": "女"}
_FRAME = "<!DOCTYPE html><html lang=zh><head><title>人员</title></head><body>{}</body>"
_HEAD = "<tr><th>姓名<th>身份证号<th>手机号<th>性别<th>所属工会<th>工作单位</tr>"


def trivial(request: HttpRequest) -> HttpResponse:
    """Nothing but the middleware."""
    del request
    return HttpResponse("ok")


def raw(request: HttpRequest) -> HttpResponse:
    """The same fifty people, masked the same way, written by hand."""
    (reach, *_others) = outermost_paths(request_actor(request))
    number, phone = _context("id_number"), _context("phone")
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, [reach, f"{reach}~"])
        rows = cursor.fetchall()
    lines = [
        f'<tr><th><a href="/staff/members/person/{row[0]}/change/">{escape(row[1])}</a></th>'
        f"<td>{mask_id_number(unseal(bytes(row[2]), context=number))}</td>"
        f"<td>{mask_phone(unseal(bytes(row[3]), context=phone)) if row[3] else '—'}</td>"
        f"<td>{_SEXES[row[4]]}</td><td>{escape(row[5])}</td><td>{escape(row[6])}</td></tr>"
        for row in rows[:50]
    ]
    return HttpResponse(_FRAME.format(f"<table>{_HEAD}{''.join(lines)}</table>"))


def _context(name: str) -> str:
    field = Person._meta.get_field(name)
    if not isinstance(field, SealedTextField):
        raise TypeError(f"{name} is not sealed")
    return field.context


class StockPeople(ModelAdmin):
    """A list with a count, a search and a filter, as it comes."""

    list_display = ("name", "id_number", "phone", "sex", "organisation", "unit_name")
    list_filter = ("sex",)
    search_fields = ("name",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever is signed in."""
        return True

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Whoever is signed in."""
        return True


stock = UnfoldAdminSite(name="stock")
stock.register(Person, StockPeople)

urlpatterns = [
    path("bench/trivial/", trivial),
    path("bench/raw/", raw),
    path("bench/stock/", stock.urls),
    path("", include("unionportal.urls")),
]
