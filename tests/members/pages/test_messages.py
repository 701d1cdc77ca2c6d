"""消息: read in the portal, counted until then, one's own only."""

import pytest

from members.models import Person
from tests.members.builders import person, union
from tests.members.pages.test_pages import browser_of
from unionportal.core.messages import queue_message
from unionportal.core.models import Message

pytestmark = pytest.mark.django_db


def told(someone: Person, about: str = "assistance.determination") -> Message:
    return queue_message(
        person_id=someone.pk,
        template="assistance/notices/paid.txt",
        context={"union": "尤溪县"},
        about=(about, 7),
        key=f"{someone.pk}-{about}",
        organisation_id=union().pk,
    )


def test_unread_messages_are_counted_on_every_page_until_read() -> None:
    someone, other = person("张三"), person("李四")
    first, _second, theirs = told(someone), told(someone, "members.x"), told(other)
    browser = browser_of(someone)
    assert 'aria-label="2 条未读消息"' in browser.get("/").content.decode()
    page = browser.get("/me/messages/").content.decode()
    assert page.count("您有一笔款项已汇到") == 2
    answer = browser.post(f"/me/messages/{first.pk}/open/")
    assert answer["Location"] == "/aid/7/"
    assert browser.post(f"/me/messages/{theirs.pk}/open/").status_code == 404
    assert 'aria-label="1 条未读消息"' in browser.get("/me/").content.decode()
    browser.post("/me/messages/read/")
    assert "条未读" not in browser.get("/me/messages/").content.decode()
    theirs.refresh_from_db()
    assert theirs.read_at is None


def test_a_message_without_a_page_of_its_own_leads_back() -> None:
    someone = person()
    message = told(someone, "members.x")
    answer = browser_of(someone).post(f"/me/messages/{message.pk}/open/")
    assert answer["Location"] == "/me/messages/"
