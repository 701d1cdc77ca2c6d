"""The assistance app: dossiers, schemes, rounds, funds and disbursements."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssistanceConfig(AppConfig):
    """Fills the registries; nothing registers anywhere else."""

    name = "assistance"
    verbose_name = _("困难帮扶")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from assistance.actions.account_changes import look_for_stopped
        from assistance.actions.determinations import DETERMINATION_KIND
        from assistance.actions.notices import NOTICE_KIND
        from assistance.actions.successions import SUCCESSIONS
        from assistance.enums import VERBS
        from assistance.queries.cards import matter_cards, matter_page
        from assistance.queries.dossiers import hardship_population
        from assistance.queries.figures import FIGURES
        from assistance.queries.person_merges import money_against_merge
        from assistance.queries.populations import register_population
        from assistance.queries.queues import QUEUES
        from members.queries.person_merge import register_merge_objections
        from unionportal.core.cards import register_home_cards
        from unionportal.core.consequences import (
            ACCOUNT_CHECKED,
            register_consequence,
        )
        from unionportal.core.facts import register_fact_sheet
        from unionportal.core.figures import register_figure
        from unionportal.core.message_pages import register_message_page
        from unionportal.core.notice_kinds import register_notice_kind
        from unionportal.core.queues import register_queue
        from unionportal.core.successions import register_succession
        from unionportal.core.verb_labels import register_verbs

        register_verbs(VERBS)
        hardship = hardship_population()
        register_fact_sheet(hardship.sheet)
        register_population(hardship)
        for figure in FIGURES:
            register_figure(figure)
        for queue in QUEUES:
            register_queue(queue)
        for succession in SUCCESSIONS:
            register_succession(succession)
        register_home_cards(matter_cards)
        register_notice_kind(NOTICE_KIND)
        register_message_page(DETERMINATION_KIND, matter_page)
        register_consequence(ACCOUNT_CHECKED, look_for_stopped)
        register_merge_objections(money_against_merge)
        self._register_applications()
        self._register_leavings()
        self._register_privacy()

    def _register_applications(self) -> None:
        from assistance.actions.dossier_intakes import INTAKE_NOTICE
        from assistance.queries.application_cards import (
            application_cards,
            application_page,
        )
        from assistance.queries.application_facts import application_population
        from assistance.queries.intake_figures import INTAKE_FIGURES
        from assistance.queries.populations import register_population
        from unionportal.core.cards import register_home_cards
        from unionportal.core.facts import register_fact_sheet
        from unionportal.core.figures import register_figure
        from unionportal.core.message_pages import register_message_page
        from unionportal.core.notice_kinds import register_notice_kind

        applied = application_population()
        register_fact_sheet(applied.sheet)
        register_population(applied)
        register_notice_kind(INTAKE_NOTICE)
        for figure in INTAKE_FIGURES:
            register_figure(figure)
        register_home_cards(application_cards)
        register_message_page("assistance.aidapplication", application_page)

    def _register_leavings(self) -> None:
        from assistance.queries.leavings import (
            LEAVING_KIND,
            leaving_cards,
            leaving_page,
        )
        from unionportal.core.cards import register_home_cards
        from unionportal.core.message_pages import register_message_page

        register_home_cards(leaving_cards)
        register_message_page(LEAVING_KIND, leaving_page)

    def _register_privacy(self) -> None:
        from assistance.actions.families import forget_applications, forget_household
        from assistance.queries.families import find_family
        from assistance.queries.holdings import duties_in_aid, holdings_in_aid
        from members.actions.forgetting import register_forgetting
        from members.queries.consent import register_consent_subjects
        from members.queries.holdings import register_duties, register_holdings

        register_consent_subjects("family", "assistance.householdmember", find_family)
        register_holdings(holdings_in_aid)
        register_duties(duties_in_aid)
        register_forgetting(forget_household)
        register_forgetting(forget_applications)
