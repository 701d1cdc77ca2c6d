"""What the fields of a page are called: read from the page, as a browser would."""

from collections import defaultdict
from html.parser import HTMLParser

Fields = dict[tuple[str, str], set[str]]


class FieldNames(HTMLParser):
    """Collects the names of each form's fields by method and address."""

    def __init__(self, path: str, fields: Fields) -> None:
        super().__init__()
        self.path = path
        self.fields = fields
        self.form: tuple[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Enter a form, or write down a field of it."""
        given = dict(attrs)
        if tag == "form":
            action = (given.get("action") or self.path).split("?")[0]
            self.form = ((given.get("method") or "get").lower(), action or self.path)
        elif self.form and (name := given.get("name")):
            self.fields[self.form].add(name)

    def handle_endtag(self, tag: str) -> None:
        """Leave a form."""
        if tag == "form":
            self.form = None


def fields_of(pages: dict[str, str]) -> Fields:
    """The names of fields by (method, address), from the pages' HTML."""
    fields: Fields = defaultdict(set)
    for path, html in pages.items():
        FieldNames(path, fields).feed(html)
    return fields
