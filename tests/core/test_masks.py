"""Masks: what is hidden, and that Python and SQL hide alike."""

from collections.abc import Callable

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import CharField, Value
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unionportal.core.masks import (
    MaskCard,
    MaskIdNumber,
    MaskName,
    MaskPhone,
    mask_card,
    mask_card_sql,
    mask_id_number,
    mask_id_number_sql,
    mask_name,
    mask_name_sql,
    mask_phone,
    mask_phone_sql,
)

MASKS = [
    (mask_name, mask_name_sql),
    (mask_id_number, mask_id_number_sql),
    (mask_card, mask_card_sql),
    (mask_phone, mask_phone_sql),
]


@pytest.mark.parametrize(
    ("mask", "value", "shown"),
    [
        (mask_name, "张三", "张*"),
        (mask_name, "张小三", "张*"),
        (mask_name, "张", "张*"),
        (mask_name, "", ""),
        (mask_id_number, "330182199001011234", "3301***********234"),
        (mask_id_number, "1234567", "*******"),
        (mask_id_number, "", ""),
        (mask_card, "6222020200112345678", "****5678"),
        (mask_card, "5678", "****"),
        (mask_card, "", ""),
        (mask_phone, "13812341234", "138****1234"),
        (mask_phone, "1234567", "*******"),
    ],
)
def test_masks_hide_all_but_the_ends(
    mask: Callable[[str], str], value: str, shown: str
) -> None:
    assert mask(value) == shown


@given(st.text())
def test_a_masked_name_hides_its_length(name: str) -> None:
    assert len(mask_name(name)) == (2 if name else 0)


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
        min_size=20,
        max_size=40,
    )
)
def test_python_and_sql_mask_alike(values: list[str]) -> None:
    columns = ", ".join(text("v") for _, text in MASKS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT v, {columns} FROM unnest(%s::text[]) AS given(v)", [values]
        )
        rows = cursor.fetchall()
    assert rows == [
        (value, *(mask(value) for mask, _ in MASKS))
        for value in (row[0] for row in rows)
    ]
    assert len(rows) == len(values)


@pytest.mark.django_db
def test_no_value_has_no_mask() -> None:
    columns = ", ".join(text("v") for _, text in MASKS)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM (SELECT NULL::text AS v) AS none")
        assert cursor.fetchone() == (None, None, None, None)


@pytest.mark.django_db
def test_masks_are_expressions_of_the_orm() -> None:
    number = Value("330182199001011234", output_field=CharField())
    masked = {
        "name": MaskName(Value("张小三")),
        "number": MaskIdNumber(number),
        "card": MaskCard(number),
        "phone": MaskPhone(Value("13812341234")),
    }
    rows = ContentType.objects.annotate(**masked).values_list(*masked)
    shown = ("张*", "3301***********234", "****1234", "138****1234")
    assert rows.first() == shown


@pytest.mark.django_db
def test_a_masked_column_can_be_filtered() -> None:
    masked = ContentType.objects.annotate(shown=MaskName("app_label"))
    assert set(masked.filter(shown="c*").values_list("app_label", flat=True)) == {
        label
        for label in ContentType.objects.values_list("app_label", flat=True)
        if label.startswith("c")
    }
