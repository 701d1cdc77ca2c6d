"""`migrate` on the role that may change tables, with the running role's rights after."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.core.management.commands.migrate import Command as MigrateCommand
from django.db import connections

from unionportal.core.rights import RoleMissingError, grant_rights


class Command(MigrateCommand):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        owner = connections[options["database"]]
        role = settings.RUNNING_ROLE
        if options["plan"] or owner.settings_dict["USER"] == role:
            return
        try:
            grant_rights(owner=owner, role=role)
        except RoleMissingError as error:
            raise CommandError(str(error)) from error
