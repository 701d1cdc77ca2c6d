"""What a staff password must be, beside Django's own rules: mixed, and not used before."""

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from members.models import PastPassword, User

KINDS_NEEDED = 3


class MixedSigns:
    """Three of: capitals, small letters, digits, other signs (GB/T 22239 8.1.4.1)."""

    def validate(self, password: str, user: object = None) -> None:
        """Refuse fewer kinds."""
        del user
        kinds = (
            any(sign.isupper() for sign in password),
            any(sign.islower() for sign in password),
            any(sign.isdecimal() for sign in password),
            any(not sign.isalnum() for sign in password),
        )
        if sum(kinds) < KINDS_NEEDED:
            raise ValidationError(self.get_help_text(), code="password_not_mixed")

    def get_help_text(self) -> str:
        """The rule in a sentence."""
        return _("密码须含大写字母、小写字母、数字、符号中的至少三种。")


class NotUsedBefore:
    """None of the last passwords of the user, the present one included."""

    def __init__(self, count: int = 5) -> None:
        """Look back over so many."""
        self.count = count

    def validate(self, password: str, user: object = None) -> None:
        """Refuse one of them."""
        if not isinstance(user, User) or user.pk is None:
            return
        past = PastPassword.objects.filter(user=user).values_list("password", flat=True)
        known = [*past[: self.count], user.password]
        if any(check_password(password, one) for one in known):
            raise ValidationError(self.get_help_text(), code="password_used_before")

    def get_help_text(self) -> str:
        """The rule in a sentence."""
        return _("不能与最近 %(count)d 次用过的密码相同。") % {"count": self.count}
