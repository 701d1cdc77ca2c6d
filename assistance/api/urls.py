"""Addresses of assistance at the API."""

from django.urls import path

from assistance.api import statements, verification, views, vouchers

app_name = "assistance_api"

urlpatterns = [
    path("dossiers/", views.DossierList.as_view(), name="dossiers"),
    path("dossiers/<int:pk>/", views.DossierDetail.as_view(), name="dossier"),
    path("rounds/", views.RoundList.as_view(), name="rounds"),
    path("rounds/<int:pk>/", views.RoundDetail.as_view(), name="round"),
    path(
        "rounds/<int:pk>/determinations/",
        views.DeterminationList.as_view(),
        name="determinations",
    ),
    path(
        "rounds/<int:pk>/verification/",
        verification.VerificationDetail.as_view(),
        name="verification",
    ),
    path(
        "rounds/<int:pk>/verification/items/",
        verification.SampleItemApiList.as_view(),
        name="sample-items",
    ),
    path("rounds/<int:pk>/payments/", views.PaymentList.as_view(), name="payments"),
    path("statements/", statements.StatementList.as_view(), name="statements"),
    path(
        "statements/<int:pk>/",
        statements.StatementDetail.as_view(),
        name="statement",
    ),
    path(
        "statements/<int:pk>/lines/",
        statements.StatementLineList.as_view(),
        name="statement-lines",
    ),
    path(
        "reconciliations/",
        statements.ReconciliationList.as_view(),
        name="reconciliations",
    ),
    path("vouchers/", vouchers.VoucherApiList.as_view(), name="vouchers"),
]
