"""Verification samples (抽样核查): drawn once, waived from above, handed to verifiers."""

from datetime import date

from django.db import connection, transaction
from django.db.models import Q

from assistance.actions.rounds import locked_round
from assistance.models import (
    Round,
    SampleItem,
    VerificationSample,
    VerificationWaiver,
)
from assistance.permissions.verification import (
    VERIFYING,
    can_draw_sample,
    can_take_sample_items,
    can_verify_item,
    can_waive_verification,
    waiving_seat,
)
from assistance.queries.certificates import payment_ends
from assistance.queries.rounds import chain_of
from assistance.queries.verification import ORDER_SQL, items_free_for
from assistance.rules.sampling import Precision, allocate, require_sound, sample_size
from assistance.workflow import ROUND
from unionportal.core.actor import Actor
from unionportal.core.audit import audit_head, record
from unionportal.core.errors import Refusal
from unionportal.core.faults import crashpoint, declare_crashpoint
from unionportal.core.scope import within

BEFORE_DRAW = declare_crashpoint("draw_sample.before_commit")
AFTER_DRAW = declare_crashpoint("draw_sample.after_commit")
TAKEN_AT_ONCE = 20

# Everybody whose money arrived, parted by county and by whether any earlier round of
# any scheme has paid the same person. Kept for the length of the transaction.
_FRAME = """
    CREATE TEMPORARY TABLE sample_frame ON COMMIT DROP AS
    SELECT claim.organisation_id, payment.id AS payment_id, payment.amount,
           NOT EXISTS (
               SELECT FROM assistance_paymentclaim AS earlier
               JOIN assistance_payment AS paid
                   ON paid.claim_id = earlier.id AND paid.year = earlier.year
                  AND paid.state = 'paid'
               WHERE earlier.payee_id = claim.payee_id
                 AND earlier.round_id <> ALL(%(family)s)
           ) AS is_first_time
    FROM assistance_paymentclaim AS claim
    JOIN assistance_payment AS payment
        ON payment.claim_id = claim.id AND payment.year = claim.year
       AND payment.state = 'paid'
    WHERE claim.round_id = %(round)s AND payment.year = %(year)s
"""
_SIZES = """
    SELECT frame.organisation_id, frame.is_first_time, count(*), sum(frame.amount)
    FROM sample_frame AS frame
    JOIN members_organisation AS organisation
        ON organisation.id = frame.organisation_id
    GROUP BY organisation.path, frame.organisation_id, frame.is_first_time
    ORDER BY organisation.path, frame.is_first_time
"""
_STRATA = """
    INSERT INTO assistance_samplestratum
        (sample_id, organisation_id, is_first_time, population, amount, size, frame)
    SELECT %s, frame.organisation_id, frame.is_first_time, count(*), sum(frame.amount),
           max(wanted.size), array_agg(frame.payment_id ORDER BY frame.payment_id)
    FROM sample_frame AS frame
    JOIN unnest(%s::bigint[], %s::boolean[], %s::integer[])
        AS wanted (organisation_id, is_first_time, size)
        ON wanted.organisation_id = frame.organisation_id
       AND wanted.is_first_time = frame.is_first_time
    GROUP BY frame.organisation_id, frame.is_first_time
    ORDER BY frame.organisation_id, frame.is_first_time
"""
_ITEMS = f"""
    INSERT INTO assistance_sampleitem
        (stratum_id, place, year, payment_id, batch_id, state, added_on)
    SELECT stratum_id, place, year, payment_id, batch_id, 'waiting', %(on)s
    FROM ({ORDER_SQL} WHERE sample.id = %(sample)s) AS ordered
    WHERE place <= size ORDER BY stratum_id, place
"""  # noqa: S608 - built from constants
# What the draw rested on, in one word: every stratum with its people.
_DIGEST = """
    SELECT encode(sha256(convert_to(string_agg(concat_ws('|', organisation_id,
        is_first_time, size, array_to_string(frame, ',')), E'\\n'
        ORDER BY organisation_id, is_first_time), 'UTF8')), 'hex')
    FROM assistance_samplestratum WHERE sample_id = %s
"""


def draw_sample(
    *, round_id: int, precision: Precision, on: date, by: Actor
) -> VerificationSample:
    """Draw the people to be asked whether the money came: once a round, set-wise.

    From released, when every payment has its end. The seed is the audit head of the
    moment, which nobody knows beforehand. Refused: payments under way, a second draw,
    a round in which nothing arrived.
    """
    require_sound(precision)
    with transaction.atomic():
        round_ = locked_round(round_id)
        can_draw_sample(by, round_).require()
        ROUND.target_of("close", round_.state)
        _require_paid(round_)
        sample = _drawn(round_, precision, on=on, by=by)
        record(
            by=by,
            verb="draw_sample",
            subject=round_,
            on=on,
            organisation_id=round_.organisation_id,
            changes={
                "sample": sample.pk,
                "seed": sample.seed,
                "population": sample.population,
                "size": sample.size,
                "amount": sample.amount,
                "confidence": sample.confidence,
                "margin": str(precision.margin),
                "expected_error": str(precision.expected_error),
                "frame": _one(_DIGEST, [sample.pk]),
            },
        )
        crashpoint(BEFORE_DRAW)
    crashpoint(AFTER_DRAW)
    return sample


def _require_paid(round_: Round) -> None:
    if VerificationSample.objects.filter(round=round_).exists():
        raise Refusal("这个轮次已经抽取过样本，不能重抽。", code="drawn")
    lacking = payment_ends(round_)
    if lacking:
        listed = "；".join(f"{one.title} {one.count} {one.unit}" for one in lacking)
        raise Refusal(f"发放还没有办完，不能抽样：{listed}。", code="open_ends")


