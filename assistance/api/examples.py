"""One example of each answer, as the schema shows it."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

_DOSSIER: dict[str, Any] = {
    "id": 1024,
    "number": "350102-2025-00001",
    "state": "on_file",
    "organisation": "350102",
    "keeper": "350102001",
    "division": "350102",
    "principal_name": "张小三",
    "principal_id_number": "3501***********234",
    "hardship_class": "deep",
    "file_level": "national",
    "file_kind": "existing",
    "residence": "urban",
    "main_cause": "illness",
    "other_causes": ["schooling"],
    "household_size": 3,
    "homes_count": 1,
    "has_vehicle": False,
    "wage_income": "30000.00",
    "business_income": "0.00",
    "property_income": "0.00",
    "transfer_income": "0.00",
    "other_income": "0.00",
    "illness_cost": "3000.00",
    "disability_cost": "0.00",
    "schooling_cost": "0.00",
    "housing_cost": "0.00",
    "employment_cost": "0.00",
    "other_rigid_cost": "0.00",
    "applied_on": "2025-03-01",
    "approved_on": "2025-06-01",
    "rechecked_on": None,
    "closed_on": None,
    "exit_reason": "",
}
_MEMBER: dict[str, Any] = {
    "name": "李小四",
    "relation": "spouse",
    "id_number": "3501***********567",
    "birth_date": "1976-02-03",
    "identity": "",
}
_COUNTS: dict[str, Any] = {
    "population": 136,
    "eligible": 120,
    "ineligible": 10,
    "unknown": 6,
    "amount": "72000.00",
}
_COUNTY: dict[str, Any] = {
    "organisation": "350102",
    **_COUNTS,
    "planned_count": 0,
    "planned_amount": "0.00",
    "paid_count": 118,
    "paid_amount": "70800.00",
    "returned_count": 2,
    "returned_amount": "1200.00",
    "ended_count": 0,
    "ended_amount": "0.00",
}
_ROUND: dict[str, Any] = {
    "id": 7,
    "year": 2025,
    "scheme": "winter_warmth",
    "scheme_title": "冬送温暖慰问",
    "version": 1,
    "period": "2025-winter",
    "occurrence": "2025",
    "organisation": "350000",
    "kind": "main",
    "parent": None,
    "state": "released",
    "as_of": "2025-12-01",
    "opened_on": "2025-12-01",
    "computed_on": "2025-12-01",
    "released_on": "2025-12-15",
    "closed_on": None,
    "totals": None,
}
_DETERMINATION: dict[str, Any] = {
    "id": 90001,
    "year": 2025,
    "organisation": "350102",
    "subject_kind": "household",
    "subject_id": 1024,
    "occurrence": "2025",
    "outcome": "eligible",
    "clause": "",
    "missing_fact": "",
    "reason": "",
    "proposed_amount": "600.00",
    "decided_amount": "600.00",
    "deviation_reason": "",
    "supersedes": None,
    "superseded_by": None,
    "facts": {"hardship_class": "deep", "net_income_per_head": "750.00"},
}
_PAYMENT: dict[str, Any] = {
    "id": 70001,
    "year": 2025,
    "batch": "B202500007-350102-1",
    "organisation": "350102",
    "subject_kind": "household",
    "subject_id": 1024,
    "determination": 90001,
    "attempt": 1,
    "fund_source": "provincial_warmth",
    "account_last4": "5678",
    "reference": "P20250000070000123",
    "amount": "600.00",
    "state": "paid",
    "reason_code": "",
    "reason": "",
    "end_reason": "",
    "instructed_on": "2025-12-18",
    "settled_on": "2025-12-19",
}


def _example(value: dict[str, Any]) -> list[OpenApiExample]:
    return [OpenApiExample("示例", value=value, response_only=True)]


DOSSIERS = _example(_DOSSIER)
DOSSIER = _example(_DOSSIER | {"members": [_MEMBER]})
ROUNDS = _example(_ROUND)
ROUND = _example(_ROUND | {"counties": [_COUNTY]})
DETERMINATIONS = _example(_DETERMINATION)
PAYMENTS = _example(_PAYMENT)
