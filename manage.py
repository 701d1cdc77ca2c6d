#!/usr/bin/env python3
"""The command line of the portal.

Without DATABASE_URL the command runs on this checkout's own engines: those that are
already up, else started for as long as the command lasts.
"""

import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

from unionportal.embedded import engines, local_environment

CHECKOUT = Path(__file__).resolve().parent

# These touch neither database nor broker, or have engines of their own.
WITHOUT_ENGINES = {
    "bundle",
    "check",
    "collectstatic",
    "compilemessages",
    "help",
    "makemessages",
    "restore_drill",
    "spectacular",
    "version",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "unionportal.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if "DATABASE_URL" in os.environ:
        execute_from_command_line(sys.argv)
        return
    for name, value in local_environment(CHECKOUT).items():
        os.environ.setdefault(name, value)
    if command in WITHOUT_ENGINES:
        execute_from_command_line(sys.argv)
        return
    with engines(CHECKOUT / "var" / "engines", durable=True):
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