def _drawn(
    round_: Round, precision: Precision, *, on: date, by: Actor
) -> VerificationSample:
    family = [round_.pk, *chain_of(round_).values_list("pk", flat=True)]
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.sample_frame")
        cursor.execute(
            _FRAME, {"family": family, "round": round_.pk, "year": round_.year}
        )
        cursor.execute(_SIZES)
        strata = cursor.fetchall()
    if not strata:
        raise Refusal("本轮次没有到账的发放，不需要抽样，可以直接办结。", code="empty")
    populations = [row[2] for row in strata]
    sizes = allocate(populations, sample_size(sum(populations), precision))
    sample = VerificationSample.objects.create(
        round=round_,
        seed=audit_head(),
        confidence=precision.confidence,
        margin=precision.margin,
        expected_error=precision.expected_error,
        population=sum(populations),
        amount=sum(row[3] for row in strata),
        size=sum(sizes),
        drawn_on=on,
        drawn_by=by.name,
    )
    unions, firsts = [row[0] for row in strata], [row[1] for row in strata]
    with connection.cursor() as cursor:
        cursor.execute(_STRATA, [sample.pk, unions, firsts, sizes])
        cursor.execute(_ITEMS, {"sample": sample.pk, "on": on})
    return sample


def _one(sql: str, params: list[int]) -> str:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return str(cursor.fetchone()[0])


def waive_verification(
    *, round_id: int, reason: str, on: date, by: Actor
) -> VerificationWaiver:
    """Let a round close without a sample: by name, with a reason, from above.

    What was found already has to be ended all the same. Refused to anybody at the
    organising union or below, and a second time.
    """
    with transaction.atomic():
        round_ = locked_round(round_id)
        can_waive_verification(by, round_).require()
        ROUND.target_of("close", round_.state)
        if not reason.strip():
            raise Refusal("请写明免予核查的理由。", field="reason")
        if VerificationWaiver.objects.filter(round=round_).exists():
            raise Refusal("这个轮次已经免予核查。", code="waived")
        seat = waiving_seat(by, round_)
        waiver = VerificationWaiver.objects.create(
            round=round_,
            organisation_id=seat.organisation_id if seat else 0,
            user_id=by.user_id or 0,
            reason=reason.strip(),
            on=on,
        )
        record(
            by=by,
            verb="waive_verification",
            subject=round_,
            on=on,
            organisation_id=waiver.organisation_id,
            reason=waiver.reason,
        )
    return waiver


def take_sample_items(
    *, round_id: int, on: date, by: Actor, limit: int = TAKEN_AT_ONCE
) -> int:
    """Take the next people to be asked, at most ``limit``; return how many.

    Left out: those in batches on which the taker stands behind a signature. Two takers
    at once get different people. Refused when nobody is left for the taker.
    """
    with transaction.atomic():
        round_ = Round.objects.select_related("organisation").get(pk=round_id)
        can_take_sample_items(by, round_).require()
        free = items_free_for(by, round_, _reach_of(by)).select_for_update(
            of=("self",), skip_locked=True
        )
        chosen = list(free.values_list("pk", flat=True)[:limit])
        if not chosen:
            raise Refusal("没有您可以领取的核查对象。", code="nobody")
        SampleItem.objects.filter(pk__in=chosen).update(
            verifier_id=by.user_id, taken_on=on
        )
        record(
            by=by,
            verb="take_sample_items",
            subject=round_,
            on=on,
            organisation_id=round_.organisation_id,
            changes={"items": chosen},
        )
    return len(chosen)


def _reach_of(by: Actor) -> Q:
    """Where the taker may verify: at and below his verifying seats."""
    seats = tuple(seat for seat in by.seats if seat.role in VERIFYING)
    narrowed = Actor(kind=by.kind, name=by.name, user_id=by.user_id, seats=seats)
    return within(narrowed, "stratum__organisation__path")


def give_back_sample_item(*, item_id: int, on: date, by: Actor) -> SampleItem:
    """Put a person back among those who wait for a verifier; his tries stay."""
    with transaction.atomic():
        item = locked_item(item_id)
        require_own(item, by)
        item.verifier, item.taken_on = None, None
        item.save(update_fields=["verifier", "taken_on"])
        record(
            by=by,
            verb="give_back_sample_item",
            subject=item,
            on=on,
            organisation_id=item.stratum.organisation_id,
        )
    return item


# --- shared with the calls


def locked_item(item_id: int) -> SampleItem:
    """A person drawn, with the row locked."""
    item = (
        SampleItem.objects.select_for_update(of=("self",))
        .select_related(
            "stratum__organisation",
            "stratum__sample__round",
            "payment__claim__payee",
            "batch",
        )
        .filter(pk=item_id)
        .first()
    )
    if item is None:
        raise Refusal("没有这个核查对象，请刷新后再试。", field="item_id")
    return item


def require_own(item: SampleItem, by: Actor) -> None:
    """Refuse whoever may not verify, has not taken it, and what is over."""
    can_verify_item(by, item).require()
    if item.verifier_id is None or item.verifier_id != by.user_id:
        raise Refusal("这一户不在您领取的名单里；请先领取。", code="forbidden")
    round_ = item.stratum.sample.round
    if round_.closed_on is not None:
        raise Refusal("轮次已经办结，核查记录不再变动。", code="state")
