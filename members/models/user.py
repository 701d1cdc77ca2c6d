"""Users (用户): who may sign in. What a user may do comes from posts, never from here."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Creates users; an absent password makes an unusable one."""

    def create_user(
        self, username: str, password: str | None = None, **fields: Any
    ) -> "User":
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self, username: str, password: str | None = None, **fields: Any
    ) -> "User":
        return self.create_user(username, password, is_staff=True, **fields)


class User(AbstractBaseUser):
    """A sign-in of staff (username and password) or of a worker (phone and code)."""

    username = models.CharField(_("用户名"), max_length=40, unique=True)
    name = models.CharField(_("姓名"), max_length=60)
    is_active = models.BooleanField(_("启用"), default=True)
    is_staff = models.BooleanField(_("工会工作人员"), default=False)
    must_change_password = models.BooleanField(_("须修改密码"), default=False)
    password_chosen_on = models.DateField(_("密码设置日期"), null=True, blank=True)
    # Part of what a session is checked against: one more ends them all.
    session_epoch = models.PositiveIntegerField(_("登录代次"), default=0)
    person = models.OneToOneField(
        "members.Person",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="user",
        verbose_name=_("本人"),
    )

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()

    class Meta:
        verbose_name = _("用户")
        verbose_name_plural = _("用户")
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(is_staff=True) | Q(person__isnull=False),
                name="user_staff_or_person",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def set_password(self, raw_password: str | None) -> None:
        """A password chosen oneself is not to be changed again."""
        super().set_password(raw_password)
        self.must_change_password = False

    def get_session_auth_hash(self) -> str:
        """What each request compares: another password or epoch ends every session."""
        return self._session_hash(None)

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same under the secrets that were in use before."""
        for secret in settings.SECRET_KEY_FALLBACKS:
            yield self._session_hash(secret)

    def _session_hash(self, secret: str | bytes | None) -> str:
        text = f"{self.password}:{self.session_epoch}"
        made = salted_hmac("members.User", text, secret=secret, algorithm="sha256")
        return made.hexdigest()

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    def has_perm(self, perm: str, obj: object | None = None) -> bool:
        """Staff may look; every screen narrows by posts and verbs ask `permissions`."""
        verb = perm.rpartition(".")[2]
        return self.is_active and self.is_staff and verb.startswith("view_")

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_staff
