"""Addresses of unions and employers on the staff site."""

from django.urls import path

from members.admin import employers, exports, people_lists, union_flags, unions

app_name = "staff_members"

urlpatterns = [
    path("unions/", unions.UnionList.as_view(), name="unions"),
    path("unions/new/", unions.UnionApplication.as_view(), name="union-new"),
    path("figures/", unions.UnionFigures.as_view(), name="union-figures"),
    path("unions/export/", exports.UnionExport.as_view(), name="unions-export"),
    path("returns/", people_lists.ReturnList.as_view(), name="returns"),
    path("returns/export/", exports.ReturnExport.as_view(), name="returns-export"),
    path("unions/<int:pk>/", unions.UnionPage.as_view(), name="union"),
    path("unions/<int:pk>/below/", unions.TreeBranch.as_view(), name="tree-branch"),
    path("unions/<int:pk>/<slug:verb>/", unions.UnionVerb.as_view(), name="union-verb"),
    path("flags/", union_flags.FlagList.as_view(), name="flags"),
    path("flags/census/", union_flags.CensusStart.as_view(), name="census"),
    path("flags/export/", exports.FlagExport.as_view(), name="flags-export"),
    path("flags/<int:pk>/", union_flags.FlagPage.as_view(), name="flag"),
    path(
        "flags/<int:pk>/<slug:verb>/",
        union_flags.FlagVerb.as_view(),
        name="flag-verb",
    ),
    path("employers/", employers.EmployerList.as_view(), name="employers"),
    path("employers/new/", employers.EmployerNew.as_view(), name="employer-new"),
    path(
        "employers/export/", exports.EmployerExport.as_view(), name="employers-export"
    ),
    path("employers/<int:pk>/", employers.EmployerPage.as_view(), name="employer"),
    path(
        "employers/<int:pk>/<slug:verb>/",
        employers.EmployerVerb.as_view(),
        name="employer-verb",
    ),
]
