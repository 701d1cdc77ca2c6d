"""Lists of the register as files: what the search row asks for, numbers masked."""

from collections.abc import Sequence

from django.http import HttpResponseBase
from django.urls import reverse
from django_filters import FilterSet

from members.actions.export import record_list_export
from members.auth.export import ExportPage, plain, rows_of, words
from members.enums import (
    EmployerSize,
    FlagState,
    MembershipState,
    OrganisationForm,
    OrganisationLevel,
    OrganisationState,
    OrganisingState,
    Ownership,
    Sex,
    SkillGrade,
    TargetGroup,
    Trade,
)
from members.queries.employer import employers_visible_to
from members.queries.filters import (
    EmployerFilter,
    MembershipFilter,
    OrganisationFilter,
    PersonFilter,
    YearlyReturnFilter,
)
from members.queries.membership import memberships_visible_to
from members.queries.office import with_offices
from members.queries.organisation import organisations_visible_to
from members.queries.organising import organising_filter
from members.queries.person import persons_visible_to
from members.queries.union_flag import flag_filter
from members.queries.yearly_return import returns_visible_to
from unionportal.core.audit import Subject
from unionportal.core.masks import mask_id_number, mask_phone
from unionportal.core.sheets import Field

_HAS = {True: "有", False: "无"}


def _phone(phone: str | None) -> str:
    return mask_phone(phone or "")


def _groups(chosen: list[str]) -> str:
    return "、".join(words(TargetGroup)[one] for one in chosen)


UNIONS = (
    Field("名称", "name", width=30),
    Field("代码", "code", width=20),
    Field("层级", "level", words(OrganisationLevel).__getitem__),
    Field("组织形式", "form", words(OrganisationForm).__getitem__),
    Field("状态", "state", words(OrganisationState).__getitem__),
    Field("所在区划", "division__name"),
    Field("成立日期", "founded_on", kind="day"),
    Field("主席", "chair"),
    Field("应换届", "election_due", kind="day"),
    Field("证书有效期", "certified_to", kind="day"),
)
EMPLOYERS = (
    Field("单位名称", "name", width=30),
    Field("统一社会信用代码", "code", width=22),
    Field("行业", "trade", words(Trade).__getitem__, width=20),
    Field("经济类型", "ownership", words(Ownership).__getitem__),
    Field("规模", "size", words(EmployerSize).__getitem__),
    Field("职工人数", "headcount", kind="count"),
    Field("人数截至", "counted_on", kind="day"),
    Field("所在区划", "division__name"),
    Field("责任工会", "keeper__name", width=24),
    Field("覆盖工会", "organisation__name", width=24),
    Field("建会日期", "covered_on", kind="day"),
    Field("停业日期", "closed_on", kind="day"),
)
FLAGS = (
    Field("工会", "organisation__name", width=30),
    Field("工会代码", "organisation__code", width=20),
    Field("问题", "title"),
    Field("状态", "state", words(FlagState).__getitem__),
    Field("首次发现", "first_seen_on", kind="day"),
    Field("最近发现", "last_seen_on", kind="day"),
    Field("期限", "due_on", kind="day"),
    Field("整改或说明", "answer", width=40),
)
ORGANISING = (
    Field("用人单位", "employer__name", width=30),
    Field("统一社会信用代码", "employer__code", width=22),
    Field("职工人数", "employer__headcount", kind="count"),
    Field("责任工会", "employer__keeper__name", width=24),
    Field("负责人", "responsible__name"),
    Field("状态", "state", words(OrganisingState).__getitem__),
    Field("开始日期", "started_on", kind="day"),
    Field("期限", "due_on", kind="day"),
    Field("建成的工会", "organisation__name", width=24),
    Field("未建会的原因", "end_reason", width=30),
    Field("结束日期", "ended_on", kind="day"),
)
PEOPLE = (
    Field("姓名", "name"),
    Field("身份证号", "id_number", mask_id_number, width=22),
    Field("手机号", "phone", _phone),
    Field("性别", "sex", words(Sex).__getitem__, width=6),
    Field("所属工会", "organisation__name", width=30),
    Field("工作单位", "unit_name", width=24),
    Field("工种", "trade"),
    Field("技能等级", "skill_grade", words(SkillGrade).__getitem__),
    Field("重点群体", "target_groups", _groups, width=24),
)
MEMBERSHIPS = (
    Field("会员编号", "number"),
    Field("姓名", "person__name"),
    Field("身份证号", "person__id_number", mask_id_number, width=22),
    Field("会籍所在工会", "organisation__name", width=30),
    Field("状态", "state", words(MembershipState).__getitem__),
    Field("入会日期", "joined_on", kind="day"),
    Field("现状自", "since", kind="day"),
)
RETURNS = (
    Field("工会", "organisation__name", width=30),
    Field("工会代码", "organisation__code", width=20),
    Field("年度", "year"),
    Field("职工人数", "staff_count", kind="count"),
    Field("会员人数", "member_count", kind="count"),
    Field("活动次数", "activity_count", kind="count"),
    Field("独立账户", "has_account", _HAS.__getitem__),
    Field("单独建账", "has_books", _HAS.__getitem__),
    Field("应缴经费（元）", "dues_due", kind="yuan"),
    Field("已缴经费（元）", "dues_paid", kind="yuan"),
    Field("预算（元）", "budget", kind="yuan"),
    Field("支出（元）", "spending", kind="yuan"),
    Field("其中拨补基层（元）", "granted", kind="yuan"),
    Field("填报日期", "filed_on", kind="day"),
)


