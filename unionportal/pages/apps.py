"""The composed pages as a Django app, and the staff admin's configuration."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class PagesConfig(AppConfig):
    name = "unionportal.pages"
    label = "pages"
    verbose_name = _("页面")


class StaffAdminConfig(admin_apps.AdminConfig):
    default = False
    default_site = "unionportal.pages.staff.StaffSite"
