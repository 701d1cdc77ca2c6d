"""Addresses of unions and employers on the staff site."""

from django.urls import path

from members.admin import (
    consents,
    disclosures,
    employers,
    exports,
    organising,
    own_flags,
    people_lists,
    privacy_requests,
    union_flags,
    unions,
)

app_name = "staff_members"

urlpatterns = [
    path(
        "privacy-requests/",
        privacy_requests.PrivacyRequestList.as_view(),
        name="privacy-requests",
    ),
    path(
        "privacy-requests/<int:pk>/",
        privacy_requests.PrivacyRequestPage.as_view(),
        name="privacy-request",
    ),
    path(
        "privacy-requests/<int:pk>/<slug:verb>/",
        privacy_requests.PrivacyRequestVerb.as_view(),
        name="privacy-request-verb",
    ),
    path("disclosures/", disclosures.DisclosureList.as_view(), name="disclosures"),
    path(
        "disclosures/export/",
        disclosures.DisclosureExport.as_view(),
        name="disclosures-export",
    ),
    path("consents/", consents.ConsentList.as_view(), name="consents"),
    path(
        "consents/<slug:slug>/<int:pk>/",
        consents.ConsentPage.as_view(),
        name="consent-subject",
    ),
    path(
        "consents/<slug:slug>/<int:pk>/<slug:verb>/",
        consents.ConsentVerb.as_view(),
        name="consent-verb",
    ),
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
    path(
        "flags/dissolution-notice/",
        union_flags.DissolutionStart.as_view(),
        name="dissolution-notice",
    ),
    path("flags/export/", exports.FlagExport.as_view(), name="flags-export"),
    path("flags/own/", own_flags.OwnFlagList.as_view(), name="own-flags"),
    path("flags/own/new/", own_flags.OwnFlagNew.as_view(), name="own-flag-new"),
    path("flags/own/<int:pk>/", own_flags.OwnFlagPage.as_view(), name="own-flag"),
    path(
        "flags/own/<int:pk>/<slug:verb>/",
        own_flags.OwnFlagVerb.as_view(),
        name="own-flag-verb",
    ),
    path(
        "flags/papers/<int:pk>/",
        union_flags.FlagPaperFile.as_view(),
        name="flag-paper",
    ),
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
    path("organising/", organising.OrganisingList.as_view(), name="organising"),
    path(
        "organising/export/",
        exports.OrganisingExport.as_view(),
        name="organising-export",
    ),
    path(
        "organising/<int:pk>/",
        organising.OrganisingPage.as_view(),
        name="organising-case",
    ),
    path(
        "organising/<int:pk>/<slug:verb>/",
        organising.OrganisingVerb.as_view(),
        name="organising-verb",
    ),
    path("employers/<int:pk>/", employers.EmployerPage.as_view(), name="employer"),
    path(
        "employers/<int:pk>/<slug:verb>/",
        employers.EmployerVerb.as_view(),
        name="employer-verb",
    ),
]
