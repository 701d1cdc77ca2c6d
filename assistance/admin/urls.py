"""Addresses of assistance on the staff site."""

from django.urls import path

from assistance.admin import (
    application_exports,
    applications,
    batches,
    determinations,
    dossiers,
    exports,
    funds,
    inquiries,
    paying_accounts,
    payments,
    proofs,
    reconciliation_exports,
    reconciliations,
    round_samples,
    round_work,
    rounds,
    sample_exports,
    schemes,
    statements,
    verification,
    visits,
    what_ifs,
    windows,
)

app_name = "staff_assistance"

urlpatterns = [
    path("applications/", applications.ApplicationList.as_view(), name="applications"),
    path(
        "applications/export/",
        application_exports.ApplicationExport.as_view(),
        name="applications-export",
    ),
    path(
        "applications/<int:pk>/",
        applications.ApplicationPage.as_view(),
        name="application",
    ),
    path(
        "applications/<int:pk>/<slug:verb>/",
        applications.ApplicationVerb.as_view(),
        name="application-verb",
    ),
    path(
        "papers/<int:pk>/",
        applications.ApplicationPaper.as_view(),
        name="application-paper",
    ),
    path("windows/", windows.WindowList.as_view(), name="windows"),
    path("windows/<int:pk>/", windows.WindowPage.as_view(), name="window"),
    path("schemes/<int:pk>/window/", windows.OpenWindow.as_view(), name="window-open"),
    path("rounds/", rounds.RoundList.as_view(), name="rounds"),
    path("rounds/<int:pk>/", rounds.RoundPage.as_view(), name="round"),
    path(
        "rounds/<int:pk>/progress/",
        round_work.RoundProgress.as_view(),
        name="round-progress",
    ),
    path(
        "rounds/<int:pk>/certificate/",
        rounds.CertificateDocument.as_view(),
        name="certificate",
    ),
    path(
        "rounds/<int:pk>/export/",
        exports.CountyExport.as_view(),
        name="counties-export",
    ),
    path("rounds/<int:pk>/sample/", verification.SamplePage.as_view(), name="sample"),
    path(
        "rounds/<int:pk>/sample/<slug:verb>/",
        round_samples.RoundSampleVerb.as_view(),
        name="round-sample-verb",
    ),
    path("verification/", verification.SampleItemList.as_view(), name="sample-items"),
    path(
        "verification/export/",
        sample_exports.SampleExport.as_view(),
        name="sample-export",
    ),
    path("verification/print/", sample_exports.CallSheet.as_view(), name="call-sheet"),
    path(
        "verification/<int:pk>/",
        verification.SampleItemPage.as_view(),
        name="sample-item",
    ),
    path(
        "verification/<int:pk>/<slug:verb>/",
        verification.SampleItemVerb.as_view(),
        name="sample-item-verb",
    ),
    path("funds/proofs/", proofs.ProofList.as_view(), name="proofs"),
    path(
        "funds/paying-accounts/",
        paying_accounts.PayingAccountList.as_view(),
        name="paying-accounts",
    ),
    path(
        "funds/paying-accounts/<int:pk>/",
        paying_accounts.PayingAccountPage.as_view(),
        name="paying-account",
    ),
    path("rounds/<int:pk>/<slug:verb>/", rounds.RoundVerb.as_view(), name="round-verb"),
    path(
        "determinations/",
        determinations.DeterminationList.as_view(),
        name="determinations",
    ),
    path(
        "determinations/export/",
        exports.DeterminationExport.as_view(),
        name="determinations-export",
    ),
    path(
        "determinations/<int:pk>/",
        determinations.DeterminationPage.as_view(),
        name="determination",
    ),
    path(
        "determinations/<int:pk>/amount/",
        determinations.DecideAmount.as_view(),
        name="decide-amount",
    ),
    path("batches/", batches.BatchList.as_view(), name="batches"),
    path("batches/<int:pk>/", batches.BatchPage.as_view(), name="batch"),
    path(
        "batches/<int:pk>/export/", exports.BatchExport.as_view(), name="batch-export"
    ),
    path("batches/<int:pk>/print/", exports.BatchPrint.as_view(), name="batch-print"),
    path(
        "batches/<int:pk>/<slug:verb>/", batches.BatchVerb.as_view(), name="batch-verb"
    ),
    path("payments/", payments.PaymentList.as_view(), name="payments"),
    path("payments/export/", exports.PaymentExport.as_view(), name="payments-export"),
    path("payments/<int:pk>/", payments.PaymentPage.as_view(), name="payment"),
    path(
        "payments/<int:pk>/<slug:verb>/",
        payments.PaymentVerb.as_view(),
        name="payment-verb",
    ),
    path("dossiers/", dossiers.DossierList.as_view(), name="dossiers"),
    path("dossiers/standing/", visits.StandingLists.as_view(), name="standing-lists"),
    path("dossiers/export/", exports.DossierExport.as_view(), name="dossiers-export"),
    path("dossiers/new/", dossiers.Register.as_view(), name="dossier-new"),
    path("dossiers/<int:pk>/", dossiers.DossierPage.as_view(), name="dossier"),
    path(
        "dossiers/<int:pk>/recheck/",
        dossiers.Recheck.as_view(),
        name="dossier-recheck",
    ),
    path("dossiers/<int:pk>/visit/", visits.NewVisit.as_view(), name="visit-new"),
    path("visit-papers/<int:pk>/", visits.VisitPaperFile.as_view(), name="visit-paper"),
    path(
        "dossiers/<int:pk>/<slug:verb>/",
        dossiers.DossierVerb.as_view(),
        name="dossier-verb",
    ),
    path("schemes/", schemes.SchemeList.as_view(), name="schemes"),
    path("schemes/text/", schemes.SchemeText.as_view(), name="scheme-text"),
    path("schemes/<int:pk>/", schemes.SchemePage.as_view(), name="scheme"),
    path("schemes/<int:pk>/open/", schemes.OpenRound.as_view(), name="round-open"),
    path(
        "schemes/<int:pk>/<slug:verb>/",
        schemes.SchemeVerb.as_view(),
        name="scheme-verb",
    ),
    path("funds/", funds.FundList.as_view(), name="funds"),
    path("funds/entries/", funds.EntryList.as_view(), name="entries"),
    path("funds/receive/", funds.Receive.as_view(), name="fund-receive"),
    path("funds/transfer/", funds.TransferDown.as_view(), name="fund-transfer"),
    path("inquiries/", inquiries.InquiryList.as_view(), name="inquiries"),
    path("inquiries/<int:pk>/", inquiries.InquiryPage.as_view(), name="inquiry"),
    path("bank-files/", payments.BankFileList.as_view(), name="bank-files"),
    path("statements/", statements.StatementList.as_view(), name="statements"),
    path("statements/<int:pk>/", statements.StatementPage.as_view(), name="statement"),
    path(
        "statements/<int:pk>/export/",
        statements.StatementExport.as_view(),
        name="statement-export",
    ),
    path(
        "statement-lines/<int:pk>/",
        statements.LinePage.as_view(),
        name="statement-line",
    ),
    path(
        "statement-lines/<int:pk>/<slug:verb>/",
        statements.LineVerb.as_view(),
        name="statement-line-verb",
    ),
    path(
        "reconciliations/<int:pk>/",
        reconciliations.ReconciliationPage.as_view(),
        name="reconciliation",
    ),
    path(
        "reconciliations/<int:pk>/items/",
        reconciliations.OutstandingList.as_view(),
        name="outstanding",
    ),
    path(
        "reconciliations/<int:pk>/items/export/",
        reconciliation_exports.OutstandingExport.as_view(),
        name="outstanding-export",
    ),
    path(
        "reconciliations/<int:pk>/export/",
        reconciliation_exports.ReconciliationExport.as_view(),
        name="reconciliation-export",
    ),
    path(
        "reconciliations/<int:pk>/print/",
        reconciliation_exports.ReconciliationPrint.as_view(),
        name="reconciliation-print",
    ),
    path(
        "reconciliations/<int:pk>/<slug:verb>/",
        reconciliations.ReconciliationVerb.as_view(),
        name="reconciliation-verb",
    ),
    path(
        "what-ifs/new/<int:pk>/",
        what_ifs.AskWhatIf.as_view(),
        name="what-if-ask",
    ),
    path("what-ifs/", what_ifs.WhatIfList.as_view(), name="what-ifs"),
    path("what-ifs/<int:pk>/", what_ifs.WhatIfPage.as_view(), name="what-if"),
    path(
        "what-ifs/<int:pk>/progress/",
        what_ifs.WhatIfProgress.as_view(),
        name="what-if-progress",
    ),
    path(
        "what-ifs/<int:pk>/changes/",
        what_ifs.WhatIfChanges.as_view(),
        name="what-if-changes",
    ),
    path(
        "what-ifs/<int:pk>/changes/export/",
        what_ifs.WhatIfExport.as_view(),
        name="what-if-export",
    ),
]
