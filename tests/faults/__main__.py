"""`make faults`: break the portal and print what was survived.

ARGS="--seed N --rows R1,R2 --tries K"; the same seed breaks in the same places. A
failed try prints the arguments that repeat it alone (`--only`).
"""

import argparse
import importlib
import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import django

from tests.faults.place import CHECKOUT, own_place


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rows", default="", help="R1,R5; all without it")
    parser.add_argument("--tries", type=int, help="of each fault, not its full number")
    parser.add_argument("--only", type=int, help="one try, by its number")
    parser.add_argument("--slice", action="store_true", help="as many as in CI")
    parser.add_argument("--part", default="", help="2/5: the second of five parts")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--readme", action="store_true", help="keep a slice as well")
    parser.add_argument("--json", type=Path, help="write the outcomes to a file")
    parser.add_argument(
        "--add", type=Path, nargs="+", help="no run: such files into the README"
    )
    return parser.parse_args()


def run_part(chosen: argparse.Namespace) -> int:
    """Carry out one part in this process, on a ground of its own."""
    place = own_place()
    place.enter()
    django.setup()
    # What is broken on purpose is told by the table; the children write their own logs.
    logging.disable(logging.CRITICAL)
    table = importlib.import_module("tests.faults.table")
    ground = importlib.import_module("tests.faults.ground").Ground(place)
    part, _, parts = chosen.part.partition("/")
    choice = table.Choice(
        seed=chosen.seed,
        is_slice=chosen.slice,
        tries=chosen.tries,
        only=chosen.only,
        part=int(part) - 1,
        parts=int(parts),
    )
    try:
        rows = table.faults_of(filter(None, chosen.rows.split(",")))
        outcomes = table.try_all(ground, rows, choice, _say)
    finally:
        ground.close()
    if chosen.json:
        told = table.as_json(outcomes, chosen.seed)
        chosen.json.write_text(json.dumps(told, ensure_ascii=False))
    return int(any(each.failures for each in outcomes))


def run_all(chosen: argparse.Namespace) -> int:
    """Share the tries out among processes, then print and keep the table."""
    place = own_place()
    place.enter()
    jobs = 1 if chosen.only is not None else chosen.jobs
    files = [place.folder / f"outcome.{part}" for part in range(jobs)]
    mine = [one for one in sys.argv[1:] if not one.startswith("--json=")]
    children = [
        subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.faults", *mine),
                *(f"--part={part + 1}/{jobs}", f"--json={file}"),
            ],
            cwd=CHECKOUT,
        )
        for part, file in enumerate(files)
    ]
    codes = [child.wait() for child in children]
    report = importlib.import_module("tests.faults.report")
    outcomes = report.read(files)
    place.folder.joinpath("outcome").unlink(missing_ok=True)
    for file in files:
        file.unlink(missing_ok=True)
    place.folder.rmdir()
    _say(report.table(outcomes))
    if chosen.json:
        chosen.json.write_text(report.as_json(outcomes))
    is_whole = not (chosen.slice or chosen.tries or chosen.only is not None)
    if chosen.readme or is_whole:
        report.into_readme(CHECKOUT / "README.md", outcomes)
    return max(codes)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def add_up(files: list[Path]) -> int:
    """Rows of earlier runs, added up, into the README."""
    report = importlib.import_module("tests.faults.report")
    report.into_readme(CHECKOUT / "README.md", report.read(files))
    return 0


if __name__ == "__main__":
    asked = arguments()
    if asked.add:
        sys.exit(add_up(asked.add))
    sys.exit(run_part(asked) if asked.part else run_all(asked))
