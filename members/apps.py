"""The members app: unions, the people they serve and the staff who serve them."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = _("组织与人员")
    default_auto_field = "django.db.models.BigAutoField"
