"""QR codes: read back module by module, and right by the checks of the standard."""

from functools import cache

import pytest

from unionportal.core.qr import qr_matrix, qr_svg

ADDRESS = "https://portal.example/card/4nF8sVx0cQZ1bT7yPq2LwA/"
# (blocks, codewords of data in each, codewords of checks in each) by size.
BLOCKS = {
    21: (1, 16, 10),
    25: (1, 28, 16),
    29: (1, 44, 26),
    33: (2, 32, 18),
    37: (2, 43, 24),
    41: (4, 27, 16),
}


def read(modules: list[list[bool]]) -> str:
    """What a reader makes of it: format, mask, interleaved blocks, mode, length."""
    size = len(modules)
    format_ = [(8, x) for x in (0, 1, 2, 3, 4, 5, 7)] + [(8, 8)]
    format_ += [(y, 8) for y in (7, 5, 4, 3, 2, 1, 0)]
    word = int("".join("01"[modules[y][x]] for y, x in format_), 2) ^ 0b101010000010010
    assert word >> 13 == 0, "not level M"
    mask = word >> 10 & 0b111
    fixed = set(patterns(size)) | set(format_)
    fixed |= {(8, size - 1 - place) for place in range(8)}
    fixed |= {(size - 7 + place, 8) for place in range(7)}
    bits = [
        modules[y][x] != is_masked(mask, y, x)
        for y, x in zigzag(size)
        if (y, x) not in fixed
    ]
    text = "".join("01"[bit] for bit in bits)
    words = [int(text[at : at + 8], 2) for at in range(0, len(text) - 7, 8)]
    count, data, checks = BLOCKS[size]
    assert len(words) == count * (data + checks)
    whole = [
        words[block : count * data : count] + words[count * data + block :: count]
        for block in range(count)
    ]
    assert all(remainder(block, checks) == [0] * checks for block in whole)
    kept = b"".join(bytes(block[:data]) for block in whole)
    number = int.from_bytes(kept, "big") >> 4
    shifted = number.to_bytes(len(kept), "big")
    assert kept[0] >> 4 == 0b0100, "not bytes"
    length = (kept[0] & 15) << 4 | kept[1] >> 4
    return shifted[2 : 2 + length].decode()


def remainder(block: list[int], degree: int) -> list[int]:
    """A block with its checks is divisible: by long division over tables of logs."""
    powers = [1]
    for _step in range(254):
        powers.append(powers[-1] << 1 ^ (0x11D if powers[-1] >> 7 else 0))
    logs = {power: place for place, power in enumerate(powers)}
    rest = list(block)
    for at in range(len(block) - degree):
        lead = rest[at]
        if lead:
            for place, by in enumerate((1, *divisor(degree))):
                rest[at + place] ^= powers[(logs[by] + logs[lead]) % 255] if by else 0
    return rest[-degree:]


def times(one: int, other: int) -> int:
    """Multiply in GF(256)."""
    product = 0
    for bit in range(7, -1, -1):
        product = (product << 1) ^ (0x11D if product & 0x80 else 0)
        product ^= one if other >> bit & 1 else 0
    return product


@cache
def divisor(degree: int) -> tuple[int, ...]:
    found, root = [0] * (degree - 1) + [1], 1
    for _step in range(degree):
        found = [
            times(each, root) ^ (found[place + 1] if place + 1 < degree else 0)
            for place, each in enumerate(found)
        ]
        root = times(root, 2)
    return tuple(found)


@cache
def patterns(size: int) -> dict[tuple[int, int], bool]:
    """What stands in every code: the timing lines, three finders, and an alignment but in the smallest."""
    fixed = {}
    for along in range(size):
        fixed[6, along] = fixed[along, 6] = along % 2 == 0
    for top, left in ((3, 3), (3, size - 4), (size - 4, 3)):
        fixed |= squares(top, left, 4, size, dark=(0, 1, 3))
    if size > 21:
        fixed |= squares(size - 7, size - 7, 2, size, dark=(0, 2))
    fixed[size - 8, 8] = True
    return fixed


def squares(
    top: int, left: int, radius: int, size: int, *, dark: tuple[int, ...]
) -> dict[tuple[int, int], bool]:
    """Squares around a middle; those at the distances named are dark."""
    reach = range(-radius, radius + 1)
    return {
        (top + y, left + x): max(abs(y), abs(x)) in dark
        for y in reach
        for x in reach
        if 0 <= top + y < size and 0 <= left + x < size
    }


def zigzag(size: int) -> list[tuple[int, int]]:
    """The way of the bits: pairs of columns from the right, up and down in turn."""
    way = []
    for turn, right in enumerate([*range(size - 1, 6, -2), *range(5, 0, -2)]):
        rows = range(size) if turn % 2 else range(size - 1, -1, -1)
        way += [(y, x) for y in rows for x in (right, right - 1)]
    return way


def is_masked(mask: int, y: int, x: int) -> bool:
    return (
        (x + y) % 2,
        y % 2,
        x % 3,
        (x + y) % 3,
        (x // 3 + y // 2) % 2,
        x * y % 2 + x * y % 3,
        (x * y % 2 + x * y % 3) % 2,
        ((x + y) % 2 + x * y % 3) % 2,
    )[mask] == 0


@pytest.mark.parametrize("text", ["工会", ADDRESS, ADDRESS + "a" * 20, "b" * 106])
def test_what_is_written_is_read(text: str) -> None:
    assert read(qr_matrix(text)) == text


def test_the_picture_has_room_around_it() -> None:
    svg = qr_svg(ADDRESS)
    assert 'viewBox="0 0 41 41"' in svg
    assert svg.count("h1v1h-1z") == sum(map(sum, qr_matrix(ADDRESS)))


def test_too_long_a_text_is_a_fault() -> None:
    with pytest.raises(ValueError, match="version"):
        qr_matrix("c" * 3000)
