"""What else the register holds of a person: work, offices, messages, sign-ins, words.

Registered as holdings: each of these tables points to a person.
"""

from datetime import date

from django.utils import timezone

from members.models import (
    EmployerTie,
    Objection,
    Officer,
    Person,
    PersonMerge,
    PhoneChange,
    PrivacyRequest,
    SignInEntry,
)
from members.queries.consent import last_said, purposes
from members.queries.employment import employments_of
from members.queries.holdings import AGREED, REGISTER, Holding
from members.queries.message import template_titles
from unionportal.core.masks import mask_phone
from unionportal.core.models.messages import Message

OWN = "本人填写"


def traces_of(person: Person) -> list[Holding]:
    """Everything that hangs on the person beside register, accounts and membership."""
    return [
        *_work(person),
        *_offices(person),
        *_consents(person),
        *_phones(person),
        *_words(person),
        *_merges(person),
        *_messages(person),
        *_sign_ins(person),
    ]


def _until(last: date | None) -> str:
    return f"，到 {last:%Y-%m-%d}" if last else ""


def _work(person: Person) -> list[Holding]:
    return [
        Holding(
            "就业",
            f"{one.starts_on:%Y-%m-%d} 起",
            f"{one.employer.name}{_until(one.ends_on)}",
            REGISTER,
            AGREED,
        )
        for one in employments_of(person)
    ]


def _offices(person: Person) -> list[Holding]:
    offices = Officer.objects.filter(person=person).select_related("organisation")
    ties = EmployerTie.objects.filter(person=person).select_related("employer")
    held = [
        (
            f"{one.get_office_display()}",
            one.organisation.name,
            one.starts_on,
            one.ends_on,
        )
        for one in offices
    ]
    tied = [
        (f"{one.get_kind_display()}", one.employer.name, one.starts_on, one.ends_on)
        for one in ties
    ]
    return [
        Holding(
            "工会职务和用人单位关系",
            label,
            f"{place}，{first:%Y-%m-%d} 起{_until(last)}",
            "工会登记",
            "工会组织管理",
        )
        for label, place, first, last in (*held, *tied)
    ]


def _consents(person: Person) -> list[Holding]:
    said = last_said(Person._meta.label_lower, [person.pk])
    return [
        Holding(
            "个人信息授权",
            purposes()[purpose].title,
            f"{one.get_act_display()}，第 {one.version} 版文本，"
            f"{timezone.localtime(one.at):%Y-%m-%d %H:%M}",
            str(one.get_channel_display()),
            "证明同意和撤回",
        )
        for (_subject, purpose), one in said.items()
    ]


def _phones(person: Person) -> list[Holding]:
    return [
        Holding(
            "更换手机号",
            f"{one.asked_on:%Y-%m-%d}",
            f"{one.new_phone}（{one.get_state_display()}）",
            one.asked_by_name,
            "联系本人",
            f"{mask_phone(one.new_phone)}（{one.get_state_display()}）",
        )
        for one in PhoneChange.objects.filter(person=person)
    ]


def _words(person: Person) -> list[Holding]:
    doubts = [
        Holding(
            "异议和请求",
            f"公示异议 {one.filed_on:%Y-%m-%d}",
            f"{one.text}（{one.get_state_display()}）",
            OWN,
            "核查公示异议",
        )
        for one in Objection.objects.filter(person=person)
    ]
    asked = [
        Holding(
            "异议和请求",
            f"{one.get_kind_display()}请求 {one.asked_on:%Y-%m-%d}",
            f"{one.get_state_display()}，{one.answer}".rstrip("，"),
            OWN,
            "答复个人信息请求",
        )
        for one in PrivacyRequest.objects.filter(person=person)
    ]
    return [*doubts, *asked]


def _merges(person: Person) -> list[Holding]:
    return [
        Holding(
            "重复登记",
            f"{one.proposed_on:%Y-%m-%d}",
            f"{one.get_state_display()}：{one.reason}",
            "工会登记",
            AGREED,
        )
        for one in PersonMerge.objects.filter(kept=person)
    ]


def _messages(person: Person) -> list[Holding]:
    titles = template_titles()
    return [
        Holding(
            "发给您的消息",
            f"{timezone.localtime(one.created_at):%Y-%m-%d}",
            one.text or titles.get(one.template, "通知"),
            "系统发送",
            "告知办理进展",
        )
        for one in Message.objects.filter(person_id=person.pk)
    ]


def _sign_ins(person: Person) -> list[Holding]:
    return [
        Holding(
            "登录记录",
            f"{timezone.localtime(one.at):%Y-%m-%d %H:%M}",
            f"{one.get_method_display()}，{one.get_outcome_display()}，"
            f"{one.address or '网络地址未记'}",
            "登录时记录",
            "网络安全日志（网络安全法第二十三条）",
        )
        for one in SignInEntry.objects.filter(user__person=person)
    ]
