"""Acts of the round that have no page of their own yet."""

from collections.abc import Callable

from assistance.actions.samples import draw_sample, take_sample_items
from assistance.actions.schemes import publish_scheme_version
from assistance.actions.verification import record_verification_call
from assistance.models import Round, SchemeVersion
from assistance.queries.verification import items_waiting
from assistance.rules.sampling import Precision
from members.enums import Role
from tests.assistance.builders import PROVINCE, union
from tests.assistance.paying import AFTER_NOTICE
from unionportal.core.actor import SYSTEM
from unionportal.demo.cast import Cast
from unionportal.demo.walk.verifying import CONFIRMED


def draw() -> None:
    """The maker draws the sample of the round."""
    draw_sample(
        round_id=Round.objects.get(parent=None).pk,
        precision=Precision(),
        on=AFTER_NOTICE,
        by=Cast(AFTER_NOTICE).holder(Role.MAKER, union(PROVINCE)),
    )


def call_everybody(round_: Round) -> None:
    """The auditor calls whoever was drawn; all say that the money came."""
    by = Cast(AFTER_NOTICE).holder(Role.AUDITOR, union(PROVINCE))
    waiting = items_waiting(round_)
    if waiting.filter(verifier=None).exists():
        take_sample_items(
            round_id=round_.pk, on=AFTER_NOTICE, by=by, limit=waiting.count()
        )
    for item in waiting.order_by("id"):
        record_verification_call(
            item_id=item.pk, report=CONFIRMED, on=AFTER_NOTICE, by=by
        )


def publish() -> None:
    """The second version of the scheme comes into force."""
    publish_scheme_version(
        version_id=SchemeVersion.objects.get(number=2).pk, on=AFTER_NOTICE, by=SYSTEM
    )


ACTS: dict[str, Callable[[], None]] = {"draw": draw, "publish": publish}
