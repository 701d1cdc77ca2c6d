"""A county with one of everything, and those who knock at its doors."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.db.models.functions import Now
from django.test import Client

from assistance.actions.computations import compute_round
from assistance.actions.inquiries import ask_about_determination
from assistance.actions.leavings import tell_leaving
from assistance.actions.notices import publish_round_notice
from assistance.actions.releases import release_round
from assistance.actions.schemes import save_scheme_version
from assistance.actions.visits import VisitEntry, record_visit
from assistance.actions.windows import extend_aid_window
from assistance.enums import (
    ChangeKind,
    ExitReason,
    Outcome,
    Relation,
    VisitPurpose,
    VoucherSide,
)
from assistance.models import (
    AccountingVoucher,
    AccountingVoucherLine,
    AidApplication,
    Batch,
    Determination,
    HouseholdDossier,
    HouseholdMember,
    Payment,
    SampleItem,
    SampleStratum,
    SchemeVersion,
    VerificationSample,
    VisitPaper,
    WhatIf,
    WhatIfChange,
)
from members.actions.census import take_census
from members.actions.consent import invite_family_member, say_consent
from members.actions.employer import EmployerEntry, register_employer
from members.actions.membership import admit_member
from members.actions.notice import ANONYMOUS, file_objection
from members.actions.organising import start_organising
from members.actions.own_flag import OwnFlagEntry, write_own_flag
from members.actions.person import change_phone
from members.actions.person_merge import propose_merge
from members.actions.privacy_request import ask_deletion
from members.actions.transfer import TransferEntry, ask_transfer
from members.actions.union_flag import explain_flag, return_explanation
from members.actions.user import sign_in_worker
from members.enums import Role, TransferSide
from members.models import (
    ConsentInvitation,
    Division,
    Employer,
    FlagPaper,
    Membership,
    MembershipApplication,
    Notice,
    Organisation,
    OrganisingCase,
    OwnFlag,
    Person,
    PersonMerge,
    Post,
    UnionFlag,
    User,
    Webhook,
    WebhookDelivery,
)
from members.queries.change import cursor_now
from members.queries.consent import consent_subject
from members.queries.post import actor_of
from tests.assistance import builders as make
from tests.assistance.api.callers import caller, registered
from tests.assistance.applying import APPLYING, student, submitted, window
from tests.assistance.banking import Told, bring_statement
from tests.assistance.paying import AFTER_NOTICE, NOTICED_ON, fund, paying_account
from tests.core.uploads.evidence_files import png
from tests.members.joining import applied, basic_union
from unionportal.core.actor import SYSTEM
from unionportal.core.jobs import enqueue
from unionportal.core.models import Job, Message, Upload
from unionportal.core.uploads.evidence import read_evidence
from unionportal.core.uploads.steps import check_upload, receive_upload
from unionportal.core.webhooks import new_secret

NAME, PHONE = "欧阳被守", "13900004321"
STAFF_BACKEND = "members.auth.backends.StaffBackend"
WORKER_BACKEND = "members.auth.backends.PhoneCodeBackend"


@dataclass(frozen=True)
class House:
    """One county's records by kind, and the words that must not leave it."""

    keys: dict[str, Any]
    marks: tuple[str, ...]
    numbers: tuple[str, ...]
    officer: User


def a_voucher(batch: Batch) -> AccountingVoucher:
    """As if the batch had been settled."""
    voucher = AccountingVoucher.objects.create(
        batch=batch,
        organisation=batch.organisation,
        sequence=1,
        total=batch.total,
        drawn_on=AFTER_NOTICE,
        drawn_by="县会计",
    )
    AccountingVoucherLine.objects.create(
        voucher=voucher,
        side=VoucherSide.CREDIT,
        subject_code="10201",
        subject_name="银行存款",
        amount=batch.total,
    )
    return voucher


