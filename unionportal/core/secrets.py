"""Sealing of personal values (AES-256-GCM) and keyed blind indexes to find them.

A sealed value is: format byte, length of the key id, key id, nonce (12 bytes),
ciphertext with tag. The context (which column it belongs to) and the head are bound in
as additional data, so that a value copied into another column does not open. New values
are sealed under the last key of ``settings.FIELD_KEYS``; older ones open under the key
they name. Nonces are random: stay below 2**32 values a key.
"""

import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

FORMAT = b"\x01"
NONCE_BYTES = 12
KEY_BYTES = 32
INDEX_HEX = 32

_ALTERED = "加密值已损坏，或取自别的字段。"
_SPACE = re.compile(r"[\s\-‐-―]+")
_COUNTRY = re.compile(r"^(?:\+|00)?86(?=1\d{10}$)")


class SealBroken(Exception):  # noqa: N818 - says what was found
    """A sealed value does not open: altered, moved from another column, or no key."""


@lru_cache(maxsize=32)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


def _keys() -> dict[str, bytes]:
    ring: dict[str, bytes] = settings.FIELD_KEYS
    if not ring:
        raise ImproperlyConfigured("没有字段密钥：请在环境变量中配置 FIELD_KEYS。")
    _check_ring(tuple(ring.items()))
    return ring


@lru_cache(maxsize=8)
def _check_ring(ring: tuple[tuple[str, bytes], ...]) -> None:
    """Refuse a wrong key; once a ring, for a list opens a value a row."""
    for name, key in ring:
        if len(key) != KEY_BYTES or not 0 < len(name.encode()) < 256:
            raise ImproperlyConfigured(
                f"字段密钥 {name} 应为 {KEY_BYTES} 字节，请重新生成。"
            )


def active_key_id() -> str:
    """Return the id of the key that new values are sealed under: the last one."""
    return next(reversed(_keys()))


def _head(key_id: str) -> bytes:
    name = key_id.encode()
    return FORMAT + bytes((len(name),)) + name


def seal(plain: str, *, context: str) -> bytes:
    """Seal one value for one column; two seals of one value differ."""
    return seal_many((plain,), context=context)[0]


def seal_many(plains: Sequence[str], *, context: str) -> list[bytes]:
    """Seal many values for one column, with one read of the random source."""
    ring = _keys()
    key_id = next(reversed(ring))
    head = _head(key_id)
    encrypt = _cipher(ring[key_id]).encrypt
    bound = head + context.encode()
    noise = os.urandom(NONCE_BYTES * len(plains))
    sealed = []
    for at, plain in enumerate(plains):
        nonce = noise[at * NONCE_BYTES : (at + 1) * NONCE_BYTES]
        sealed.append(head + nonce + encrypt(nonce, plain.encode(), bound))
    return sealed


def seal_bytes(content: bytes, *, context: str) -> bytes:
    """Seal a whole file for one column."""
    ring = _keys()
    key_id = next(reversed(ring))
    head, nonce = _head(key_id), os.urandom(NONCE_BYTES)
    bound = head + context.encode()
    return head + nonce + _cipher(ring[key_id]).encrypt(nonce, content, bound)


def key_id_of(sealed: bytes) -> str:
    """Return the id of the key a value was sealed under."""
    if len(sealed) < 2 or sealed[:1] != FORMAT or len(sealed) < 2 + sealed[1]:
        raise SealBroken("这不是加密值。")
    return sealed[2 : 2 + sealed[1]].decode(errors="replace")


def unseal(sealed: bytes, *, context: str) -> str:
    """Open a sealed value. Raises SealBroken when it is not whole or not from here."""
    return unseal_bytes(sealed, context=context).decode()


def unseal_many(values: Iterable[bytes], *, context: str) -> Iterator[str]:
    """Open many values of one column, one after the other; the key is looked up once."""
    head, bound = b"", b""
    decrypt: Callable[[bytes, bytes, bytes], bytes] | None = None
    for sealed in values:
        if decrypt is None or not sealed.startswith(head):
            decrypt = _cipher_of(sealed).decrypt
            head = sealed[: 2 + sealed[1]]
            bound = head + context.encode()
        end = len(head) + NONCE_BYTES
        try:
            yield decrypt(sealed[len(head) : end], sealed[end:], bound).decode()
        except (InvalidTag, ValueError) as broken:
            raise SealBroken(_ALTERED) from broken


def unseal_bytes(sealed: bytes, *, context: str) -> bytes:
    """Open a sealed file, with the same refusal."""
    cipher = _cipher_of(sealed)
    head = sealed[: 2 + sealed[1]]
    nonce = sealed[len(head) : len(head) + NONCE_BYTES]
    body = sealed[len(head) + NONCE_BYTES :]
    try:
        return cipher.decrypt(nonce, body, head + context.encode())
    except (InvalidTag, ValueError) as broken:
        raise SealBroken(_ALTERED) from broken


def _cipher_of(sealed: bytes) -> AESGCM:
    key_id = key_id_of(sealed)
    key = _keys().get(key_id)
    if key is None:
        raise SealBroken(f"没有密钥 {key_id}：请把它放回 FIELD_KEYS。")
    return _cipher(key)


def normalise(value: str, *, kind: str) -> str:
    """Bring a value to the form that is compared: width, case, blanks, +86."""
    if value.isascii() and value.isalnum():
        plain = value.upper()
    else:
        plain = _SPACE.sub("", unicodedata.normalize("NFKC", value)).upper()
    return _COUNTRY.sub("", plain) if kind == "phone" else plain


def blind_index(value: str, *, kind: str) -> str:
    """Return the keyed index of a value: 32 hexadecimal digits, HMAC-SHA256.

    Values of different kinds never share an index. An empty value has none: ValueError.
    """
    return blind_index_many((value,), kind=kind)[0]


def blind_indexes(value: str, *, kind: str) -> list[str]:
    """Return every index under which a value may stand: the one written, then another.

    While the index key is changed, rows of both keys stand side by side: whoever looks
    for a value looks for both.
    """
    found = [blind_index(value, kind=kind)]
    other: bytes = settings.BLIND_INDEX_OTHER_KEY
    if other:
        index = _keyed(other, kind).copy()
        index.update(normalise(value, kind=kind).encode())
        found.append(index.finalize().hex()[:INDEX_HEX])
    return found


def blind_index_many(values: Iterable[str], *, kind: str) -> list[str]:
    """Return the keyed indexes of many values of one kind."""
    key: bytes = settings.BLIND_INDEX_KEY
    if len(key) < KEY_BYTES:
        raise ImproperlyConfigured(f"BLIND_INDEX_KEY 至少应为 {KEY_BYTES} 字节。")
    keyed = _keyed(key, kind)
    found = []
    for value in values:
        plain = normalise(value, kind=kind)
        if not plain:
            raise ValueError("空值没有盲索引")
        index = keyed.copy()  # a third of what keying each one anew takes
        index.update(plain.encode())
        found.append(index.finalize().hex()[:INDEX_HEX])
    return found


@lru_cache(maxsize=32)
def _keyed(key: bytes, kind: str) -> HMAC:
    """What every index of a kind begins with."""
    begun = HMAC(key, SHA256())
    begun.update(kind.encode() + b"\x00")
    return begun
