"""Who came in and who tried (登录日志), and the passwords a user had before."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from members.enums import SignInMethod, SignInOutcome


class SignInEntry(models.Model):
    """One try to sign in, or one leaving; kept for ever (网络安全法 23: six months).

    `username` is what was typed; who tries names that do not exist has no user.
    """

    append_only = True

    at = models.DateTimeField(_("时间"), db_default=Now())
    on = models.DateField(_("日期"))
    user = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="sign_ins",
        verbose_name=_("用户"),
    )
    username = models.CharField(_("用户名"), max_length=40)
    method = models.CharField(_("方式"), max_length=10, choices=SignInMethod.choices)
    outcome = models.CharField(_("结果"), max_length=10, choices=SignInOutcome.choices)
    address = models.GenericIPAddressField(_("网络地址"), null=True, blank=True)
    agent = models.CharField(_("浏览器"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("登录日志")
        verbose_name_plural = _("登录日志")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=~Q(outcome="succeeded") | Q(user__isnull=False),
                name="sign_in_by_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"{self.username} {self.get_outcome_display()}"


class PastPassword(models.Model):
    """A password a user has chosen, hashed: it is not taken again soon."""

    append_only = True

    user = models.ForeignKey(
        "members.User",
        models.PROTECT,
        related_name="past_passwords",
        verbose_name=_("用户"),
    )
    password = models.CharField(_("密码摘要"), max_length=128)
    chosen_on = models.DateField(_("设置日期"))

    class Meta:
        verbose_name = _("用过的密码")
        verbose_name_plural = _("用过的密码")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.user} {self.chosen_on}"
