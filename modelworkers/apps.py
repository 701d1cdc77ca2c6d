"""The modelworkers app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ModelWorkersConfig(AppConfig):
    name = "modelworkers"
    verbose_name = _("劳模服务")
    default_auto_field = "django.db.models.BigAutoField"
