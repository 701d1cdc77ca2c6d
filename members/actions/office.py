"""What a union keeps of itself: certificate, elections, officers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction

from members.actions.tree import require_alive
from members.enums import Office
from members.models import (
    LegalCertificate,
    Officer,
    OfficeTerm,
    Organisation,
)
from members.permissions.organisations import (
    can_change_organisation,
    can_keep_organisation,
)
from members.queries.employment import tie_against
from members.rules.name_pinyin import plain_name
from members.rules.office_term import due_after, require_delay, years_allowed
from members.rules.uscc import read_union_code
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal

# Not elected, so open to everybody.
APPOINTED = (Office.TREASURER, Office.SUPERVISOR, Office.UNION_STAFF)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A certificate as it was issued."""

    organisation_id: int
    code: str
    representative: str
    issued_on: date
    expires_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """Somebody takes an office; `person_id` where the register knows him."""

    organisation_id: int
    name: str
    office: str
    is_full_time: bool = False
    person_id: int | None = None


def certify_organisation(
    *, entry: Certificate, on: date, by: Actor
) -> LegalCertificate:
    """Enter a certificate (new, changed or renewed); the latest issued one is in use.

    Refuses a code that is no union's or is another union's, and dates that do not fit.
    """
    with transaction.atomic():
        union = _kept(entry.organisation_id, by)
        code = read_union_code(entry.code)
        others = LegalCertificate.objects.filter(code=code)
        if others.exclude(organisation=union).exists():
            raise Refusal("该代码是另一个工会的，请核对证书。", field="code")
        if entry.expires_on <= entry.issued_on:
            raise Refusal("有效期应晚于发证日期，请核对。", field="expires_on")
        if union.certificates.filter(issued_on=entry.issued_on).exists():
            raise Refusal("该发证日期的证书已登记，请核对。", field="issued_on")
        made = LegalCertificate.objects.create(
            organisation=union,
            code=code,
            representative=entry.representative.strip(),
            issued_on=entry.issued_on,
            expires_on=entry.expires_on,
        )
        changes = {"code": [None, code], "expires_on": entry.expires_on}
        _note(union, "certify", on=on, by=by, changes=changes)
    return made


def elect_committee(
    *, organisation_id: int, years: int, starts_on: date, on: date, by: Actor
) -> OfficeTerm:
    """Begin the next term on the day of the election; the next is due after its years.

    Refuses a length that the union may not choose, and an election before the last.
    """
    with transaction.atomic():
        union = _kept(organisation_id, by)
        if years not in years_allowed(union.level, union.form):
            raise Refusal("地方和产业工会每届五年，基层工会三年或五年。", field="years")
        last = union.terms.order_by("-number").first()
        if last is not None and starts_on <= last.starts_on:
            raise Refusal("选举日期应晚于上一届，请核对。", field="starts_on")
        term: OfficeTerm = OfficeTerm.objects.create(
            organisation=union,
            number=last.number + 1 if last else 1,
            years=years,
            starts_on=starts_on,
            due_on=due_after(starts_on, years),
        )
        _note(union, "elect", on=on, by=by, changes={"due_on": term.due_on})
    return term


def delay_election(
    *, organisation_id: int, delayed_to: date, document: str, on: date, by: Actor
) -> OfficeTerm:
    """The union above consents to a later election, within six months, by a document."""
    with transaction.atomic():
        union = _locked(organisation_id)
        can_change_organisation(by, union).require()
        term: OfficeTerm | None = union.terms.order_by("-number").first()
        if term is None:
            raise Refusal("该工会没有登记任期，请先登记换届。")
        require_delay(term.due_on, delayed_to)
        if not document.strip():
            raise Refusal("请填写同意延期的文号。", field="document")
        before = term.delayed_to
        term.delayed_to, term.delay_document = delayed_to, document.strip()
        term.save(update_fields=["delayed_to", "delay_document"])
        changes = {"delayed_to": [before, delayed_to]}
        _note(union, "delay", on=on, by=by, changes=changes, reason=document)
    return term


def take_office(*, entry: Taking, starts_on: date, on: date, by: Actor) -> Officer:
    """Somebody takes an office.

    Refuses a second chair beside one in office, and whoever is tied to an employer that
    the union covers: its owner, a partner, their next of kin (《工会法》第十条).
    """
    with transaction.atomic():
        union = _kept(entry.organisation_id, by)
        if not entry.name.strip():
            raise Refusal("请填写姓名。", field="name")
        _require_untied(entry, starts_on)
        try:
            with transaction.atomic():
                officer = Officer.objects.create(
                    organisation=union,
                    person_id=entry.person_id,
                    name=entry.name.strip(),
                    office=entry.office,
                    is_full_time=entry.is_full_time,
                    starts_on=starts_on,
                )
        except IntegrityError as error:
            message = "该职务已有人在任，请先登记卸任。"
            raise Refusal(message, field="office") from error
        changes = {"office": officer.office, "starts_on": starts_on}
        _note(union, "take_office", on=on, by=by, changes=changes)
    return officer


def leave_office(*, officer_id: int, ends_on: date, on: date, by: Actor) -> Officer:
    """An officer leaves; the day is his last. Refuses one who has left."""
    with transaction.atomic():
        officer = Officer.objects.select_for_update(of=("self",)).get(pk=officer_id)
        union = _kept(officer.organisation_id, by)
        if officer.ends_on is not None:
            raise Refusal("该职务已登记卸任。", code="state")
        if ends_on < officer.starts_on:
            raise Refusal("卸任日期不能早于任职日期，请核对。", field="ends_on")
        officer.ends_on = ends_on
        officer.save(update_fields=["ends_on"])
        changes = {"office": officer.office, "ends_on": ends_on}
        _note(union, "leave_office", on=on, by=by, changes=changes)
    return officer


# --- how


def _require_untied(entry: Taking, on: date) -> None:
    if entry.office in APPOINTED:
        return
    name = plain_name(entry.name)
    tie = tie_against(entry.organisation_id, name, entry.person_id, on=on)
    if tie is not None:
        raise Refusal(
            f"{name}是{tie.employer.name}的{tie.get_kind_display()}，"
            "不得作为工会委员会成员人选（《工会法》第十条）；如为同名，请填写身份证号。",
            code="tied",
            field="name",
        )


def _locked(organisation_id: int) -> Organisation:
    union = Organisation.objects.select_for_update(of=("self",)).get(pk=organisation_id)
    require_alive(union)
    return union


def _kept(organisation_id: int, by: Actor) -> Organisation:
    union = _locked(organisation_id)
    can_keep_organisation(by, union).require()
    return union


def _note(
    union: Organisation,
    verb: str,
    *,
    on: date,
    by: Actor,
    changes: Mapping[str, object],
    reason: str = "",
) -> None:
    record(
        by=by,
        verb=verb,
        subject=union,
        on=on,
        organisation_id=union.pk,
        changes=dict(changes),
        reason=reason.strip(),
    )
