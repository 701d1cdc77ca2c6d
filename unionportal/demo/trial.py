"""A trial in the demonstration: a draft of next winter's rule against the one in force."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.db.models import Sum

from assistance.actions.schemes import save_scheme_version
from assistance.actions.what_ifs import WhatIfEntry, compute_what_if, request_what_if
from assistance.models import SchemeVersion, WhatIf
from members.enums import Role
from members.models import Organisation
from unionportal.core.actor import Actor
from unionportal.demo.cast import Cast

SHIPPED = Path("assistance/schemes/winter_warmth.yaml")
# 700 instead of 600 yuan; for accidents two and a half lines instead of three.
CHANGED = (
    ("version: 1", "version: 2"),
    ('amount: "600"', 'amount: "700"'),
    ('amount: "600.00"', 'amount: "700.00"'),
    ("3 * 低保标准", "2.5 * 低保标准"),
    ('"2250.00"', '"1875.00"'),
    ('"2250.01"', '"1875.01"'),
)
SHARE = Decimal("0.9")  # of what the new rule would cost
POOREST_FIRST = ({"expression": "家庭月人均净收入", "direction": "asc"},)


def load_trial(root: Organisation, *, on: date) -> None:
    """Draft the new rule and try it on the province, uncapped and capped; once."""
    if WhatIf.objects.exists():
        return
    by = Cast(on).holder(Role.MAKER, root)
    source = (settings.BASE_DIR / SHIPPED).read_text(encoding="utf-8")
    for old, new in CHANGED:
        source = source.replace(old, new)
    draft = save_scheme_version(source=source, on=on, by=by)
    before = SchemeVersion.objects.get(scheme=draft.scheme, number=draft.number - 1)
    entry = WhatIfEntry(
        before_id=before.pk, after_id=draft.pk, organisation_id=root.pk, as_of=on
    )
    free = _tried(entry, on=on, by=by)
    wanted = free.counts.aggregate(sum=Sum("after_amount"))["sum"] or Decimal(0)
    cap = (wanted * SHARE).quantize(Decimal(1))
    _tried(replace(entry, cap=cap, priorities=POOREST_FIRST), on=on, by=by)


def _tried(entry: WhatIfEntry, *, on: date, by: Actor) -> WhatIf:
    asked = request_what_if(entry=entry, on=on, by=by)
    return compute_what_if(what_if_id=asked.pk, on=on, by=by)
