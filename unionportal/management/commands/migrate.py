"""`migrate` on the role that may change tables, with the running role's rights after."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.core.management.commands.migrate import Command as MigrateCommand
from django.db import connections

from unionportal.checks import TWO_ROLES, owner_is_apart
from unionportal.core.rights import RoleMissingError, grant_rights


class Command(MigrateCommand):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        apart = owner_is_apart()
        if not (apart or settings.DEBUG):
            message = f"OWNER_DATABASE_URL 未设置：{TWO_ROLES}"
            raise CommandError(message)
        super().handle(*args, **options)
        if apart and not options["plan"]:
            owner = connections[options["database"]]
            try:
                grant_rights(owner=owner, role=settings.RUNNING_ROLE)
            except RoleMissingError as error:
                raise CommandError(str(error)) from error