def build() -> House:
    """A round of the county paid as far as its batch, with all that hangs on it."""
    line = make.standard()
    household = make.dossier(NAME)
    other = make.dossier("李另户")
    principal = household.principal
    change_phone(person_id=principal.pk, phone=PHONE, on=make.ON, by=SYSTEM)
    officer = staff_of_all_roles(make.COUNTY, "县里职员")
    version = make.scheme_version()
    round_ = make.opened_round(at=make.COUNTY, version=version)
    compute_round(round_id=round_.pk, on=make.ON, by=SYSTEM)
    publish_round_notice(round_id=round_.pk, on=NOTICED_ON, by=SYSTEM)
    notice = Notice.objects.get(about_kind="assistance.round", about_id=round_.pk)
    answer, doubted = (make.answer_of(round_, one) for one in (household, other))
    objection = file_objection(
        notice_id=notice.pk,
        line_id=notice.lines.get(about_id=doubted.pk).pk,
        text="此户另有收入",
        on=NOTICED_ON,
        by=ANONYMOUS,
    )
    inquiry = ask_about_determination(
        determination_id=answer.pk,
        text=f"{NAME}什么时候到账",
        on=NOTICED_ON,
        by=make.worker(principal),
    )
    fund("10000.00")
    payer = paying_account()
    release_round(round_id=round_.pk, on=AFTER_NOTICE, by=SYSTEM)
    batch = Batch.objects.get(round=round_)
    payment = Payment.objects.get(batch=batch, claim__determination_id=answer.pk)
    membership = joined(principal)
    statement = bring_statement(
        [Told("321.45", side="in", counterparty="某某捐赠人", reference="捐2025-7")]
    ).statement
    told = undelivered_change()
    asked_for = applied_for_aid(principal)
    return House(
        keys={
            "round": round_.pk,
            "statement": statement.pk,
            "statement_line": statement.lines.get().pk,
            "reconciliation": statement.paying_account.reconciliations.get().pk,
            "determination": answer.pk,
            "batch": batch.pk,
            "voucher": a_voucher(batch).pk,
            "paying_account": payer.pk,
            "payment": payment.pk,
            "sample_item": drawn_item(payment, batch).pk,
            "dossier": household.pk,
            "visit_paper": visited(household).pk,
            "leaving": tell_leaving(
                dossier_id=household.pk,
                exit_reason=ExitReason.RECOVERED,
                reason="收入达标",
                on=make.ON,
                by=SYSTEM,
            ).pk,
            "scheme": version.pk,
            "what_if": tried_version(version, answer).pk,
            "inquiry": inquiry.pk,
            "aid_application": asked_for.pk,
            "aid_window": asked_for.window_id,
            "aid_evidence": asked_for.evidence.get().pk,
            "members_person": principal.pk,
            "members_bankaccount": payment.account_id,
            "members_membership": membership.pk,
            "members_personmerge": proposed_merge(principal, officer).pk,
            "members_membershipapplication": waiting_application().pk,
            "members_membershiptransfer": membership.transfers.get().pk,
            "card_token": membership.cards.get().token,
            "privacy_request": ask_deletion(
                person_id=principal.pk,
                said="",
                on=make.ON,
                by=make.worker(principal),
            ).pk,
            "consent_token": family_link(household).token,
            "members_notice": notice.pk,
            "message": Message.objects.filter(person_id=principal.pk)[0].pk,
            "members_objection": objection.pk,
            "members_organisation": make.union().pk,
            "members_division": Division.objects.get(pk=make.COUNTY).pk,
            "members_standard": line.pk,
            "members_post": Post.objects.filter(user=officer)[0].pk,
            "members_user": officer.pk,
            "members_apiclient": registered().api_client.pk,
            "members_webhook": told.webhook_id,
            "members_webhookdelivery": told.pk,
            "members_employer": (firm := known_employer()).pk,
            "members_organisingcase": guided(firm, officer).pk,
            "members_unionflag": (raised := raised_flag()).pk,
            "flag_paper": proven(raised).pk,
            "members_ownflag": own_flag().pk,
            "upload": checked_roster(officer).pk,
            "job": failed_job().pk,
            "session": open_session(officer).pk,
        },
        marks=(
            NAME,
            PHONE,
            household.number,
            principal.id_number,
            batch.number,
            batch.digest,
            payment.reference,
            payment.account.number,
            "此户另有收入",
            "欧阳申请",
            "欧阳旧登记",
            "县里名册",
            "县里的秘密故障",
            "县里纺织厂",
            "某某捐赠人",
            "321.45",
            "10.35.4.26",
        ),
        numbers=(principal.id_number, PHONE, payment.account.number),
        officer=officer,
    )


def undelivered_change() -> WebhookDelivery:
    """News for the county's system, at an address that was turned off."""
    webhook = Webhook.objects.create(
        api_client=registered().api_client,
        url="https://hooks.example.org/county",
        secret=new_secret(),
        cursor=str(cursor_now()),
        is_active=False,
        off_since=Now(),
        off_reason="连续 3 天没有送达",
    )
    return webhook.deliveries.create(
        number="msg_house",
        body='{"changes":[]}',
        event_count=0,
        created_at=Now(),
        next_at=Now(),
    )


