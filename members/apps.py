"""The members app: unions, the people they serve and the staff who serve them."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = _("组织与人员")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from members.actions.people_import import PEOPLE
        from members.actions.succession import SUCCESSIONS
        from members.enums import VERBS
        from members.queries.person import phones_of
        from members.queries.waiting import QUEUES, account_cards
        from unionportal.core.cards import register_home_cards
        from unionportal.core.messages import register_phone_book
        from unionportal.core.queues import register_queue
        from unionportal.core.successions import register_succession
        from unionportal.core.uploads.columns import register_import
        from unionportal.core.verb_labels import register_verbs

        register_verbs(VERBS)
        register_phone_book(phones_of)
        register_home_cards(account_cards)
        register_import(PEOPLE)
        for succession in SUCCESSIONS:
            register_succession(succession)
        for queue in QUEUES:
            register_queue(queue)
