"""Filters of the API refuse what they do not know."""

from collections.abc import Iterator

import django_filters
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from django_filters.widgets import SuffixedMultiWidget
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView

from unionportal.core.api.pages import KeysetPages

_OF_PAGES = frozenset(
    {KeysetPages.cursor_query_param, KeysetPages.page_size_query_param}
)


def names_of(filterset: type[django_filters.FilterSet]) -> Iterator[str]:
    """The parameters of a filter set, ranges by both their ends."""
    for name, field in filterset.base_filters.items():
        widget = field.field.widget
        if isinstance(widget, SuffixedMultiWidget):
            yield from (widget.suffixed(name, suffix) for suffix in widget.suffixes)
        else:
            yield name


def _is_clear(values: list[str]) -> bool:
    """One value that says something: an empty one would answer with everything."""
    return len(values) == 1 and values[0] != ""


class KnownFilters(DjangoFilterBackend):
    """A misspelt parameter is refused: ignoring it would answer with everything."""

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Model], view: APIView
    ) -> QuerySet[Model]:
        """Filter; 400 names each parameter that does not exist."""
        filterset = self.get_filterset_class(view, queryset)
        known = set(names_of(filterset)) if filterset else set()
        given = request.query_params
        unknown = sorted(set(given) - known - _OF_PAGES)
        if unknown:
            raise ValidationError(
                {name: _("没有这个查询参数，请核对接口文档。") for name in unknown},
                code="unknown_parameter",
            )
        unclear = sorted(name for name in given if not _is_clear(given.getlist(name)))
        if unclear:
            raise ValidationError(
                {
                    name: _("参数是空的，或给了不止一次；不需要的请不写。")
                    for name in unclear
                },
                code="unclear_parameter",
            )
        filtered: QuerySet[Model] = super().filter_queryset(request, queryset, view)
        return filtered
