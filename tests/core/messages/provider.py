"""A provider of the tests' own, its telephones, and a message to send."""

from collections.abc import Mapping, Sequence

from unionportal.core.messages import SmsInDoubt, SmsRefused, queue_message
from unionportal.core.models import Message

TEMPLATE = "core/notices/test.txt"
URGENT = "core/notices/urgent.txt"
PHONES = {
    1: "13800000001",
    2: "13800000002",
    3: "13800000003",
    4: "13800000004",
    5: "13800000001",  # one telephone, two people
}
UNION_ABOVE = {3: (3, 1), 4: (4, 1)}
sent: list[tuple[str, str]] = []
unwilling: set[int] = set()
down: set[str] = set()


class Recorder:
    """Refuses one number, does not say of another, cannot be reached for what is down."""

    def send(self, phone: str, text: str, *, reference: str = "") -> None:
        assert reference.startswith("message-")
        if phone.endswith("2"):
            raise SmsRefused("号码已停机，请电话或上门告知。")
        if phone in down:
            raise TimeoutError
        if phone.endswith("4"):
            raise SmsInDoubt
        sent.append((phone, text))


def phones_of(person_ids: Sequence[int]) -> Mapping[int, str]:
    return {number: PHONES[number] for number in person_ids if number in PHONES}


def may_text(person_ids: Sequence[int], purpose: str) -> set[int]:
    assert purpose == "办事进展"
    return set(person_ids) - unwilling


def unions_above(organisation_ids: Sequence[int]) -> Mapping[int, Sequence[int]]:
    return {each: UNION_ABOVE[each] for each in organisation_ids}


def tell(
    person_id: int, key: str = "", *, template: str = TEMPLATE, union: int = 3
) -> Message:
    return queue_message(
        person_id=person_id,
        template=template,
        context={"union": "明溪县总工会", "title": "公示开始"},
        about=("assistance.round", 5),
        key=key or f"notice:{person_id}",
        organisation_id=union,
    )
