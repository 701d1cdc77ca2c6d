"""Sealed text: a string in Python, ciphertext in the database, nowhere searched."""

import pytest
from django.core import serializers
from django.core.exceptions import FieldError
from django.db import connection, models
from django.forms import CharField
from django.test.utils import isolate_apps

from members.models import Person
from unionportal.core.fields import SealedTextField
from unionportal.core.secrets import SealBroken, seal, seal_many

CONTEXT = "core.card.secret"


def model() -> type[models.Model]:
    with isolate_apps("unionportal.core"):

        class Card(models.Model):  # noqa: DJ008
            secret = SealedTextField("密文", null=True)

            class Meta:
                app_label = "core"

        return Card


def field() -> SealedTextField[str | None, str | None]:
    found = model()._meta.get_field("secret")
    assert isinstance(found, SealedTextField)
    return found


def stored(value: str | None) -> bytes | None:
    prepared = field().get_db_prep_value(value, connection)
    return None if prepared is None else bytes(prepared.adapted)  # type: ignore[attr-defined]


def test_the_database_gets_ciphertext_and_python_gets_it_back() -> None:
    sealed = stored("张三")
    assert sealed is not None
    assert "张三".encode() not in sealed
    assert field().from_db_value(sealed) == "张三"
    assert field().from_db_value(memoryview(sealed)) == "张三"


def test_nothing_stays_nothing() -> None:
    assert stored(None) is None
    assert field().from_db_value(None) is None
    assert field().to_python(None) is None


def test_it_is_bound_to_its_column() -> None:
    assert field().context == CONTEXT
    assert field().from_db_value(seal("甲", context=CONTEXT)) == "甲"
    with pytest.raises(SealBroken):
        field().from_db_value(seal("甲", context="core.card.other"))


def test_a_renamed_field_keeps_its_binding_in_migrations() -> None:
    kept: SealedTextField[str, str] = SealedTextField(context="old.place")
    assert kept.deconstruct()[3] == {"context": "old.place"}
    assert kept.context == "old.place"
    assert SealedTextField(editable=False).deconstruct()[3] == {"editable": False}
    assert SealedTextField(null=True).deconstruct()[3] == {"null": True}


@pytest.mark.parametrize(
    "lookup", [{"id_number": "x"}, {"id_number__contains": "x"}, {"id_number__in": []}]
)
def test_it_cannot_be_searched(lookup: dict[str, object]) -> None:
    with pytest.raises(FieldError, match="请查它旁边的盲索引列"):
        Person.objects.filter(**lookup)


def test_it_cannot_be_transformed() -> None:
    with pytest.raises(FieldError, match="不能在数据库里变换"):
        field().get_transform("length")


@pytest.mark.django_db
def test_it_may_be_asked_whether_it_is_empty() -> None:
    assert Person.objects.filter(phone__isnull=True).count() == 0


def test_it_is_not_dumped_in_the_clear() -> None:
    with pytest.raises(TypeError, match="不随 dumpdata 导出"):
        serializers.serialize("json", [model()(secret="张三")])


def test_a_form_shows_a_text_field() -> None:
    assert isinstance(field().formfield(), CharField)


@pytest.mark.django_db
def test_values_sealed_in_bulk_open_through_the_model() -> None:
    context = Person._meta.get_field("id_number").context
    (sealed,) = seal_many(["11010519491231002X"], context=context)
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::bytea", [sealed])
        (read,) = cursor.fetchone()
    opened = Person._meta.get_field("id_number").from_db_value(read)
    assert opened == "11010519491231002X"
