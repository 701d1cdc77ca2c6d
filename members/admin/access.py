"""Access on the staff site: one's own sessions, who is on line, sign-ins and locks."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from members.actions.session import end_other_sessions, end_session
from members.actions.sign_in import lift_lock
from members.auth.gate import online_since
from members.auth.staff import StaffPage
from members.permissions.access import can_oversee
from members.queries.access_filters import OnlineFilter, OperationFilter, SignInFilter
from members.queries.lockout import tried_names
from members.queries.session import own_sessions, sessions_overseen
from members.queries.supervision import operations_overseen, sign_ins_overseen
from members.rules.lockout import LOCK_MINUTES
from unionportal.core.admin.keyset import keyset_page
from unionportal.core.admin.verbs import attempt


class OverseerPage(StaffPage):
    """A page for administrators and auditors; others are told whom to ask."""

    def dispatch(
        self, request: HttpRequest, *args: object, **kwargs: object
    ) -> HttpResponseBase:
        """Refuse everybody else."""
        verdict = can_oversee(self.actor)
        if not verdict:
            raise PermissionDenied(verdict.reason)
        return super().dispatch(request, *args, **kwargs)


class OwnSessions(StaffPage):
    """Where one is signed in; each session can be ended, or all the others."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them, the one that asks marked."""
        return self.page(
            "staff/own_sessions.html",
            title="我的登录",
            sessions=own_sessions(self.actor),
            current=request.session.session_key,
        )


class OwnSessionEnd(StaffPage):
    """End one of one's own sessions."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """End it; another's does not exist."""
        session = get_object_or_404(own_sessions(self.actor), pk=pk)
        attempt(
            request,
            lambda: end_session(session_id=session.pk, on=self.on, by=self.actor),
            done="已结束该处登录。",
        )
        return redirect("staff_access:own-sessions")


class OtherSessionsEnd(StaffPage):
    """End all of one's own sessions but this one."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """End them."""
        key = str(request.session.session_key)
        attempt(
            request,
            lambda: end_other_sessions(kept_key=key, on=self.on, by=self.actor),
            done="其他各处的登录都已结束。",
        )
        return redirect("staff_access:own-sessions")


class OnlineUsers(OverseerPage):
    """The staff of one's unions who are signed in now."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show a page of them."""
        rows = sessions_overseen(self.actor, since=online_since(), on=self.on)
        chosen = OnlineFilter(request.GET, queryset=rows)
        return self.page(
            "staff/online_users.html",
            title="在线用户",
            filter=chosen,
            lines=keyset_page(request, chosen.qs, latest_first=True),
            current=request.session.session_key,
        )


class OnlineUserEnd(OverseerPage):
    """End the session of a user one administers."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """End it; who is out of reach does not exist."""
        rows = sessions_overseen(self.actor, since=online_since(), on=self.on)
        session = get_object_or_404(rows, pk=pk)
        attempt(
            request,
            lambda: end_session(session_id=session.pk, on=self.on, by=self.actor),
            done=f"已结束{session.user}的登录。",
        )
        return redirect("staff_access:online")


class SignIns(OverseerPage):
    """The log of sign-ins of one's unions, filtered."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show a page of it."""
        chosen = SignInFilter(request.GET, queryset=sign_ins_overseen(self.actor))
        return self.page(
            "staff/sign_ins.html",
            title="登录日志",
            filter=chosen,
            lines=keyset_page(request, chosen.qs, latest_first=True),
        )


class Operations(OverseerPage):
    """Who did what to the records of one's unions, read from the audit chain."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show a page of it."""
        chosen = OperationFilter(request.GET, queryset=operations_overseen(self.actor))
        return self.page(
            "staff/operations.html",
            title="操作日志",
            filter=chosen,
            lines=keyset_page(request, chosen.qs, latest_first=True),
        )


class Locks(OverseerPage):
    """Accounts that were tried in vain lately; an administrator lifts the lock."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them, the latest first."""
        del request
        since = timezone.now() - timedelta(minutes=LOCK_MINUTES)
        return self.page(
            "staff/locks.html",
            title="登录锁定",
            tried=tried_names(self.actor, since=since),
            minutes=LOCK_MINUTES,
        )

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Lift one."""
        attempt(
            request,
            lambda: lift_lock(
                username=request.POST.get("username", ""),
                reason=request.POST.get("reason", ""),
                on=self.on,
                by=self.actor,
            ),
            done="锁定已解除，可以重新登录。",
        )
        return redirect("staff_access:locks")
