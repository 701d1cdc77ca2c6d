"""The project package as an app: its commands and its checks."""

from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _


class UnionPortalConfig(AppConfig):
    name = "unionportal"
    label = "unionportal"
    verbose_name = _("工会服务门户")

    def ready(self) -> None:
        from unionportal.checks import production_settings, second_factor_enforced

        checks.register(production_settings, "unionportal")
        checks.register(second_factor_enforced, "unionportal")
