"""Seals open only whole, at home and under their key; equal values share an index."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from unionportal.core.secrets import (
    SealBroken,
    active_key_id,
    blind_index,
    blind_index_many,
    key_id_of,
    normalise,
    seal,
    seal_many,
    unseal,
    unseal_many,
)

HERE = "members.person.id_number"
NUMBER = "11010519491231002X"


@given(st.text())
def test_a_seal_opens_to_what_was_sealed(plain: str) -> None:
    assert unseal(seal(plain, context=HERE), context=HERE) == plain


def test_two_seals_of_one_value_differ_and_hide_it() -> None:
    one, other = seal_many([NUMBER, NUMBER], context=HERE)
    assert one != other
    assert NUMBER.encode() not in one


def test_new_seals_are_under_the_last_key() -> None:
    assert active_key_id() == "k2"
    assert key_id_of(seal(NUMBER, context=HERE)) == "k2"


def test_old_seals_open_after_a_new_key(settings: Settings) -> None:
    old = seal(NUMBER, context=HERE)
    settings.FIELD_KEYS = settings.FIELD_KEYS | {"k3": b"3" * 32}
    assert key_id_of(seal(NUMBER, context=HERE)) == "k3"
    assert unseal(old, context=HERE) == NUMBER


def test_a_seal_whose_key_is_gone_names_it(settings: Settings) -> None:
    old = seal(NUMBER, context=HERE)
    settings.FIELD_KEYS = {"k3": b"3" * 32}
    with pytest.raises(SealBroken, match="没有密钥 k2：请把它放回 FIELD_KEYS"):
        unseal(old, context=HERE)


def test_many_seals_of_several_keys_open_in_their_order(settings: Settings) -> None:
    """The key is looked up anew where the next seal names another one."""
    old = seal_many(["甲", "乙"], context=HERE)
    settings.FIELD_KEYS = settings.FIELD_KEYS | {"k3": b"3" * 32}
    new = seal("丙", context=HERE)

    told = unseal_many([old[0], new, old[1]], context=HERE)

    assert list(told) == ["甲", "丙", "乙"]
    with pytest.raises(SealBroken, match="取自别的字段"):
        list(unseal_many([old[0], new], context="members.person.phone"))
    with pytest.raises(SealBroken, match="不是加密值"):
        list(unseal_many([old[0], b"?"], context=HERE))


def test_a_seal_does_not_open_in_another_column() -> None:
    with pytest.raises(SealBroken, match="取自别的字段"):
        unseal(seal(NUMBER, context=HERE), context="members.person.phone")


def test_a_seal_does_not_open_under_another_keys_name(
    settings: Settings,
) -> None:
    settings.FIELD_KEYS = {"k1": b"1" * 32, "k2": b"1" * 32}
    renamed = seal(NUMBER, context=HERE).replace(b"k2", b"k1", 1)
    with pytest.raises(SealBroken, match="已损坏"):
        unseal(renamed, context=HERE)


@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_one_altered_byte_anywhere_is_seen(place: int, flip: int) -> None:
    sealed = bytearray(seal(NUMBER, context=HERE))
    sealed[place % len(sealed)] ^= flip
    with pytest.raises(SealBroken):
        unseal(bytes(sealed), context=HERE)


@given(st.binary(max_size=60))
def test_any_bytes_are_refused_as_broken(noise: bytes) -> None:
    with pytest.raises(SealBroken):
        unseal(noise, context=HERE)


@pytest.mark.parametrize("size", range(48))
def test_a_cut_seal_is_broken(size: int) -> None:
    with pytest.raises(SealBroken):
        unseal(seal(NUMBER, context=HERE)[:size], context=HERE)


def test_keys_of_a_wrong_size_are_refused(settings: Settings) -> None:
    settings.FIELD_KEYS = {"k1": b"short"}
    with pytest.raises(ImproperlyConfigured, match="字段密钥 k1 应为 32 字节"):
        seal(NUMBER, context=HERE)
    settings.FIELD_KEYS = {}
    with pytest.raises(ImproperlyConfigured, match="没有字段密钥"):
        seal(NUMBER, context=HERE)
    settings.BLIND_INDEX_KEY = b"short"
    with pytest.raises(ImproperlyConfigured, match="BLIND_INDEX_KEY"):
        blind_index(NUMBER, kind="id_number")


@pytest.mark.parametrize(
    ("kind", "written", "same"),
    [
        ("id_number", "11010519491231002x", NUMBER),
        ("id_number", " 110105 19491231 002X ", NUMBER),
        ("id_number", "１１０１０５１９４９１２３１００２Ｘ", NUMBER),
        ("phone", "+86 138-1234-1234", "13812341234"),
        ("phone", "008613812341234", "13812341234"),
        ("account", "6222 0202 0011 2345 678", "6222020200112345678"),
    ],
)
def test_ways_of_writing_share_an_index(kind: str, written: str, same: str) -> None:
    assert blind_index(written, kind=kind) == blind_index(same, kind=kind)


def test_kinds_do_not_share_an_index() -> None:
    number = "13812341234"
    assert blind_index(number, kind="phone") != blind_index(number, kind="account")


def test_an_account_that_begins_with_86_keeps_it() -> None:
    assert normalise("8613812341234", kind="account") == "8613812341234"


def test_the_index_hangs_on_its_key(settings: Settings) -> None:
    before = blind_index(NUMBER, kind="id_number")
    assert len(before) == 32
    settings.BLIND_INDEX_KEY = b"another key of thirty-two bytes!"
    assert blind_index(NUMBER, kind="id_number") != before


@pytest.mark.parametrize("empty", ["", "  ", "—"])
def test_an_empty_value_has_no_index(empty: str) -> None:
    with pytest.raises(ValueError, match="空值没有盲索引"):
        blind_index(empty, kind="phone")


def test_many_are_indexed_like_one() -> None:
    numbers = [NUMBER, "440524188001010014"]
    assert blind_index_many(numbers, kind="id_number") == [
        blind_index(number, kind="id_number") for number in numbers
    ]
