"""Personal data, watched by machine: nothing sealed is copied, nothing held is untold."""

from django.apps import apps
from django.db.models import ForeignKey, Model

import unionportal.urls  # noqa: F401 - knows every list
from members.admin.record_export import person_path
from members.auth.export import ExportPage
from members.models import BankAccount, MembershipTransfer, Organisation, Person
from unionportal.core.fields import SealedTextField

OURS = {"core", "members", "assistance", "competitions", "modelworkers", "mediation"}
# Each table that points to a person, and where his own page tells of it.
TOLD = {
    "assistance.AidApplication": "帮扶申请",
    "assistance.Determination": "帮扶认定",
    "assistance.HouseholdDossier": "困难职工档案",
    "assistance.Inquiry": "咨询",
    "assistance.PaymentClaim": "发放",
    "assistance.StackingBalance": "同类帮扶合计",
    "members.BankAccount": "收款账户",
    "members.Disclosure": "谁看过我的信息",
    "members.EmployerTie": "工会职务和用人单位关系",
    "members.Employment": "就业",
    "members.Membership": "会籍",
    "members.MembershipApplication": "会籍",
    "members.Objection": "异议和请求",
    "members.Officer": "工会职务和用人单位关系",
    "members.Person": "基本信息",
    "members.PersonMerge": "重复登记",
    "members.PhoneChange": "更换手机号",
    "members.PrivacyRequest": "异议和请求",
    "members.User": "登录记录",
}
# Tables that are not told, and why.
UNTOLD = {"assistance.WhatIfChange": "a trial decides nothing; its rows last a year"}


def models() -> list[type[Model]]:
    """Every table of ours."""
    return [one for one in apps.get_models() if one._meta.app_label in OURS]


def is_version(model: type[Model]) -> bool:
    """Whether a table keeps earlier rows of another."""
    return model.__name__.endswith("Event")


def test_no_table_of_earlier_versions_holds_a_sealed_column() -> None:
    versions = [one for one in models() if is_version(one)]
    sealed = {
        (model._meta.label.removesuffix("Event"), field.name)
        for model in models()
        for field in model._meta.concrete_fields
        if isinstance(field, SealedTextField)
    }
    copied = [
        f"{model._meta.label}.{field.name}"
        for model in versions
        for field in model._meta.concrete_fields
        if isinstance(field, SealedTextField)
        or (model._meta.label.removesuffix("Event"), field.name) in sealed
    ]
    assert ("members.Person", "id_number") in sealed
    assert "members.PersonEvent" in {one._meta.label for one in versions}
    assert copied == []


def test_the_trail_has_no_sealed_column() -> None:
    trail = apps.get_model("core", "AuditEntry")._meta.concrete_fields
    assert [one.name for one in trail if isinstance(one, SealedTextField)] == []


def test_every_table_that_points_to_a_person_is_told_on_his_page() -> None:
    pointing = {
        model._meta.label
        for model in models()
        if not is_version(model)
        for field in model._meta.concrete_fields
        if isinstance(field, ForeignKey) and field.related_model is Person
    }
    assert pointing == set(TOLD) | set(UNTOLD)


def lists(page: type[ExportPage] = ExportPage) -> list[type[ExportPage]]:
    """Every list that leaves as a file."""
    return [one for sub in page.__subclasses__() for one in (sub, *lists(sub))]


# Lists of unions, sums, the trail, and of staff at their work; RecordExport asks by the record it lists.
OF_NO_PERSON = {
    "CountyExport",
    "EmployerExport",
    "ExportPage",
    "FlagExport",
    "OnlineExport",
    "OperationExport",
    "OrganisingExport",
    "OutstandingExport",
    "OverseerExport",
    "ReconciliationExport",
    "ReconciliationPrint",
    "RecordExport",
    "RegisterExport",
    "ReturnExport",
    "SignInExport",
    "StatementExport",
    "UnionExport",
    "VoucherExport",
    "VoucherPrint",
}


def test_every_list_of_people_asks_for_a_reason() -> None:
    assert {one.__name__ for one in lists() if not one.is_personal} == OF_NO_PERSON
    assert person_path(BankAccount) == "person_id"
    assert person_path(MembershipTransfer) == "membership__person_id"
    assert person_path(Person) == "pk"
    assert person_path(Organisation) == ""
