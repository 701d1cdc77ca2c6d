"""What people read for a verb of the audit trail; apps register theirs in ready()."""

from collections.abc import Mapping

from unionportal.core.registry import Registry

_labels: Registry[str] = Registry("verb")


def register_verbs(labels: Mapping[str, str]) -> None:
    """Register words for verbs, by `verb` or, where it is a common one, `kind:verb`."""
    for verb, label in labels.items():
        _labels.add(verb, label)


def verb_label(kind: str, verb: str) -> str:
    """Return the word for a verb done to a kind of record; the verb itself if none is."""
    return _labels.get(f"{kind}:{verb}") or _labels.get(verb) or verb
