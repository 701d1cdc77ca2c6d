"""Requests about one's own data: corrected by a paper, deleted by two people, or kept."""

import json
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from members.actions.account import stop_account
from members.actions.membership import admit_member
from members.actions.notice import decide_objection, file_objection
from members.actions.privacy_request import (
    ask_correction,
    ask_deletion,
    endorse_deletion,
    grant_privacy_request,
    refuse_privacy_request,
    withdraw_privacy_request,
)
from members.actions.real_name import describe_person
from members.enums import Role
from members.models import BankAccount, Objection, Person, PrivacyRequest
from members.queries.holdings import Duty, duties_of, holdings_of
from members.queries.privacy_request import privacy_requests_waiting
from tests.members.builders import (
    NEXT_COUNTY,
    ON,
    id_number,
    notice,
    pending_account,
    person,
    staff,
    union,
    worker,
)
from tests.members.pages.test_membership import browser_of
from unionportal.core.actor import SYSTEM, Actor
from unionportal.core.errors import Refusal
from unionportal.core.models import AuditEntry, Message
from unionportal.core.uploads.evidence import Evidence, EvidenceKind

pytestmark = pytest.mark.django_db
PHONE = "13812349876"


def known(name: str = "欧阳可忘") -> Person:
    someone = person(name, phone=PHONE)
    describe_person(
        person_id=someone.pk, said={"unit_name": "秘密纺织厂"}, on=ON, by=SYSTEM
    )
    return Person.objects.get(pk=someone.pk)


def deletion(someone: Person) -> PrivacyRequest:
    return ask_deletion(person_id=someone.pk, said="", on=ON, by=worker(someone))


def endorsed(asked: PrivacyRequest, by: Actor) -> PrivacyRequest:
    return endorse_deletion(request_id=asked.pk, opinion="无须留档", on=ON, by=by)


def granted(asked: PrivacyRequest, by: Actor) -> PrivacyRequest:
    return grant_privacy_request(request_id=asked.pk, answer="已办", on=ON, by=by)


def test_a_correction_is_applied_when_a_checker_grants_it_and_each_step_told() -> None:
    someone, number = known(), id_number(born=date(1991, 2, 3))
    asked = ask_correction(
        person_id=someone.pk,
        field="id_number",
        value=number,
        said="身份证原件",
        on=ON,
        by=worker(someone),
    )
    assert asked.due_on == date(2025, 12, 22)  # fifteen working days
    maker, checker = staff(Role.MAKER), staff(Role.CHECKER)
    waiting = privacy_requests_waiting(checker, ON)
    assert [item.due_on for item in waiting] == [asked.due_on]
    assert privacy_requests_waiting(maker, ON) == []
    with pytest.raises(Refusal, match="决定个人信息请求须有"):
        granted(asked, maker)
    granted(asked, checker)
    someone.refresh_from_db()
    asked.refresh_from_db()
    assert (someone.id_number, someone.birth_date) == (number, date(1991, 2, 3))
    assert (asked.value, asked.said, asked.state) == (None, None, "granted")
    assert Message.objects.filter(person_id=someone.pk).count() == 2


def test_a_wrong_correction_changes_nothing_and_one_may_be_refused_or_withdrawn() -> (
    None
):
    someone = known()
    with pytest.raises(Refusal, match="证明材料"):
        ask_correction(
            person_id=someone.pk,
            field="name",
            value="",
            said="",
            on=ON,
            by=worker(someone),
        )
    asked = ask_correction(
        person_id=someone.pk,
        field="id_number",
        value="1",
        said="x",
        on=ON,
        by=worker(someone),
    )
    checker = staff(Role.CHECKER)
    with pytest.raises(Refusal, match="18 位"):
        granted(asked, checker)
    with pytest.raises(Refusal, match="理由"):
        refuse_privacy_request(request_id=asked.pk, answer=" ", on=ON, by=checker)
    refused = refuse_privacy_request(
        request_id=asked.pk, answer="号码不对", on=ON, by=checker
    )
    assert (refused.state, refused.answer) == ("refused", "号码不对")
    again = ask_correction(
        person_id=someone.pk,
        field="name",
        value="欧阳新",
        said="户口簿",
        on=ON,
        by=worker(someone),
    )
    with pytest.raises(Refusal, match="正在处理"):
        ask_correction(
            person_id=someone.pk,
            field="name",
            value="欧阳新",
            said="户口簿",
            on=ON,
            by=worker(someone),
        )
    gone = withdraw_privacy_request(request_id=again.pk, on=ON, by=worker(someone))
    assert gone.state == "withdrawn"


