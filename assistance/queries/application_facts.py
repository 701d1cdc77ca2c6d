"""Applications as a population: whom they are for, and what rules may know of them.

The facts are of three kinds: what the applicant states in the scheme's own form, what
the register knows of the applicant, and those of the household's dossier, if any.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    DateField,
    DecimalField,
    Exists,
    Expression,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Concat, Substr

from assistance.enums import AidApplicationState, Beneficiary, SubjectKind
from assistance.models import AidApplication, AidWindow, Round
from assistance.queries.dossiers import (
    earlier_grant,
    facts_of_household,
    household_declarations,
    open_dossier_of,
)
from assistance.queries.populations import Population
from assistance.rules.scheme_form import APPLICATIONS, Form
from members.enums import AccountState, MembershipState, TargetGroup
from members.models import BankAccount
from unionportal.core.facts import FactSheet
from unionportal.core.formula.declare import FactDeclaration, FactType

_DAY, _TRUTH, _TEXT = FactType.DATE, FactType.BOOLEAN, FactType.TEXT
_AS_OF = "基准日"


def application_declarations() -> tuple[FactDeclaration, ...]:
    """What every scheme may say of an application, whatever its form asks."""
    return (
        *_applicant_facts(),
        *_group_facts(),
        *_place_facts(),
        *_own_facts(),
        *household_declarations(),
    )


def _applicant_facts() -> tuple[FactDeclaration, ...]:
    return (
        FactDeclaration(
            name_en="is_member",
            name="申请人是会员",
            type=_TRUTH,
            meaning="申请人的会籍在籍，入会日期不晚于基准日",
            reference=_AS_OF,
        ),
        FactDeclaration(
            name_en="joined_on",
            name="入会日期",
            type=_DAY,
            meaning="申请人首次入会的日期；从未入会即为缺少",
        ),
        FactDeclaration(
            name_en="applicant_birth_date", name="申请人出生日期", type=_DAY
        ),
        FactDeclaration(name_en="subject_birth_date", name="受助人出生日期", type=_DAY),
        FactDeclaration(
            name_en="is_for_self",
            name="为本人申请",
            type=_TRUTH,
            meaning="受助人就是申请人",
        ),
    )


def _group_facts() -> tuple[FactDeclaration, ...]:
    return tuple(
        FactDeclaration(
            name_en=f"group_{group.value}",
            name=f"申请人属于{group.label}",
            type=_TRUTH,
            meaning="申请人登记为这一重点群体",
            reference="测算当时",
        )
        for group in TargetGroup
    )


def _place_facts() -> tuple[FactDeclaration, ...]:
    return (
        FactDeclaration(
            name_en="home_division",
            name="申请人户籍区划",
            type=_TEXT,
            meaning="户籍所在县（市、区）的六位代码",
        ),
        FactDeclaration(
            name_en="home_city",
            name="申请人户籍地市",
            type=_TEXT,
            meaning="户籍所在设区市的六位代码",
        ),
        FactDeclaration(
            name_en="union_division",
            name="受理工会区划",
            type=_TEXT,
            meaning="受理工会所在区划的六位代码",
        ),
        FactDeclaration(
            name_en="union_city",
            name="受理工会地市",
            type=_TEXT,
            meaning="受理工会所在设区市的六位代码",
        ),
    )


def _own_facts() -> tuple[FactDeclaration, ...]:
    return (
        FactDeclaration(name_en="submitted_on", name="提交日期", type=_DAY),
        FactDeclaration(
            name_en="household_on_file",
            name="家庭在档",
            type=_TRUTH,
            meaning="申请人是在档困难职工家庭的建档职工",
            reference=_AS_OF,
        ),
        FactDeclaration(
            name_en="already_granted",
            name="本期已有发放",
            type=_TEXT,
            meaning="同一方案、同一受助人、同一发生键已有的发放：由哪个工会在哪一轮安排",
            reference="测算当时",
        ),
        FactDeclaration(
            name_en="account_verified",
            name="收款账户已核验",
            type=_TRUTH,
            meaning="收款人本人有一个经第二人核验、正在使用的收款账户；没有即为缺少",
            reference="测算当时",
        ),
        FactDeclaration(
            name_en="as_of",
            name="基准日",
            type=_DAY,
            meaning="本轮次按哪一天的情况认定",
        ),
    )


# --- where the values lie


def _yes_where(condition: Q | Exists) -> Expression:
    yes, no = Value(value=True), Value(value=False)
    return Case(When(condition, then=yes), default=no, output_field=BooleanField())


def _facts(_: QuerySet[Any, Any], as_of: date) -> Mapping[str, Expression | F]:
    return {
        **facts_of_applicant("applicant__", as_of),
        "account_verified": _account_of("payee_id"),
        "subject_birth_date": F("subject__birth_date"),
        "is_for_self": _yes_where(Q(relation=Beneficiary.SELF)),
        "union_division": Substr("organisation__division_id", 1, 6),
        "union_city": _city("organisation__division_id"),
        "submitted_on": F("submitted_on"),
        "already_granted": F("already_granted"),
    }


def facts_of_applicant(at: str, as_of: date) -> dict[str, Expression | F]:
    """What the register knows of somebody, before he applies for anything.

    `at` leads from the row to the person: nothing where the row is the person.
    """
    key = f"{at}id"
    is_member = Q(
        (f"{at}membership__state", MembershipState.MEMBER),
        (f"{at}membership__joined_on__lte", as_of),
    )
    groups = {
        f"group_{group.value}": _yes_where(
            Q((f"{at}target_groups__contains", [group.value]))
        )
        for group in TargetGroup
    }
    return {
        **facts_of_household(key, as_of),
        **groups,
        "is_member": _yes_where(is_member),
        "joined_on": F(f"{at}membership__joined_on"),
        "applicant_birth_date": F(f"{at}birth_date"),
        "home_division": Substr(f"{at}division_id", 1, 6),
        "home_city": _city(f"{at}division_id"),
        "household_on_file": _yes_where(Exists(open_dossier_of(key, as_of))),
        "account_verified": _account_of(key),
        "as_of": Cast(Value(as_of), DateField()),
    }


def _account_of(person: str) -> Expression:
    account = BankAccount.objects.filter(
        person=OuterRef(person), state=AccountState.VERIFIED
    )
    return Case(
        When(Exists(account), then=Value(value=True)),
        default=None,
        output_field=BooleanField(),
    )


def _city(division: str) -> Expression:
    """The code of the prefecture of a division; NULL where the division is."""
    first = Substr(division, 1, 4)
    return Case(
        When(
            **{f"{division}__isnull": False},
            then=Concat(first, Value("00"), output_field=CharField()),
        ),
        default=None,
        output_field=CharField(),
    )


# What a form's answer is as text, and as what the rules read it. An answer that is no
# such value counts as missing: a round must not stop over one application.
_CASTS: dict[FactType, tuple[str, str, Any]] = {
    FactType.NUMBER: (
        " ~ '^-?[0-9]{1,12}([.][0-9]{1,12})?$' THEN (",
        "CASE WHEN %(expressions)s)::numeric END",
        DecimalField(max_digits=24, decimal_places=12),
    ),
    FactType.DATE: (
        ", 'date') THEN (",
        "CASE WHEN pg_input_is_valid(%(expressions)s)::date END",
        DateField(),
    ),
    FactType.BOOLEAN: (
        " IN ('true', 'false') THEN (",
        "CASE WHEN %(expressions)s)::boolean END",
        BooleanField(),
    ),
    FactType.TEXT: (" <> '' THEN (", "CASE WHEN %(expressions)s) END", CharField()),
    FactType.CHOICE: (" <> '' THEN (", "CASE WHEN %(expressions)s) END", CharField()),
}


def form_facts(form: Form) -> Mapping[str, Expression]:
    """An expression for each field of a form, over the stored answers."""
    return {field.code: _answer(field.declaration) for field in form.fields}


def _answer(declaration: FactDeclaration) -> Expression:
    joiner, template, kind = _CASTS[declaration.type]
    text = KeyTextTransform(declaration.name_en, "answers")
    return Func(text, text, template=template, arg_joiner=joiner, output_field=kind)


def applications_of_round(round_: Round) -> QuerySet[AidApplication]:
    """The applications that a round answers: accepted, and submitted by its day.

    A trial has no occurrence: it takes those of the latest window.
    """
    scheme_id = round_.version.scheme_id
    occurrence: Any = round_.occurrence
    if not occurrence:
        windows = AidWindow.objects.filter(scheme=scheme_id).order_by("-opens_on")
        occurrence = windows.values("occurrence")[:1]
    path = round_.organisation.path
    return AidApplication.objects.filter(
        state=AidApplicationState.ACCEPTED,
        scheme=scheme_id,
        occurrence=occurrence,
        submitted_on__lte=round_.as_of,
        organisation__path__gte=path,
        organisation__path__lt=f"{path}~",
    ).alias(
        already_granted=earlier_grant(
            scheme_id=scheme_id,
            occurrence=round_.occurrence,
            subject_kind=SubjectKind.PERSON,
            subject="subject_id",
        )
    )


def application_population() -> Population:
    """Everybody for whom an application was accepted; who applied is paid."""
    sheet = FactSheet(
        name=APPLICATIONS,
        title="帮扶申请",
        declarations=application_declarations(),
        expressions=_facts,
    )
    return Population(
        name=sheet.name,
        title="已受理的申请",
        subject_kind=SubjectKind.PERSON,
        sheet=sheet,
        subjects=applications_of_round,
        organisation=F("organisation_id"),
        payee=F("payee_id"),
        subject="subject_id",
        form_facts=form_facts,
        arrival=(F("submitted_at"), F("pk")),
    )
