"""A row measured in a process of its own: its memory is nobody else's."""

import multiprocessing
import os
from collections.abc import Sequence
from dataclasses import replace
from math import log10
from multiprocessing.connection import Connection
from statistics import median

from django.core.management import CommandError
from django.db import connections

from bench.rows import Measured, Options, Row

SMALLER = 10  # times smaller is the second size, from which the growth is told


def measure(row: Row, options: Options, *, with_growth: bool) -> list[Measured]:
    """Measure a row with all the rows it takes; and once with a tenth, for its growth."""
    options = replace(options, rows=min(options.rows, row.most))
    measured = measure_apart(row, options)
    load = os.getloadavg()[1]
    found = [replace(one, rows=one.rows or options.rows, load=load) for one in measured]
    if not (with_growth and row.grows):
        return found
    small = replace(options, rows=options.rows // SMALLER)
    return [
        replace(
            one, exponent=(growth(one.ours, less.ours), growth(one.floor, less.floor))
        )
        for one, less in zip(found, measure_apart(row, small), strict=True)
    ]


def growth(more: Sequence[float], less: Sequence[float]) -> float:
    """The exponent of the growth between two sizes, one ten times the other."""
    return log10(median(more) / median(less)) / log10(SMALLER)


def measure_apart(row: Row, options: Options) -> list[Measured]:
    """Run a row in a child; a mismatch there is a failure here."""
    connections.close_all()  # a forked child must never inherit an open line
    fork = multiprocessing.get_context("fork")
    reader, writer = fork.Pipe(duplex=False)
    child = fork.Process(target=_run, args=(row, options, writer))
    child.start()
    writer.close()
    try:
        found: list[Measured] = reader.recv()
    except EOFError:
        found = []
    child.join()
    if child.exitcode or not found:
        raise CommandError(f"{row.code}（{row.name}）没有量成，原因见上。")
    return found


def _run(row: Row, options: Options, writer: Connection) -> None:
    writer.send(list(row.run(options)))
    writer.close()
