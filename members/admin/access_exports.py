"""The logs as files, for administrators and auditors; each is written down first."""

from datetime import datetime
from functools import partial

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django_filters import FilterSet

from members.admin.exports import RegisterExport
from members.auth.export import words
from members.auth.gate import online_since
from members.enums import SignInMethod, SignInOutcome
from members.permissions.access import can_oversee
from members.queries.access_filters import OnlineFilter, OperationFilter, SignInFilter
from members.queries.session import sessions_overseen
from members.queries.supervision import operations_overseen, sign_ins_overseen
from unionportal.core.models.audit import subject_label
from unionportal.core.sheets import Field
from unionportal.core.verb_labels import verb_label


def minute_of(at: datetime) -> str:
    """The instant as people here read it."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}"


def plain_text(value: object) -> str:
    """What may be missing."""
    return str(value or "")


class OverseerExport(RegisterExport):
    """A log of one's unions as a file."""

    def dispatch(
        self, request: HttpRequest, *args: object, **kwargs: object
    ) -> HttpResponseBase:
        """Refuse everybody but administrators and auditors."""
        verdict = can_oversee(self.actor)
        if not verdict:
            raise PermissionDenied(verdict.reason)
        return super().dispatch(request, *args, **kwargs)


class OnlineExport(OverseerExport):
    """Who is on line at this moment."""

    title = "在线用户"
    subject = ("members.user", 0)
    at = "staff_access:online"
    fields = (
        Field("姓名", "user__name", width=12),
        Field("用户名", "user__username", width=16),
        Field("任职工会", "unions", "、".join, width=40),
        Field("网络地址", "ip", plain_text, width=18),
        Field("浏览器", "user_agent", width=40),
        Field("登录时间", "created_at", minute_of, width=20),
        Field("最近使用", "last_seen_at", minute_of, width=20),
    )

    def chosen(self) -> FilterSet:
        """What the search row asks for."""
        rows = sessions_overseen(self.actor, since=online_since(), on=self.on)
        return OnlineFilter(self.request.GET, queryset=rows)


class SignInExport(OverseerExport):
    """The log of sign-ins."""

    title = "登录日志"
    subject = ("members.signinentry", 0)
    at = "staff_access:sign-ins"
    fields = (
        Field("时间", "at", minute_of, width=20),
        Field("姓名", "user__name", plain_text, width=12),
        Field("用户名", "username", width=16),
        Field("方式", "method", words(SignInMethod).__getitem__, width=14),
        Field("结果", "outcome", words(SignInOutcome).__getitem__, width=16),
        Field("网络地址", "address", plain_text, width=18),
        Field("浏览器", "agent", width=40),
    )

    def chosen(self) -> FilterSet:
        """What the search row asks for."""
        rows = sign_ins_overseen(self.actor)
        return SignInFilter(self.request.GET, queryset=rows)


class OperationExport(OverseerExport):
    """The log of operations."""

    title = "操作日志"
    subject = ("core.auditentry", 0)
    at = "staff_access:operations"
    fields = (
        Field("时间", "at", minute_of, width=20),
        Field("业务日期", "on", kind="day"),
        Field("经办人", "actor_name", width=12),
        Field("动作", ("subject_kind", "verb"), verb_label, width=18),
        Field("对象", ("subject_kind", "subject_id"), subject_label, width=20),
        Field("理由", "reason", width=30),
        Field("变更", "changes", partial(plain_text), width=40),
    )

    def chosen(self) -> FilterSet:
        """What the search row asks for."""
        rows = operations_overseen(self.actor)
        return OperationFilter(self.request.GET, queryset=rows)
