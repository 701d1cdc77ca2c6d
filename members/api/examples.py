"""One example of each answer, as the schema shows it."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

_ORGANISATION: dict[str, Any] = {
    "id": 51201,
    "external_id": "union-77",
    "code": "81350426MC0000001X",
    "name": "尤溪某某纺织有限公司工会委员会",
    "short_name": "某某纺织",
    "parent": "350426",
    "level": "basic",
    "form": "committee",
    "kind": "single",
    "state": "normal",
    "since": "2014-05-06",
    "founded_on": "2014-05-06",
    "document": "尤工〔2014〕12号",
    "dissolved_on": None,
    "successor": None,
    "division": "350426",
}
_EMPLOYER: dict[str, Any] = {
    "id": 3301,
    "external_id": "firm-12",
    "code": "91350100M000100Y43",
    "name": "尤溪某某纺织有限公司",
    "ownership": "private",
    "size": "small",
    "is_above_scale": True,
    "trade": "C",
    "headcount": 126,
    "counted_on": "2025-06-30",
    "division": "350426",
    "keeper": "350426",
    "organisation": None,
    "covered_on": None,
    "closed_on": None,
}
_PERSON: dict[str, Any] = {
    "id": 90017,
    "external_id": "staff-5",
    "name": "林小满",
    "id_number": "1101***********02X",
    "id_kind": "resident",
    "birth_date": "1949-12-31",
    "sex": "female",
    "phone": "138****8000",
    "organisation": "350426",
    "division": "350426",
    "target_groups": ["migrant"],
    "died_on": None,
    "merged_into": None,
}
_MEMBERSHIP: dict[str, Any] = {
    "id": 70012,
    "number": "0000070012",
    "person": 90017,
    "person_name": "林小满",
    "organisation": "350426",
    "state": "member",
    "joined_on": "2014-05-01",
    "since": "2014-05-01",
}
BULK_ITEMS: dict[str, dict[str, Any]] = {
    "organisations": {
        "external_id": "union-77",
        **{
            name: _ORGANISATION[name]
            for name in ("code", "name", "parent", "founded_on", "document")
        },
    },
    "employers": {
        "external_id": "firm-12",
        **{
            name: _EMPLOYER[name]
            for name in ("code", "name", "division", "headcount", "counted_on")
        },
    },
    "people": {
        "external_id": "staff-5",
        "name": "林小满",
        "id_number": "11010519491231002X",
        "phone": "13800138000",
        "organisation": "350426",
    },
}
_BULK: dict[str, Any] = {
    "created": 1,
    "updated": 0,
    "unchanged": 0,
    "refused": 1,
    "results": [
        {
            "external_id": "staff-5",
            "result": "created",
            "id": 90017,
            "moved_to": None,
            "errors": [],
        },
        {
            "external_id": "staff-6",
            "result": "refused",
            "id": None,
            "moved_to": None,
            "errors": [
                {
                    "code": "outside",
                    "field": "organisation",
                    "detail": "该工会不在您的管理范围内，请由其所属工会或上级工会导入。",
                }
            ],
        },
    ],
}


def _example(value: dict[str, Any]) -> list[OpenApiExample]:
    return [
        OpenApiExample("示例", value=value, response_only=True, status_codes=["200"])
    ]


ORGANISATIONS = _example(_ORGANISATION)
EMPLOYERS = _example(_EMPLOYER)
PEOPLE = _example(_PERSON)
MEMBERSHIPS = _example(_MEMBERSHIP)
CHANGES = _example(
    {
        "changes": [
            {
                "kind": "person",
                "id": 90017,
                "change": "moved",
                "moved_to": 90002,
                "external_id": "staff-5",
            }
        ],
        "cursor": "7301234567890123456-00000001.812345.99012",
        "has_more": False,
    }
)
WEBHOOK = _example(
    {
        "url": "https://hooks.example.org/portal",
        "is_active": True,
        "failing_since": None,
        "off_reason": "",
    }
)
NEW_WEBHOOK = [
    OpenApiExample(
        "请求",
        value={"url": "https://hooks.example.org/portal"},
        request_only=True,
    ),
    OpenApiExample(
        "答复",
        value={
            "url": "https://hooks.example.org/portal",
            "secret": "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        },
        response_only=True,
    ),
]
CODES = _example(
    {
        "codes": [
            {
                "code": "key_reused",
                "status": 409,
                "meaning": "幂等键已用于别的内容",
                "remedy": "换一个新的键",
            }
        ]
    }
)
BULK_ANSWER = _example(_BULK)[0]
BULK_REQUESTS = {
    kind: OpenApiExample("请求", value={"items": [item]}, request_only=True)
    for kind, item in BULK_ITEMS.items()
}