def test_a_deletion_takes_two_people_of_the_union() -> None:
    someone = known()
    asked = deletion(someone)
    both = staff(Role.MAKER, Role.CHECKER)
    with pytest.raises(Refusal, match="先由经办提出"):
        granted(asked, both)
    with pytest.raises(Refusal, match="提出处理意见须有"):
        endorsed(asked, staff(Role.MAKER, at=NEXT_COUNTY))
    endorsed(asked, both)
    with pytest.raises(Refusal, match="不能是同一人"):
        granted(asked, both)
    someone.refresh_from_db()
    assert someone.name == "欧阳可忘"
    assert granted(asked, staff(Role.CHECKER)).state == "granted"


def test_what_still_goes_on_stands_against_a_deletion() -> None:
    someone = known()
    admit_member(
        person_id=someone.pk,
        organisation_id=union().pk,
        document="入会申请书",
        on=ON,
        by=SYSTEM,
    )
    asked = endorsed(deletion(someone), staff(Role.MAKER))
    with pytest.raises(Refusal, match="先退会"):
        granted(asked, staff(Role.CHECKER))
    asked.refresh_from_db()
    assert asked.state == "endorsed"


def test_after_a_deletion_nothing_of_the_person_is_left_in_any_table() -> None:
    """Also not in the history; the trail keeps who acted, but no number ever."""
    someone = known()
    account = pending_account(someone)
    stop_account(account_id=account.pk, reason="不用", on=ON, by=SYSTEM)
    secrets = {someone.id_number, PHONE, account.number, "秘密纺织厂"}
    indexes = {someone.id_number_index, someone.phone_index, account.number_index}
    granted(endorsed(deletion(someone), staff(Role.MAKER)), staff(Role.CHECKER))

    found = {
        (table, word)
        for table, text in everything()
        for word in secrets | indexes | {"欧阳可忘"}
        if word in text
    }
    assert found == {("core_auditentry", "欧阳可忘")}
    someone.refresh_from_db()
    account.refresh_from_db()
    assert (someone.name, someone.id_number, someone.phone) == (
        "已注销",
        "已注销",
        None,
    )
    assert (account.number, account.holder_name) == ("已注销", "已注销")
    assert someone.birth_date.strftime("%m-%d") == "01-01"
    assert AuditEntry.objects.filter(verb="forget").get().changes == {"whole": True}


def objected(someone: Person, *, is_decided: bool) -> Objection:
    """What the person wrote about somebody else's place on a list, with a paper."""
    made = file_objection(
        notice_id=notice(person("王另外"), about=1 + is_decided).pk,
        line_id=None,
        text="我欧阳可忘在秘密纺织厂见过他。",
        evidence=(Evidence("秘密.pdf", EvidenceKind.PDF, b"%PDF-1"),),
        on=ON,
        by=worker(someone),
    )
    if is_decided:
        decide_objection(
            objection_id=made.pk,
            upheld=False,
            verdict="不属实",
            answer="您在秘密纺织厂所见不属实。",
            on=ON,
            by=staff(Role.CHECKER),
        )
    return made