class RegisterExport(ExportPage):
    """One list of the register: its name, its columns, the list it hangs at."""

    title = ""
    fields: Sequence[Field] = ()
    subject: Subject = ("", 0)
    at = ""
    person = ""

    def chosen(self) -> FilterSet:
        """What the search row asks for, within the reach."""
        raise NotImplementedError

    def made(self, **_keys: int) -> HttpResponseBase:
        """Write it down, send it."""
        rows = rows_of(self.chosen())
        record_list_export(
            title=self.title,
            subject=self.subject,
            filters=self.filters(),
            count=rows.count(),
            on=self.on,
            by=self.actor,
            reason=self.reason,
        )
        if self.is_personal:
            self.disclose(self.title, rows.values_list(self.person))
        return self.file_of(self.title, *plain(rows, self.fields))

    def back(self, **_keys: int) -> str:
        """The list."""
        return reverse(self.at)


class UnionExport(RegisterExport):
    """Unions with chair, next election and certificate."""

    title, fields, at = "工会组织", UNIONS, "staff_members:unions"
    subject = ("members.organisation", 0)

    def chosen(self) -> FilterSet:
        """As the list of unions."""
        unions = with_offices(organisations_visible_to(self.actor), on=self.on)
        return OrganisationFilter(self.request.GET, queryset=unions)


class EmployerExport(RegisterExport):
    """Employers with the union that covers them."""

    title, fields, at = "用人单位", EMPLOYERS, "staff_members:employers"
    subject = ("members.employer", 0)

    def chosen(self) -> FilterSet:
        """As the list of employers."""
        rows = employers_visible_to(self.actor)
        return EmployerFilter(self.request.GET, queryset=rows)


class OrganisingExport(RegisterExport):
    """Guidance towards a union, with who is in charge and how it ended."""

    title, fields, at = "建会指导", ORGANISING, "staff_members:organising"
    subject = ("members.organisingcase", 0)

    def chosen(self) -> FilterSet:
        """As the list of efforts."""
        return organising_filter(self.actor, self.request.GET, on=self.on)


class FlagExport(RegisterExport):
    """Flags of censuses, with what was answered."""

    title, fields, at = "普查问题", FLAGS, "staff_members:flags"
    subject = ("members.unionflag", 0)

    def chosen(self) -> FilterSet:
        """As the list of flags."""
        return flag_filter(self.actor, self.request.GET, on=self.on)


class PersonExport(RegisterExport):
    """People, their numbers masked."""

    title, fields, at = "人员", PEOPLE, "admin:members_person_changelist"
    subject = ("members.person", 0)
    is_personal, person = True, "pk"

    def chosen(self) -> FilterSet:
        """As the list of people."""
        rows = persons_visible_to(self.actor)
        return PersonFilter(self.request.GET, queryset=rows)


class MembershipExport(RegisterExport):
    """Memberships, the members' numbers masked."""

    title, fields, at = "会籍", MEMBERSHIPS, "admin:members_membership_changelist"
    subject = ("members.membership", 0)
    is_personal, person = True, "person_id"

    def chosen(self) -> FilterSet:
        """As the list of memberships."""
        rows = memberships_visible_to(self.actor)
        return MembershipFilter(self.request.GET, queryset=rows)


class ReturnExport(RegisterExport):
    """Yearly returns."""

    title, fields, at = "年度报表", RETURNS, "staff_members:returns"
    subject = ("members.yearlyreturn", 0)

    def chosen(self) -> FilterSet:
        """As the list of returns."""
        rows = returns_visible_to(self.actor)
        return YearlyReturnFilter(self.request.GET, queryset=rows)
