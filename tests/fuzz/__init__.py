"""Bad input of every kind: nothing but refusals comes back, and nothing is applied."""

import os

from hypothesis import HealthCheck, settings

WANTED = os.environ.get("FUZZ_EXAMPLES", "")


def tries(in_ci: int) -> settings:
    """The same examples at every run of the CI; FUZZ_EXAMPLES asks for new ones."""
    return settings(
        max_examples=int(WANTED or in_ci),
        deadline=None,
        derandomize=not WANTED,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
