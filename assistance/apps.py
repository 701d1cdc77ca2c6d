"""The assistance app: dossiers, schemes, rounds, funds and disbursements."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssistanceConfig(AppConfig):
    """Fills the registries; nothing registers anywhere else."""

    name = "assistance"
    verbose_name = _("困难帮扶")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from assistance.queries.dossiers import hardship_population
        from assistance.queries.populations import register_population
        from unionportal.core.facts import register_fact_sheet

        hardship = hardship_population()
        register_fact_sheet(hardship.sheet)
        register_population(hardship)
