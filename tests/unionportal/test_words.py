"""The theme speaks Chinese: what is compiled is what stands in the text."""

import gettext
import re
from pathlib import Path

from django.conf import settings

FOLDER = Path(settings.LOCALE_PATHS[0]) / "zh_Hans" / "LC_MESSAGES"


def test_compiled_words_are_those_of_the_text() -> None:
    text = (FOLDER / "django.po").read_text(encoding="utf-8")
    written = dict(re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', text, re.MULTILINE))
    with (FOLDER / "django.mo").open("rb") as compiled:
        words = gettext.GNUTranslations(compiled)
    assert written
    assert {source: words.gettext(source) for source in written} == written


def test_sidebar_and_login_have_no_english_left() -> None:
    with (FOLDER / "django.mo").open("rb") as compiled:
        words = gettext.GNUTranslations(compiled)
    for source in ("Welcome back to", "Return to site", "Type to search", "Next"):
        assert not words.gettext(source).isascii()
