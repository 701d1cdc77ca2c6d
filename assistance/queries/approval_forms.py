"""审批表 on paper: each level's opinion, by whom and when; amounts proposed and decided."""

from collections.abc import Iterable
from decimal import Decimal

from assistance.models import (
    AidApplication,
    Batch,
    Determination,
    DossierIntake,
    PaymentClaim,
)
from assistance.queries.applications import answers_in_words
from assistance.queries.batches import signatures_of
from assistance.queries.determinations import answer_in_words
from assistance.queries.intakes import leads_to_dossier, notice_of
from assistance.queries.print_forms import (
    Section,
    Sheet,
    person_facts,
    section,
    sign,
)
from assistance.queries.rounds import answers_to
from assistance.queries.subjects import subject_names
from members.models import Organisation
from unionportal.core.audit import history_of
from unionportal.core.models import AuditEntry
from unionportal.core.money import capital_yuan, show_yuan
from unionportal.core.verb_labels import verb_label

HEADS = ("环节", "工会", "经办人", "日期", "意见")
OPINIONS = (
    "submit_aid_application",
    "ask_for_more",
    "accept_aid_application",
    "refuse_aid_application",
    "record_intake_visit",
    "announce_dossier",
    "file_dossier",
    "decline_dossier",
    "decide_amount",
)
LEVELS = ("基层工会意见", "乡镇（街道）工会意见", "县级工会意见")


def application_approval(application: AidApplication, sheet: Sheet) -> bytes:
    """审批表 of an application: of the dossier it leads to, or of the aid asked for."""
    answer = answers_to(application).first()
    sections = [
        section(
            "申请",
            facts=[
                *person_facts(application.applicant, sheet.by),
                ("所在工会", application.union.name),
                ("申请", str(application.window)),
                ("状态", str(application.get_state_display())),
            ],
        ),
        section("申请内容", facts=list(answers_in_words(application))),
    ]
    if leads_to_dossier(application):
        sections.append(_class_decided(application))
    if answer is not None:
        sections.append(_amounts(answer))
    opinions = _opinions(history_of(application))
    if answer is not None:
        opinions += _opinions(history_of(answer)) + _signed(answer)
    sections.append(section("各级意见", heads=HEADS, rows=opinions))
    return sheet.pdf(sections, [sign(level) for level in LEVELS])


def determination_approval(determination: Determination, sheet: Sheet) -> bytes:
    """审批表 of one answer of a round: amounts, and who signed its list."""
    facts = [("方案", str(determination.round))]
    payee = determination.payee
    if payee is not None:
        facts = [*person_facts(payee, sheet.by), *facts]
    names = subject_names([determination])
    subject = names.get(determination.subject_id, "")
    if subject:
        facts.append(("受助人", subject))
    opinions = _opinions(history_of(determination)) + _signed(determination)
    sections = [
        section("帮扶对象", facts=facts),
        _amounts(determination),
        section("各级意见", heads=HEADS, rows=opinions),
    ]
    return sheet.pdf(sections, [sign(level) for level in LEVELS])


def _class_decided(application: AidApplication) -> Section:
    intake = DossierIntake.objects.filter(application=application).first()
    notice = notice_of(application)
    days = f"{notice.starts_on}至{notice.ends_on}" if notice else ""
    return section(
        "核定",
        facts=[
            ("入户日期", intake.visited_on.isoformat() if intake else ""),
            ("走访人", intake.visitors if intake else ""),
            ("拟核定类别", str(intake.get_hardship_class_display()) if intake else ""),
            ("核定理由", intake.class_reason if intake else ""),
            ("公示", days),
        ],
    )


def _amounts(determination: Determination) -> Section:
    decided = determination.decided_amount
    reason = answer_in_words(
        determination.round,
        determination.outcome,
        determination.clause,
        determination.missing_fact,
    )
    return section(
        "金额",
        facts=[
            ("结论", str(determination.get_outcome_display())),
            ("未满足或缺少", reason),
            ("测算金额", _yuan(determination.proposed_amount)),
            ("核定金额", _yuan(decided)),
            ("大写", "" if decided is None else capital_yuan(decided)),
            ("调整理由", determination.deviation_reason),
        ],
    )


def _yuan(amount: Decimal | None) -> str:
    return "" if amount is None else f"{show_yuan(amount)} 元"


def _opinions(entries: Iterable[AuditEntry]) -> list[list[str]]:
    """What was decided, the oldest first, with the union in whose name."""
    told = [entry for entry in entries if entry.verb in OPINIONS][::-1]
    unions = Organisation.objects.in_bulk(
        {entry.organisation_id for entry in told if entry.organisation_id}
    )
    return [
        [
            verb_label(entry.subject_kind, entry.verb),
            unions[entry.organisation_id].short_name
            if entry.organisation_id in unions
            else "",
            entry.actor_name,
            entry.on.isoformat(),
            entry.reason,
        ]
        for entry in told
    ]


def _signed(determination: Determination) -> list[list[str]]:
    """The signatures under the list in which the answer is paid, those that stand."""
    claim = PaymentClaim.objects.filter(
        round=determination.round_id,
        subject_kind=determination.subject_kind,
        subject_id=determination.subject_id,
    )
    batch = Batch.objects.filter(
        round=determination.round_id, payment__claim__in=claim
    ).order_by("-id")
    last = batch.first()
    return [
        [row.step, row.organisation, row.name, row.on.isoformat(), row.comment]
        for row in (signatures_of(last) if last else ())
        if row.is_current
    ]