def test_what_the_forgotten_person_objected_goes_and_the_finding_stays() -> None:
    someone = known()
    made = objected(someone, is_decided=True)
    granted(endorsed(deletion(someone), staff(Role.MAKER)), staff(Role.CHECKER))
    made.refresh_from_db()
    assert (made.text, made.answer, made.filed_by_name, made.verdict, made.state) == (
        "已注销",
        "已注销",
        "已注销",
        "不属实",
        "dismissed",
    )
    assert made.evidence.count() == 0
    assert {table for table, text in everything() if "秘密" in text} == set()


def test_an_objection_not_decided_yet_stands_against_the_deletion() -> None:
    someone = known()
    made = objected(someone, is_decided=False)
    page = browser_of(someone).get("/me/record/").content.decode()
    assert "对公示的异议还在核查" in page
    assert "您写的内容、照片和答复一并清除" in page
    asked = endorsed(deletion(someone), staff(Role.MAKER))
    with pytest.raises(Refusal, match="异议还在核查"):
        granted(asked, staff(Role.CHECKER))
    made.refresh_from_db()
    assert made.text.startswith("我欧阳可忘")
    # Nobody forgets an objection by himself, and no text is changed by hand.
    with (
        pytest.raises(DatabaseError, match="经两人同意"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT members_forget_objections(%s)", [someone.pk])
    with pytest.raises(DatabaseError, match="不能修改"), transaction.atomic():
        Objection.objects.filter(pk=made.pk).update(text="别的")


def everything() -> list[tuple[str, str]]:
    """Every row of every table as text; sealed columns show as what they are."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT"
            " relispartition AND relnamespace = 'public'::regnamespace"
            " AND has_table_privilege(oid, 'SELECT')"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" AS t')
            found += [(table, row[0]) for row in cursor.fetchall()]
    return found


def test_a_voucher_stays_with_its_names_until_the_law_lets_it_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    someone = known()
    law = Duty("发放凭证", "会计档案管理办法第十四条", date(2055, 12, 31))
    monkeypatch.setattr(
        "members.actions.privacy_request.duties_of", lambda _person: [law]
    )
    done = granted(endorsed(deletion(someone), staff(Role.MAKER)), staff(Role.CHECKER))
    someone.refresh_from_db()
    assert done.kept == [{"what": law.what, "law": law.law, "until": "2055-12-31"}]
    assert (someone.name, someone.phone, someone.unit_name) == ("欧阳可忘", None, "")


def test_the_database_forgets_nobody_without_two_people() -> None:
    someone = known()
    with (
        pytest.raises(DatabaseError, match="经两人同意"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "SELECT members_forget_person(%s, true, ''::bytea, ''::bytea)", [someone.pk]
        )
    account = pending_account(someone)
    with pytest.raises(DatabaseError, match="不能修改"), transaction.atomic():
        BankAccount.objects.filter(pk=account.pk).update(holder_name="别人")


def test_the_page_shows_masked_what_the_copy_holds_in_full() -> None:
    someone = known()
    account = pending_account(someone)
    client = browser_of(someone)
    page = client.get("/me/record/").content.decode()
    copied = client.get("/me/record/copy/json/").content.decode()
    book = b"".join(client.get("/me/record/copy/xlsx/"))
    for secret in (someone.id_number, PHONE, account.number):
        assert secret not in page
        assert secret in copied
    assert "秘密纺织厂" in page
    values = {one["value"] for one in json.loads(copied)["holdings"]}
    assert values == {one.value for one in holdings_of(someone)}
    assert book.startswith(b"PK")
    assert duties_of(someone) == []
    client.post("/me/record/delete/")
    asked = PrivacyRequest.objects.get()
    assert (asked.kind, asked.state) == ("delete", "submitted")
    client.post(f"/me/record/{asked.pk}/withdraw/")
    asked.refresh_from_db()
    assert asked.state == "withdrawn"
    wrong = client.post("/me/record/correct/", {"field": "name"}).content.decode()
    assert "请填写正确的内容" in wrong
