"""An undefined variable in one of our templates fails the test that renders it."""

import sys
from pathlib import Path
from typing import Any

from django.template.base import FilterExpression, Node

ROOT = Path(__file__).resolve().parent.parent
FOREIGN = ROOT / ".venv"


class UndefinedVariableError(Exception):
    """A template of ours names a variable that its view does not pass."""


class Undefined(str):
    """Stands in `string_if_invalid`; Django asks for `"%s" % variable`.

    Templates of the libraries keep Django's usual behaviour: empty text, then filters.
    """

    __slots__ = ()

    def __mod__(self, variable: object) -> str:
        frame = sys._getframe(1)
        expression = frame.f_locals["self"]
        context = frame.f_locals["context"]
        origin = _origin_of(frame)
        if origin is not None and _is_ours(origin):
            message = f"{origin}: {variable}"
            raise UndefinedVariableError(message)
        return _resolve_as_empty(expression, context)


def _origin_of(frame: Any) -> str | None:  # noqa: ANN401 - a frame of the interpreter
    while frame is not None:
        node = frame.f_locals.get("self")
        if isinstance(node, Node) and getattr(node, "origin", None) is not None:
            return str(node.origin.name)
        frame = frame.f_back
    return None


def _is_ours(origin: str) -> bool:
    path = Path(origin)
    return path.is_relative_to(ROOT) and not path.is_relative_to(FOREIGN)


def _resolve_as_empty(expression: FilterExpression, context: Any) -> str:  # noqa: ANN401
    engine = context.template.engine
    strict, engine.string_if_invalid = engine.string_if_invalid, ""
    try:
        resolved: str = expression.resolve(context)
    finally:
        engine.string_if_invalid = strict
    return resolved
