"""A changed phone: evidence or proof, the old phone is told and may stop it."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from members.actions.phone_change import (
    PhoneClaim,
    ask_phone_change,
    claim_phone_change,
    settle_phone_changes,
    stop_phone_change,
)
from members.actions.user import sign_in_worker
from members.enums import Role
from members.models import Person, PhoneChange
from members.queries.person import persons_by_phone
from tests.members.builders import ON, pending_account, person, staff, worker
from tests.members.builders import id_number as fresh_number
from unionportal.core.errors import Refusal
from unionportal.core.models import AuditEntry, Message

pytestmark = pytest.mark.django_db
OLD, NEW = "13812340001", "13912340002"
DAY = timedelta(days=1)


def claim_of(someone: Person, **wrong: str) -> PhoneClaim:
    card = someone.accounts.first() or pending_account(someone)
    said = {
        "name": someone.name,
        "id_number": someone.id_number,
        "fact": card.number_last4,
    }
    return PhoneClaim(**(said | wrong))


def test_staff_change_a_phone_with_evidence_after_three_days() -> None:
    someone = person(phone=OLD)
    maker, neighbour = staff(Role.MAKER), staff(Role.MAKER, at="350430")
    for by, evidence, said in (
        (neighbour, "见身份证", "人员登记"),
        (maker, " ", "核验依据"),
    ):
        with pytest.raises(Refusal, match=said):
            ask_phone_change(
                person_id=someone.pk, phone=NEW, evidence=evidence, on=ON, by=by
            )
    ask_phone_change(
        person_id=someone.pk, phone=NEW, evidence="见身份证", on=ON, by=maker
    )
    assert persons_by_phone(OLD).get() == someone
    message = Message.objects.get(template="members/notices/phone_changing.txt")
    assert message.context["last4"] == "0002"
    assert settle_phone_changes(on=ON + 2 * DAY) == 0
    settle_phone_changes(on=ON + 3 * DAY)
    assert persons_by_phone(NEW).get() == someone
    assert not persons_by_phone(OLD).exists()
    entry = AuditEntry.objects.get(verb="ask_phone_change")
    assert (entry.reason, entry.user_id) == ("见身份证", maker.user_id)


def test_a_phone_that_takes_effect_ends_the_worker_s_sessions() -> None:
    someone = person(phone=OLD)
    user = sign_in_worker(person_id=someone.pk, on=ON)
    client = Client()
    client.force_login(user, backend="members.auth.backends.PhoneCodeBackend")
    change = claim_phone_change(claim=claim_of(someone), phone=NEW, on=ON)
    page = client.get("/me/").content.decode()
    assert "撤销，手机号不变" in page
    settle_phone_changes(on=change.takes_effect_on)
    assert client.get("/me/").status_code == 302


def test_who_holds_the_old_phone_stops_the_change() -> None:
    someone, other = person(phone=OLD), person("李四")
    change = claim_phone_change(claim=claim_of(someone), phone=NEW, on=ON)
    with pytest.raises(Refusal, match="本人"):
        stop_phone_change(change_id=change.pk, reason="", on=ON, by=worker(other))
    user = sign_in_worker(person_id=someone.pk, on=ON)
    client = Client()
    client.force_login(user, backend="members.auth.backends.PhoneCodeBackend")
    assert client.post("/me/phone/keep/").status_code == 302
    settle_phone_changes(on=ON + 9 * DAY)
    assert persons_by_phone(OLD).get() == someone
    change.refresh_from_db()
    assert change.state == "stopped"
    with pytest.raises(Refusal, match="已撤销"):
        stop_phone_change(change_id=change.pk, reason="", on=ON, by=worker(someone))


@pytest.mark.parametrize(
    "wrong",
    [{"name": "李四"}, {"fact": "0000"}, {"fact": ""}, {"id_number": ""}],
)
def test_a_claim_that_does_not_match_learns_nothing(wrong: dict[str, str]) -> None:
    someone = person(phone=OLD)
    claim = claim_of(someone, **wrong)
    if claim.fact == "0000":
        someone.accounts.exclude(number_last4="0000").get()
    with pytest.raises(Refusal, match="填写的信息与登记不符"):
        claim_phone_change(claim=claim, phone=NEW, on=ON)
    stranger = PhoneClaim(name="王五", id_number=fresh_number(), fact="1234")
    with pytest.raises(Refusal, match="填写的信息与登记不符"):
        claim_phone_change(claim=stranger, phone=NEW, on=ON)
    assert not PhoneChange.objects.exists()


def test_somebody_without_a_phone_does_not_wait() -> None:
    someone = person()
    change = claim_phone_change(claim=claim_of(someone), phone=NEW, on=ON)
    assert change.state == "done"
    assert persons_by_phone(NEW).get() == someone
    assert not Message.objects.exists()


def test_only_one_change_waits_and_the_same_phone_is_none() -> None:
    someone = person(phone=OLD)
    with pytest.raises(Refusal, match="无需更换"):
        claim_phone_change(claim=claim_of(someone), phone=OLD, on=ON)
    claim_phone_change(claim=claim_of(someone), phone=NEW, on=ON)
    with pytest.raises(Refusal, match="正在等待"):
        claim_phone_change(claim=claim_of(someone), phone="13912340003", on=ON)


def test_the_pages_prove_the_new_phone_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setattr(
        settings, "SMS_BACKEND", "unionportal.core.messages.FileBackend"
    )
    sms = settings.VAR_DIR / "phone-changed-sms.txt"
    sms.unlink(missing_ok=True)
    monkeypatch.setattr(settings, "SMS_FILE", sms, raising=False)
    someone = person(phone=OLD)
    claim = claim_of(someone)
    client = Client()
    assert client.get("/login/phone-changed/")["Location"] == "/join/phone/"
    client.post("/join/phone/", {"phone": NEW})
    code = sms.read_text().split("验证码是 ")[1][:6]
    answer = client.post("/join/code/", {"code": code})
    assert answer["Location"] == "/login/phone-changed/"
    said = {"name": claim.name, "id_number": claim.id_number, "fact": "x"}
    for _ in range(5):
        page = client.post("/login/phone-changed/", said).content.decode()
        assert "填写的信息与登记不符" in page
    page = client.post("/login/phone-changed/", said).content.decode()
    assert "填写次数过多" in page
    assert not PhoneChange.objects.exists()
