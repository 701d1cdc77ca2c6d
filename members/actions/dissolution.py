"""The notice of unions that are to be dissolved (拟撤销工会), and what it holds up.

《工会法》第十三条: where the unit has ended, its union is dissolved and the union above
told. A census finds the unions; who knows better objects before the union is gone.
"""

from datetime import date

from members.actions.notice import publish_notice
from members.enums import FlagState, NoticeState, ObjectionState, OrganisationLevel
from members.models import Notice, NoticeLine, Organisation
from unionportal.core.actor import Actor
from unionportal.core.errors import Refusal
from unionportal.core.notice_kinds import LinesSelect, NoticeKind

DISSOLUTION_KIND = "members.dissolution"
UNION_KIND = "members.organisation"
LEAST_DAYS = 5
LONGEST_DAYS = 30
# A union of which one of these is true is one on paper only.
GROUNDS = ("no_members", "employer_closed", "sign_union", "shell_union")

# Found by a census, and found again by one after the term to mend it had run out; with
# nothing below it, so that it could be dissolved today.
_LINES = """
    SELECT %s, hollow.id, hollow.short_name, hollow.name,
        string_agg(flag.title, '、' ORDER BY flag.rule)
    FROM members_unionflag AS flag
    JOIN members_organisation AS hollow ON hollow.id = flag.organisation_id
    JOIN members_organisation AS above ON above.id = %s
    WHERE flag.state = %s AND flag.rule = ANY(%s) AND flag.last_seen_on > flag.due_on
        AND hollow.state IN ('normal', 'locked') AND hollow.level = %s
        AND hollow.path > above.path AND hollow.path < above.path || '~'
        AND NOT EXISTS (SELECT FROM members_organisation AS below
            WHERE below.path > hollow.path AND below.path < hollow.path || '~'
                AND below.state <> 'dissolved')
    GROUP BY hollow.id, hollow.short_name, hollow.name, hollow.path
    ORDER BY hollow.path
"""


def unions_on_paper(organisation_id: int, _union_id: int) -> LinesSelect:
    """The lines of the list of a union: those below it, by the census."""
    states = (FlagState.OPEN.value, list(GROUNDS), OrganisationLevel.BASIC.value)
    return _LINES, (UNION_KIND, organisation_id, *states)


DISSOLUTION = NoticeKind(
    code=DISSOLUTION_KIND,
    label="拟撤销工会名单",
    opening="经普查并限期整改，下列基层工会仍不具备存续条件，现将拟撤销工会名单",
    heads=("工会", "全称", "理由"),
    masks_names=False,
    basis="《工会法》第十三条：单位终止的，工会组织相应撤销，并报告上一级工会",
    lines=unions_on_paper,
    is_of_people=False,
    counted_in="家",
)


def publish_dissolution_notice(
    *, organisation_id: int, working_days: int, on: date, by: Actor
) -> Notice:
    """Publish the unions below this one that a census found hollow beyond their term.

    Refuses fewer than five working days, an empty list, and a second list beside one
    that stands.
    """
    if not LEAST_DAYS <= working_days <= LONGEST_DAYS:
        raise Refusal(
            f"拟撤销工会公示 {LEAST_DAYS} 至 {LONGEST_DAYS} 个工作日，请改写。",
            field="working_days",
        )
    union = Organisation.objects.get(pk=organisation_id)
    return publish_notice(
        organisation_id=union.pk,
        title=f"{union.short_name}{on.year}年拟撤销基层工会名单",
        about=(DISSOLUTION_KIND, union.pk),
        lines_select=unions_on_paper(union.pk, union.pk),
        on=on,
        working_days=working_days,
        by=by,
    )


def require_unopposed(union: Organisation, *, on: date) -> None:
    """Refuse to dissolve a union that is under notice, or whose place there is disputed.

    The latest list on which it stood counts; a withdrawn one does not.
    """
    line = require_settled(union, on=on)
    if line is not None and _objected(line, ObjectionState.UPHELD):
        raise Refusal(
            "公示期内对该工会的异议成立，不能按这次公示注销；"
            "情况有变的，请重新普查、重新公示。",
            code="objection",
        )


def require_settled(union: Organisation, *, on: date) -> NoticeLine | None:
    """Refuse to end a union, by whatever act, while its notice or an objection is open.

    A merger would take the matter out of the public's hands as a dissolution would. Whom
    an objection has proved alive may be merged: that rests on no list.
    """
    line = (
        NoticeLine.objects.filter(about_kind=UNION_KIND, about_id=union.pk)
        .exclude(notice__state=NoticeState.CANCELLED)
        .select_related("notice")
        .order_by("-notice_id")
        .first()
    )
    if line is None:
        return None
    if line.notice.state != NoticeState.ENDED and on <= line.notice.ends_on:
        raise Refusal(
            f"该工会正在拟撤销公示，公示到 {line.notice.ends_on:%Y-%m-%d}；"
            "请在期满后再注销或并入其他工会。",
            code="notice",
        )
    if _objected(line, ObjectionState.OPEN):
        raise Refusal(
            "公示期内对该工会的异议还没有核查结论，请先核查异议。", code="objection"
        )
    return line


def _objected(line: NoticeLine, state: ObjectionState) -> bool:
    return line.objections.filter(state=state).exists()
