"""The people of a household: named in an application, and where else they stand."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from assistance.enums import DossierState
from assistance.models import AidApplication, HouseholdDossier, HouseholdMember
from assistance.models.application import HANDED_IN
from assistance.rules.authority import Speaker, speaker_for
from assistance.rules.intake_answers import SAID
from members.enums import ConsentAct
from members.models import Consent
from members.queries.consent import AID, last_said
from unionportal.core.masks import mask_id_number, mask_phone

KIND = HouseholdMember._meta.label_lower


@dataclass(frozen=True, slots=True)
class Seen:
    """A further person of a household as a page shows him, and what he consented to."""

    member: HouseholdMember
    id_masked: str
    said: Consent | None
    speaker: Speaker
    is_asked: bool

    @property
    def has_authority(self) -> bool:
        """Whether his data may be used for the dossier."""
        return self.said is not None and self.said.act == ConsentAct.GIVEN

    @property
    def authority(self) -> str:
        """Where his authority stands, in words."""
        if self.said is not None:
            act, way = self.said.get_act_display(), self.said.get_channel_display()
            return f"监护人已{act}" if self.said.is_guardian else f"已{act}（{way}）"
        if self.speaker is Speaker.APPLICANT:
            return "提交时由您作为监护人同意"
        if self.speaker is Speaker.GUARDIAN:
            return "未满 14 周岁，请他（她）的监护人签纸质授权书"
        if not self.member.phone:
            return "要他（她）本人同意：没有填手机号，工会入户时签纸质授权书"
        phone = mask_phone(self.member.phone)
        if self.is_asked:
            return f"已发短信到 {phone}，等他（她）本人同意"
        return f"要他（她）本人同意：提交后发短信到 {phone}"


def named_in(application: AidApplication) -> QuerySet[HouseholdMember]:
    """The people that an application names beside the applicant."""
    return HouseholdMember.objects.filter(application=application)


def household_of(application: AidApplication) -> list[Seen]:
    """The same people, as a page shows them."""
    people = list(named_in(application))
    said = last_said(KIND, [one.pk for one in people])
    on = application.submitted_on or application.drafted_on
    return [
        Seen(
            one,
            mask_id_number(one.id_number or ""),
            said.get((one.pk, AID)),
            speaker_for(one.relation, one.birth_date, on=on),
            is_asked=application.submitted_on is not None,
        )
        for one in people
    ]


def without_authority(application: AidApplication) -> list[HouseholdMember]:
    """Whose authority is missing, or was taken back."""
    people = household_of(application)
    return [one.member for one in people if not one.has_authority]


def household_missing(application: AidApplication, named: int) -> tuple[str, ...]:
    """What lacks until as many are named as were counted; nothing while none is counted."""
    said = application.answers.get(f"{SAID}size")
    lacking = Decimal(str(said)) - 1 - named if said else Decimal(0)
    if lacking > 0:
        return (f"填写家庭成员（还差 {lacking} 人）",)
    if lacking < 0:
        return (
            f"核对家庭人口：写了 {said} 人，家庭成员填了 {named} 人，连您共 {named + 1} 人",
        )
    return ()


def live_dossier(
    indexes: Collection[str], *, spare: HouseholdDossier | None = None
) -> HouseholdDossier | None:
    """A dossier on file whose principal has one of these ID numbers."""
    rows = HouseholdDossier.objects.filter(
        state=DossierState.ON_FILE, principal__id_number_index__in=indexes
    ).select_related("principal")
    return (rows.exclude(pk=spare.pk) if spare else rows).first()


def live_member(
    indexes: Collection[str], *, spare: HouseholdDossier | None = None
) -> HouseholdMember | None:
    """Who has one of these ID numbers and lives in a household on file."""
    rows = HouseholdMember.objects.filter(
        id_number_index__in=indexes,
        dossier__state=DossierState.ON_FILE,
        moved_out_on=None,
    ).select_related("dossier")
    return (rows.exclude(dossier=spare) if spare else rows).first()


def another_application(
    indexes: Collection[str], application: AidApplication
) -> AidApplication | None:
    """Another application for a dossier under way that is by or names one of these."""
    rows = AidApplication.objects.filter(
        state__in=HANDED_IN, window__version__body__leads_to="dossier"
    ).exclude(pk=application.pk)
    own = rows.filter(id_number_index__in=indexes).first()
    return own or rows.filter(household__id_number_index__in=indexes).first()
