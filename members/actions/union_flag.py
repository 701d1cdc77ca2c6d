"""Working through flags: each ends repaired, explained, or with its union dissolved."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction

from members.enums import FlagState, OrganisationState
from members.models import FlagPaper, UnionFlag
from members.permissions.census import (
    can_answer_flag,
    can_judge_explanation,
    can_look_at_flag_paper,
)
from members.workflow import FLAG
from unionportal.core.actor import Actor
from unionportal.core.audit import record
from unionportal.core.errors import Refusal
from unionportal.core.papers import content_of, keep_papers
from unionportal.core.uploads.evidence import Evidence

LONGEST_EXPLANATION = timedelta(days=366)


@transaction.atomic
def repair_flag(
    *,
    flag_id: int,
    answer: str,
    papers: Sequence[Evidence] = (),
    on: date,
    by: Actor,
) -> UnionFlag:
    """Say what was done about it; the next census opens it again if it still shows."""
    flag = _locked(flag_id)
    can_answer_flag(by, flag).require()
    return _moved(flag, "repair", on=on, by=by, said=answer, papers=papers)


@transaction.atomic
def explain_flag(
    *,
    flag_id: int,
    answer: str,
    papers: Sequence[Evidence] = (),
    on: date,
    by: Actor,
) -> UnionFlag:
    """Say why it is in order as it stands; the union above judges that."""
    flag = _locked(flag_id)
    can_answer_flag(by, flag).require()
    return _moved(flag, "explain", on=on, by=by, said=answer, papers=papers)


@transaction.atomic
def accept_explanation(*, flag_id: int, until: date, on: date, by: Actor) -> UnionFlag:
    """Let the explanation stand until a day, a year ahead at most.

    Refused without a paper that proves it, handed in since the flag last came back.
    """
    flag = _locked(flag_id)
    can_judge_explanation(by, flag).require()
    if not on < until <= on + LONGEST_EXPLANATION:
        raise Refusal("说明的有效期应在明天之后、一年之内，请核对。", field="until")
    if not flag.papers.filter(turn=flag.reopened).exists():
        raise Refusal("说明没有附佐证材料，不能认可；请退回，由工会附上材料再提交。")
    flag.due_on = until
    flag.accepted_by_id = by.user_id
    return _moved(flag, "accept", on=on, by=by)


@transaction.atomic
def return_explanation(*, flag_id: int, reason: str, on: date, by: Actor) -> UnionFlag:
    """Send the explanation back; the flag is open again, its due day as before."""
    flag = _locked(flag_id)
    can_judge_explanation(by, flag).require()
    return _moved(flag, "return", on=on, by=by, said=reason)


@transaction.atomic
def close_with_union(
    *, flag_id: int, papers: Sequence[Evidence] = (), on: date, by: Actor
) -> UnionFlag:
    """End the flag of a union that has been dissolved; refused while it stands."""
    flag = _locked(flag_id)
    can_answer_flag(by, flag).require()
    if flag.organisation.state != OrganisationState.DISSOLVED:
        raise Refusal("该工会还在册，请先在工会页面办理注销或并入。")
    return _moved(flag, "dissolve", on=on, by=by, papers=papers)


@transaction.atomic
def look_at_flag_paper(*, paper_id: int, on: date, by: Actor) -> bytes:
    """Return one paper, opened; who looked at which is in the trail."""
    paper = FlagPaper.objects.select_related("flag__organisation").get(pk=paper_id)
    flag = paper.flag
    can_look_at_flag_paper(by, flag).require()
    record(
        by=by,
        verb="look",
        subject=flag,
        on=on,
        organisation_id=flag.organisation_id,
        changes={"paper": paper.number},
    )
    return content_of(paper)


def _locked(flag_id: int) -> UnionFlag:
    flags = UnionFlag.objects.select_for_update(of=("self",))
    return flags.select_related("organisation", "answered_by").get(pk=flag_id)


def _moved(
    flag: UnionFlag,
    action: str,
    *,
    on: date,
    by: Actor,
    said: str = "",
    papers: Sequence[Evidence] = (),
) -> UnionFlag:
    before, flag.state = flag.state, FLAG.target_of(action, flag.state)
    if flag.state in (FlagState.REPAIRED, FlagState.EXPLAINING):
        if not said.strip():
            raise Refusal("请写明做了什么或为什么，不能留空。", field="answer")
        flag.answer, flag.answered_on = said.strip(), on
        flag.answered_by_id, flag.accepted_by = by.user_id, None
    flag.save()
    changes: dict[str, object] = {"state": [before, flag.state]}
    if papers:
        keep_papers(
            FlagPaper,
            papers,
            after=flag.papers.count(),
            flag=flag,
            turn=flag.reopened,
            added_on=on,
        )
        changes["papers"] = [paper.sha256 for paper in papers]
    record(
        by=by,
        verb=action,
        subject=flag,
        on=on,
        organisation_id=flag.organisation_id,
        changes=changes,
        reason=said,
    )
    return flag
