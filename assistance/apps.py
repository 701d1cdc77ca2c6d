"""The assistance app: dossiers, schemes, rounds, funds and disbursements."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssistanceConfig(AppConfig):
    name = "assistance"
    verbose_name = _("困难帮扶")
    default_auto_field = "django.db.models.BigAutoField"
