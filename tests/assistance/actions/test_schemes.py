"""Scheme versions: checked when saved, published by another, fixed from then on."""

import pytest
from django.db import IntegrityError, transaction

from assistance.actions.schemes import (
    load_shipped_schemes,
    publish_scheme_version,
    save_scheme_version,
    withdraw_scheme_version,
)
from assistance.enums import SchemeState
from assistance.models import Scheme, SchemeVersion
from assistance.queries.schemes import scheme_of, scheme_version_in_force
from members.enums import Role
from tests.assistance import builders as make
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.audit import history_of
from unionportal.core.errors import Refusal

pytestmark = pytest.mark.django_db


def save(text: str | None = None, by: Actor = SYSTEM) -> SchemeVersion:
    make.fund_sources()
    return save_scheme_version(source=text or make.winter_text(), on=make.ON, by=by)


def second(**changes: str) -> str:
    pieces = {"version: 1": "version: 2", "2014-01-01": "2026-01-01"} | changes
    return make.winter_text(pieces)


def test_save_scheme_version_keeps_text_content_and_digest() -> None:
    version = save()
    assert (version.state, version.number) == (SchemeState.DRAFT, 1)
    assert version.body["amount"] == "600"
    assert version.body["clauses"][1]["code"] == "income_within"
    assert len(version.digest) == 64
    assert scheme_of(version).title == "元旦春节送温暖慰问"


def test_save_scheme_version_writes_a_draft_anew_and_the_same_text_once() -> None:
    first = save()
    again = save()
    changed = save(make.winter_text({'amount: "600"': 'amount: "599.999"'}))
    assert (first.pk, first.digest) == (again.pk, again.digest)
    assert (changed.pk, changed.digest == first.digest) == (first.pk, False)
    verbs = [entry.verb for entry in history_of(first)]
    assert verbs == ["save_scheme_version"] * 2


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("低保标准 if", "低保线 if", "第 24 行第 20 列：没有名为“低保线”的事实"),
        ("住房套数 <= 1", "住房套数 <= 是", "第 28 行第"),
        ("county_own", "donated", "没有代码为“donated”的资金来源"),
        ("version: 1", "version: 3", "下一版应为第 1 版"),
    ],
)
def test_save_scheme_version_is_refused_with_its_place(
    old: str, new: str, expected: str
) -> None:
    with pytest.raises(Refusal, match=expected) as caught:
        save(make.winter_text({old: new}))
    assert caught.value.field == "source"
    assert SchemeVersion.objects.count() == 0


def test_save_scheme_version_is_refused_below_the_province() -> None:
    with pytest.raises(Refusal, match="省级总工会的“经办”岗位"):
        save(by=make.staff(Role.MAKER, at=make.CITY))
    assert Scheme.objects.count() == 0


def test_publish_scheme_version_takes_another_person() -> None:
    both = make.staff(Role.MAKER, Role.APPROVER, at=make.PROVINCE)
    draft = save(by=both)
    with pytest.raises(Refusal, match="这一版方案是您编写的"):
        publish_scheme_version(version_id=draft.pk, on=make.ON, by=both)
    draft.refresh_from_db()
    assert (draft.state, draft.published_by) == (SchemeState.DRAFT, "")

    approver = make.staff(Role.APPROVER, at=make.PROVINCE, name="省总审批")
    published = publish_scheme_version(version_id=draft.pk, on=make.ON, by=approver)

    assert (published.state, published.published_by) == ("published", "省总审批")
    assert published.published_at is not None


def test_publish_scheme_version_is_refused_to_a_county_approver() -> None:
    draft = save()
    with pytest.raises(Refusal, match="省级总工会的“审批”岗位"):
        publish_scheme_version(
            version_id=draft.pk, on=make.ON, by=make.staff(Role.APPROVER)
        )
    draft.refresh_from_db()
    assert draft.state == SchemeState.DRAFT


def test_a_published_version_is_never_changed() -> None:
    version = make.scheme_version()
    with pytest.raises(Refusal, match="请把 version 写成 2"):
        save(make.winter_text({'amount: "600"': 'amount: "599.999"'}))
    version.body = {"amount": "6000"}
    with pytest.raises(IntegrityError), transaction.atomic():
        version.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        version.delete()
    version.refresh_from_db()
    assert version.body["amount"] == "600"


def test_scheme_version_in_force_is_the_latest_of_the_day() -> None:
    first = make.scheme_version()
    draft = save(second())
    assert scheme_version_in_force("winter_warmth", make.ON) == first
    publish_scheme_version(version_id=draft.pk, on=make.ON, by=SYSTEM)
    assert scheme_version_in_force("winter_warmth", make.ON) == first
    later = make.ON.replace(year=2026)
    assert scheme_version_in_force("winter_warmth", later) == draft


def test_publish_scheme_version_is_refused_to_start_before_the_last() -> None:
    make.scheme_version()
    draft = save(second(**{"2014-01-01": "2013-01-01"}))
    with pytest.raises(Refusal, match="施行日期早于已发布的上一版"):
        publish_scheme_version(version_id=draft.pk, on=make.ON, by=SYSTEM)
    draft.refresh_from_db()
    assert draft.state == SchemeState.DRAFT


def test_withdraw_scheme_version_needs_a_reason_and_ends_its_use() -> None:
    version = make.scheme_version()
    with pytest.raises(Refusal, match="请写明停用的理由"):
        withdraw_scheme_version(version_id=version.pk, reason="", on=make.ON, by=SYSTEM)
    assert scheme_version_in_force("winter_warmth", make.ON) == version

    withdraw_scheme_version(version_id=version.pk, reason="停办", on=make.ON, by=SYSTEM)

    with pytest.raises(Refusal, match="没有已发布的版本"):
        scheme_version_in_force("winter_warmth", make.ON)


def test_load_shipped_schemes_is_repeatable() -> None:
    make.fund_sources()
    first = load_shipped_schemes(on=make.ON, by=SYSTEM)
    again = load_shipped_schemes(on=make.ON, by=SYSTEM)
    assert [one.pk for one in first] == [one.pk for one in again]
    assert {one.state for one in again} == {SchemeState.PUBLISHED}
