"""Pictures of the main pages into var/screenshots: `make screenshots`."""

import sys

import pytest


def main() -> int:
    """Take them before the real server, on a small province invented for it."""
    return int(pytest.main(["-q", "tests/browser/pictures.py"]))


if __name__ == "__main__":
    sys.exit(main())
