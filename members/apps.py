"""The members app: unions, the people they serve and the staff who serve them."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = _("组织与人员")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from members.actions.dissolution import DISSOLUTION
        from members.actions.employer_import import LEGAL_PERSONS, WITHOUT_UNION
        from members.actions.membership_succession import MEMBERSHIP_SUCCESSION
        from members.actions.memberships_import import MEMBERSHIPS
        from members.actions.organisation_import import UNIONS
        from members.actions.people_import import PEOPLE
        from members.actions.succession import SUCCESSIONS
        from members.actions.yearly_return_import import RETURNS
        from members.enums import VERBS
        from members.queries.census_facts import census_sheet
        from members.queries.flag_figures import FLAG_FIGURES
        from members.queries.membership_figures import MEMBERSHIP_FIGURES
        from members.queries.membership_waiting import (
            MEMBERSHIP_QUEUES,
            membership_cards,
        )
        from members.queries.message import MESSAGE_FIGURES, MESSAGE_QUEUE
        from members.queries.office import QUEUES as OFFICE_QUEUES
        from members.queries.organisation_figures import FIGURES
        from members.queries.privacy_request import PRIVACY_QUEUE
        from members.queries.texting import ADDRESS_BOOK
        from members.queries.waiting import QUEUES, account_cards
        from members.queries.webhook import WEBHOOK_QUEUE
        from unionportal.core.cards import register_home_cards
        from unionportal.core.facts import register_fact_sheet
        from unionportal.core.figures import register_figure
        from unionportal.core.messages import register_address_book
        from unionportal.core.notice_kinds import register_notice_kind
        from unionportal.core.queues import register_queue
        from unionportal.core.successions import register_succession
        from unionportal.core.uploads.columns import register_import
        from unionportal.core.verb_labels import register_verbs

        register_verbs(VERBS)
        register_notice_kind(DISSOLUTION)
        register_fact_sheet(census_sheet())
        register_address_book(ADDRESS_BOOK)
        register_home_cards(account_cards)
        for kind in (
            PEOPLE,
            MEMBERSHIPS,
            UNIONS,
            LEGAL_PERSONS,
            WITHOUT_UNION,
            RETURNS,
        ):
            register_import(kind)
        for succession in (*SUCCESSIONS, MEMBERSHIP_SUCCESSION):
            register_succession(succession)
        register_home_cards(membership_cards)
        for figure in (*FIGURES, *MEMBERSHIP_FIGURES, *MESSAGE_FIGURES, *FLAG_FIGURES):
            register_figure(figure)
        for queue in (
            *(*QUEUES, *OFFICE_QUEUES, *MEMBERSHIP_QUEUES),
            *(MESSAGE_QUEUE, WEBHOOK_QUEUE, PRIVACY_QUEUE),
        ):
            register_queue(queue)
        self._register_privacy()

    def _register_privacy(self) -> None:
        from members.queries.consent import find_people, register_consent_subjects
        from members.queries.holdings import register_holdings
        from members.queries.traces import traces_of

        register_holdings(traces_of)
        register_consent_subjects("person", "members.person", find_people)
