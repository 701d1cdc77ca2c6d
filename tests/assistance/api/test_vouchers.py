"""What county systems read of their accounting vouchers."""

import json

import pytest

from assistance.actions.vouchers import draw_accounting_voucher
from members.enums import Role
from tests.assistance import builders as make
from tests.assistance.api.callers import API, caller, ids
from tests.assistance.paying import AFTER_NOTICE
from tests.assistance.vouchering import set_subjects, settled_batch

pytestmark = pytest.mark.django_db


def test_a_voucher_is_told_with_its_lines_to_the_own_union_alone() -> None:
    batch = settled_batch()
    set_subjects()
    voucher = draw_accounting_voucher(
        batch_id=batch.pk,
        by=make.staff(Role.CHECKER, name="县会计"),
        on=AFTER_NOTICE,
    )

    told = json.loads(caller().get(f"{API}/vouchers/").content)

    assert told["results"] == [
        {
            "id": voucher.pk,
            "organisation": make.COUNTY,
            "batch": batch.number,
            "sequence": 1,
            "state": "drawn",
            "total": "1800.00",
            "drawn_on": AFTER_NOTICE.isoformat(),
            "number": "",
            "numbered_on": None,
            "lines": [
                {
                    "side": "debit",
                    "fund_source": "county_own",
                    "subject_code": "50201",
                    "subject_name": "困难职工帮扶支出",
                    "amount": "1800.00",
                },
                {
                    "side": "credit",
                    "fund_source": None,
                    "subject_code": "10201",
                    "subject_name": "银行存款",
                    "amount": "1800.00",
                },
            ],
        }
    ]
    assert ids(caller(make.NEXT_COUNTY).get(f"{API}/vouchers/")) == []
    assert ids(caller().get(f"{API}/vouchers/?state=numbered")) == []
