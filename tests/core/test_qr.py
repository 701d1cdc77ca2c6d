"""QR codes: read back module by module, and right by the checks of the standard."""

import pytest

from unionportal.core.qr import (
    _divisor,
    _is_masked,
    _patterns,
    _zigzag,
    qr_matrix,
    qr_svg,
)

ADDRESS = "https://portal.example/card/4nF8sVx0cQZ1bT7yPq2LwA/"
# (blocks, codewords of data in each, codewords of checks in each) by size.
BLOCKS = {33: (2, 32, 18), 37: (2, 43, 24), 41: (4, 27, 16)}


def read(modules: list[list[bool]]) -> str:
    """What a reader makes of it: format, mask, interleaved blocks, mode, length."""
    size = len(modules)
    format_ = [(8, x) for x in (0, 1, 2, 3, 4, 5, 7)] + [(8, 8)]
    format_ += [(y, 8) for y in (7, 5, 4, 3, 2, 1, 0)]
    word = int("".join("01"[modules[y][x]] for y, x in format_), 2) ^ 0b101010000010010
    assert word >> 13 == 0, "not level M"
    mask = word >> 10 & 0b111
    fixed = set(_patterns(size)) | set(format_)
    fixed |= {(8, size - 1 - place) for place in range(8)}
    fixed |= {(size - 7 + place, 8) for place in range(7)}
    bits = [
        modules[y][x] != _is_masked(mask, y, x)
        for y, x in _zigzag(size)
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
            for place, by in enumerate((1, *_divisor(degree))):
                rest[at + place] ^= powers[(logs[by] + logs[lead]) % 255] if by else 0
    return rest[-degree:]


@pytest.mark.parametrize("text", ["工会", ADDRESS, ADDRESS + "a" * 20, "b" * 106])
def test_what_is_written_is_read(text: str) -> None:
    assert read(qr_matrix(text)) == text


def test_the_generator_is_that_of_the_standard() -> None:
    """ISO/IEC 18004 annex A: the polynomial of seven checks is 127 122 154 164 11 68 117."""
    assert _divisor(7) == (127, 122, 154, 164, 11, 68, 117)


def test_the_picture_has_room_around_it() -> None:
    svg = qr_svg(ADDRESS)
    assert 'viewBox="0 0 41 41"' in svg
    assert svg.count("h1v1h-1z") == sum(map(sum, qr_matrix(ADDRESS)))


def test_too_long_a_text_is_a_fault() -> None:
    with pytest.raises(ValueError, match="107 bytes"):
        qr_matrix("c" * 107)
