"""The floors' SQL: files of named statements under `bench/floors`."""

from pathlib import Path

FLOORS = Path(__file__).resolve().parent / "floors"
MARK = "-- name: "


def statement(file: str, name: str) -> str:
    """One of the statements of a file."""
    text = (FLOORS / file).read_text("utf-8")
    parts = (part.partition("\n") for part in text.split(MARK)[1:])
    return {head.strip(): body for head, _line, body in parts}[name]