def family_link(household: HouseholdDossier) -> ConsentInvitation:
    """A link for a grown-up child of the household; what its principal said."""
    say_consent(
        person_id=household.principal_id,
        purpose="sms",
        act="given",
        on=make.ON,
        by=make.worker(household.principal),
    )
    child = HouseholdMember.objects.create(
        dossier=household, name="欧阳成年", relation=Relation.CHILD
    )
    subject = consent_subject("family", child.pk)
    assert subject is not None
    return invite_family_member(
        subject=subject, phone="13700001234", on=make.ON, by=SYSTEM
    )


def joined(person: Person) -> Membership:
    """A member of the county who is on the way to a union beneath it."""
    membership = admit_member(
        person_id=person.pk,
        organisation_id=make.union().pk,
        document="入会申请书",
        on=make.ON,
        by=SYSTEM,
    )
    ask_transfer(
        membership_id=membership.pk,
        entry=TransferEntry(
            new_union_id=basic_union(under=make.COUNTY).pk,
            moves_on=make.ON,
            reason="换了单位",
        ),
        side=TransferSide.OLD_UNION,
        on=make.ON,
        by=SYSTEM,
    )
    return membership


def proposed_merge(person: Person, officer: User) -> PersonMerge:
    """An older registration, said to be the same human."""
    return propose_merge(
        kept_id=person.pk,
        duplicate_id=make.person("欧阳旧登记").pk,
        reason="同一人",
        on=make.ON,
        by=actor_of(officer, on=make.ON),
    )


def waiting_application() -> MembershipApplication:
    """Somebody who is not registered applies to the county's basic union."""
    return applied(Organisation.objects.get(code="B1"), name="欧阳申请")


def checked_roster(officer: User) -> Upload:
    """A list of people that the county's officer handed in, with one row wrong."""
    rows = f"姓名,身份证号,工会代码\n{NAME},11010519491231002X,{make.COUNTY}\n戊,1,0\n"
    upload = receive_upload(
        kind="people",
        name="县里名册.csv",
        content=rows.encode(),
        on=make.ON,
        by=actor_of(officer, on=make.ON),
    )
    return check_upload(
        upload_id=upload.pk, on=make.ON, by=actor_of(officer, on=make.ON)
    )


def drawn_item(payment: Payment, batch: Batch) -> SampleItem:
    """One person drawn, as if his money had come; the draw has tests of its own."""
    sample = VerificationSample.objects.create(
        round=batch.round,
        seed="0" * 64,
        confidence=95,
        margin="0.03",
        expected_error="0.05",
        population=1,
        amount=payment.amount,
        size=1,
        drawn_on=AFTER_NOTICE,
        drawn_by="系统",
    )
    stratum = SampleStratum.objects.create(
        sample=sample,
        organisation=batch.organisation,
        is_first_time=True,
        population=1,
        amount=payment.amount,
        size=1,
        frame=[payment.pk],
    )
    return SampleItem.objects.create(
        stratum=stratum,
        place=1,
        year=payment.year,
        payment_id=payment.pk,
        batch=batch,
        added_on=AFTER_NOTICE,
    )


def own_flag() -> OwnFlag:
    """A flag the county wrote itself, not tried yet."""
    entry = OwnFlagEntry(
        organisation_id=make.union().pk,
        code="few_members",
        title="会员太少",
        condition="会员人数 < 3",
        document="县总工会通知",
        days=30,
        hit="会员人数=2",
        miss="会员人数=3",
    )
    writer = make.staff(Role.ADMINISTRATOR)
    return write_own_flag(entry=entry, on=make.ON, by=writer)


def raised_flag() -> UnionFlag:
    """What a census finds wrong with the county's union."""
    take_census(organisation_id=make.union().pk, on=make.ON, by=SYSTEM)
    return UnionFlag.objects.get(organisation=make.union(), rule="no_chair")


def proven(flag: UnionFlag) -> FlagPaper:
    """A paper handed in with an answer; the answer came back, so the flag is open."""
    papers = read_evidence([("任命文件.png", png())])
    explain_flag(flag_id=flag.pk, answer="已任命", papers=papers, on=make.ON, by=SYSTEM)
    return_explanation(flag_id=flag.pk, reason="请补正", on=make.ON, by=SYSTEM)
    return flag.papers.get()


