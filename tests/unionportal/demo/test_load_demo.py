"""Loading the province: whole, repeatable by seed, refused a second time."""

import hashlib
from io import StringIO

import pytest
from django.conf import settings
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.db.models import Count, F
from pytest_django.fixtures import Settings

from assistance.models import Account, HouseholdDossier, HouseholdMember, PayingAccount
from assistance.queries.schemes import scheme_version_in_force
from members.enums import AccountState
from members.models import BankAccount, Organisation, Person, Post, Standard, User
from unionportal.core.audit import verify_chain
from unionportal.demo.loading import bank_layouts
from unionportal.demo.province import AS_OF
from unionportal.demo.staff import MAKER

pytestmark = pytest.mark.django_db

COUNT = 120


@pytest.fixture(autouse=True)
def demonstration(settings: Settings) -> None:
    """Only a demonstration may load invented people."""
    settings.DEMONSTRATION = True


def load(count: int = COUNT, seed: int = 5) -> str:
    out = StringIO()
    call_command("load_demo", province="35", dossiers=count, seed=seed, stdout=out)
    return out.getvalue()


def plain_digest() -> str:
    """Everything in the clear, without keys and ciphertexts."""
    digest = hashlib.sha256()
    for dossier in HouseholdDossier.objects.select_related("principal").order_by(
        "number"
    ):
        person = dossier.principal
        digest.update(
            repr(
                [
                    *(dossier.number, dossier.division_id, dossier.hardship_class),
                    *(dossier.wage_income, dossier.illness_cost, dossier.rechecked_on),
                    *(person.name, person.id_number, person.phone, person.name_pinyin),
                    [
                        (m.name, m.relation, m.id_number)
                        for m in dossier.members.order_by("id")
                    ],
                    [(a.number, a.state) for a in person.accounts.all()],
                ]
            ).encode()
        )
    for user in User.objects.filter(is_staff=True).order_by("username"):
        digest.update(repr((user.username, user.name)).encode())
    return digest.hexdigest()


def test_loads_everything_a_round_needs() -> None:
    assert load() == "已载入省份 35：120 份档案（种子 5）。\n"
    assert HouseholdDossier.objects.count() == COUNT
    assert HouseholdMember.objects.count() > COUNT
    assert Person.objects.filter(organisation__level="township").count() == COUNT
    used = PayingAccount.objects.values_list("layout", flat=True)
    assert sorted(set(used)) == bank_layouts()
    assert scheme_version_in_force("winter_warmth", AS_OF).number == 1
    assert Standard.objects.filter(division="350102").count() == 8
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert verify_chain().fault == ""


def test_dossiers_lie_at_their_county_and_township() -> None:
    load()
    dossiers = HouseholdDossier.objects.select_related("organisation", "keeper")
    for dossier in dossiers:
        assert dossier.organisation.code == dossier.division_id
        assert dossier.keeper.path.startswith(dossier.organisation.path)
        assert dossier.members.count() == dossier.household_size - 1


def test_accounts_are_verified_by_a_second_person() -> None:
    load(400)
    verified = BankAccount.objects.filter(state=AccountState.VERIFIED)
    assert verified.exists()
    assert not verified.filter(verified_by=F("created_by")).exists()
    assert not verified.filter(verified_by=None).exists()
    assert BankAccount.objects.filter(state=AccountState.PENDING).exists()


def test_one_county_lacks_a_checker() -> None:
    load()
    counties = Organisation.objects.filter(posts__role=MAKER, level="county")
    roles = counties.annotate(count=Count("posts__role", distinct=True))
    assert sorted(set(roles.values_list("count", flat=True))) == [1]
    held = Post.objects.filter(organisation__level="county").values_list(
        "organisation_id", "role"
    )
    lacking = [one for one in counties if (one.pk, "checker") not in set(held)]
    assert len(lacking) == 1


def test_money_is_handed_down_and_nothing_is_negative() -> None:
    load()
    available = Account.objects.filter(kind="available", balance__gt=0)
    assert available.filter(organisation__level="county").exists()
    assert available.filter(organisation__level="province").exists()


def test_password_of_the_demonstration_opens_every_post() -> None:
    load()
    user = authenticate(username="gulou-maker", password=settings.DEMO_PASSWORD)
    assert user == User.objects.get(username="gulou-maker")


def test_second_load_is_refused_and_changes_nothing() -> None:
    load()
    before = plain_digest()
    with pytest.raises(CommandError, match="已有困难职工档案"):
        load(seed=6)
    assert plain_digest() == before


def test_same_seed_gives_the_same_plain_values() -> None:
    digests = []
    for seed in (5, 5, 6):
        with transaction.atomic():
            load(seed=seed)
            digests.append(plain_digest())
            transaction.set_rollback(True)
    assert digests[0] == digests[1]
    assert digests[0] != digests[2]


def test_unknown_province_is_refused_and_leaves_nothing() -> None:
    with pytest.raises(CommandError, match="没有代码为 99 的省份"):
        call_command("load_demo", province="99", dossiers=5)
    assert not Post.objects.exists()
    assert not HouseholdDossier.objects.exists()


def test_refused_outside_a_demonstration(settings: Settings) -> None:
    settings.DEMONSTRATION = False
    with pytest.raises(CommandError, match="DEMONSTRATION"):
        load()
    assert not HouseholdDossier.objects.exists()
