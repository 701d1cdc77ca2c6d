"""A worker asks about a matter of his; the paying union answers once."""

from datetime import date

from django.db import transaction

from assistance.models import Determination, Inquiry
from assistance.permissions.inquiries import can_answer_inquiry, can_ask_about
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal

OPEN_AT_ONCE = 3


def ask_about_determination(
    *, determination_id: int, text: str, on: date, by: Actor
) -> Inquiry:
    """Put a question to the paying union.

    Refuses a stranger, an empty question, and a fourth one while three are unanswered.
    """
    with transaction.atomic():
        determination = Determination.objects.filter(pk=determination_id).first()
        if determination is None:
            raise Refusal("没有这件事，请从“我的帮扶”进入。", code="unknown")
        can_ask_about(by, determination).require()
        asker = determination.payee_id
        if asker is None:
            raise Refusal("这件事没有收款人，不能在线咨询。", code="unknown")
        text = text.strip()
        if not text:
            raise Refusal("请写下您的问题。", field="text")
        waiting = Inquiry.objects.filter(
            determination_id=determination_id, answered_on=None
        ).count()
        if waiting >= OPEN_AT_ONCE:
            raise Refusal("您已有三个问题等待答复，请等工会答复后再问。", field="text")
        inquiry = Inquiry.objects.create(
            determination_id=determination_id,
            organisation_id=determination.organisation_id,
            person_id=asker,
            text=text,
            asked_on=on,
        )
        record(
            by=by,
            verb="ask_about_determination",
            subject=inquiry,
            on=on,
            organisation_id=inquiry.organisation_id,
        )
    return inquiry


def answer_inquiry(*, inquiry_id: int, answer: str, on: date, by: Actor) -> Inquiry:
    """Answer a question, once. Refuses an empty answer and a second one."""
    with transaction.atomic():
        inquiry = (
            Inquiry.objects.select_for_update(of=("self",))
            .select_related("organisation")
            .filter(pk=inquiry_id)
            .first()
        )
        if inquiry is None:
            raise Refusal("没有这条咨询。", code="unknown")
        can_answer_inquiry(by, inquiry).require()
        if inquiry.answered_on is not None:
            raise Refusal(f"{inquiry.answered_by_name}已经答复过。", code="answered")
        if not answer.strip():
            raise Refusal("请写下答复。", field="answer")
        inquiry.answer = answer.strip()
        inquiry.answered_on = on
        inquiry.answered_by_name = by.name
        inquiry.save(update_fields=["answer", "answered_on", "answered_by_name"])
        record(
            by=by,
            verb="answer_inquiry",
            subject=inquiry,
            on=on,
            organisation_id=inquiry.organisation_id,
        )
    return inquiry