def known_employer() -> Employer:
    """An employer of the county without a union."""
    entry = EmployerEntry(
        name="县里纺织厂", division_id=make.COUNTY, headcount=40, counted_on=make.ON
    )
    return register_employer(
        code="91350100M000100Y43",
        keeper_id=make.union().pk,
        entry=entry,
        on=make.ON,
        by=SYSTEM,
    )


def guided(firm: Employer, officer: User) -> OrganisingCase:
    """The county's officer is to bring a union to the employer."""
    return start_organising(
        employer_id=firm.pk,
        responsible_id=officer.pk,
        due_on=make.ON + timedelta(days=90),
        on=make.ON,
        by=SYSTEM,
    )


def open_session(officer: User) -> UserSession:
    """Another place where the county's officer is signed in."""
    return UserSession.objects.create(
        user=officer, ip="10.35.4.26", session_key="a" * 32, user_agent="另一处"
    )


def failed_job() -> Job:
    """A job of the county that was refused."""
    enqueue(
        kind="assistance.compute_round",
        key="round-0",
        arguments={"round_id": 0, "on": "2025-12-01"},
        by=SYSTEM,
        organisation_id=make.union().pk,
    )
    job = Job.objects.get(key="round-0")
    Job.objects.filter(pk=job.pk).update(state="running", lease_until=Now())
    Job.objects.filter(pk=job.pk).update(
        state="failed", lease_until=None, finished_at=Now(), error="县里的秘密故障"
    )
    return job


def visitors(officer: User) -> dict[str, Client]:
    """Everybody who knocks, by the name that the table of doors uses."""
    stranger = make.person("生人甲", at=make.NEXT_COUNTY)
    return {
        "anonymous": Client(),
        "worker": signed_in(
            sign_in_worker(person_id=stranger.pk, on=make.ON), WORKER_BACKEND
        ),
        "neighbour": signed_in(
            staff_of_all_roles(make.NEXT_COUNTY, "邻县职员"), STAFF_BACKEND
        ),
        "neighbour_system": caller(make.NEXT_COUNTY),
        "own": signed_in(officer, STAFF_BACKEND),
        "own_system": caller(make.COUNTY),
    }


def staff_of_all_roles(at: str, name: str) -> User:
    """Whoever holds every post of a union, and none elsewhere."""
    user = make.staff_user(name)
    make.staff(*Role, at=at, user=user)
    return user


def signed_in(user: User, backend: str) -> Client:
    client = Client()
    user.refresh_from_db()  # appointments since have ended the sessions of before
    client.force_login(user, backend=backend)
    return client


def visited(household: HouseholdDossier) -> VisitPaper:
    """A visit to the household with its signed form."""
    visit = record_visit(
        dossier_id=household.pk,
        entry=VisitEntry(
            purpose=VisitPurpose.CARE,
            visited_on=make.ON,
            visitors="陈走访、林走访",
            found="一家三口在家",
            papers=read_evidence([("入户调查表.png", png())]),
        ),
        on=make.ON,
        by=SYSTEM,
    )
    return visit.papers.get()


def tried_version(version: SchemeVersion, answer: Determination) -> WhatIf:
    """A trial in the county of a draft that would leave its household out."""
    text = make.winter_text({"version: 1": "version: 2"})
    draft = save_scheme_version(source=text, on=make.ON, by=SYSTEM)
    tried = WhatIf.objects.create(
        before=version,
        after=draft,
        before_digest=version.digest,
        after_digest=draft.digest,
        after_source=draft.source,
        organisation=make.union(),
        as_of=make.AS_OF,
        requested_on=make.ON,
        requested_by="经办",
        is_finished=True,
    )
    WhatIfChange.objects.create(
        what_if=tried,
        organisation=make.union(),
        change=ChangeKind.NO_LONGER,
        before_outcome=Outcome.ELIGIBLE,
        after_outcome=Outcome.INELIGIBLE,
        after_clause="income_within",
        subject_id=answer.subject_id,
        payee_id=answer.payee_id,
    )
    return tried


def applied_for_aid(principal: Person) -> AidApplication:
    """An application in a window that is open whenever the doors are tried."""
    called = extend_aid_window(
        window_id=window().pk,
        closes_on=date(2099, 12, 31),
        reason="延期",
        on=APPLYING,
        by=SYSTEM,
    )
    return submitted(principal, called, student("欧阳小守"))
