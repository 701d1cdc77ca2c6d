"""QR codes (GB/T 18284, ISO/IEC 18004) as SVG: byte mode, level M, versions 4 to 6.

That is 62 to 106 bytes, which an address of ours fits; their blocks are all of one
size and they bear no version mark, which keeps this small.
"""

from dataclasses import dataclass
from functools import cache

Matrix = list[list[bool]]
QUIET = 4  # modules of white around the code
_FORMAT_LEVEL_M = 0b00
_POLYNOMIAL, _GENERATOR, _MASK = 0x11D, 0b10100110111, 0b101010000010010


@dataclass(frozen=True, slots=True)
class _Version:
    number: int
    blocks: int
    data: int  # codewords of a block
    checks: int  # codewords of error correction of a block

    @property
    def size(self) -> int:
        return 17 + 4 * self.number

    @property
    def longest(self) -> int:
        """Bytes of text: all codewords without mode, length and a half of the end."""
        return self.blocks * self.data - 2


_VERSIONS = (_Version(4, 2, 32, 18), _Version(5, 2, 43, 24), _Version(6, 4, 27, 16))


def qr_svg(text: str) -> str:
    """Return the code of a text as an SVG picture; too long a text is a fault."""
    modules = qr_matrix(text)
    size = len(modules) + 2 * QUIET
    path = "".join(
        f"M{x + QUIET},{y + QUIET}h1v1h-1z"
        for y, row in enumerate(modules)
        for x, dark in enumerate(row)
        if dark
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"'
        ' shape-rendering="crispEdges" role="img" aria-label="二维码">'
        f'<rect width="{size}" height="{size}" fill="#fff"/><path d="{path}"/></svg>'
    )


def qr_matrix(text: str) -> Matrix:
    """Return the modules row by row, dark ones true, under the mask that scores best."""
    payload = text.encode()
    version = next((v for v in _VERSIONS if len(payload) <= v.longest), None)
    if version is None:
        raise ValueError(f"too long for a code: {len(payload)} bytes")
    bits = _bits(_codewords(payload, version))
    drawn = [_drawn(version, bits, mask) for mask in range(8)]
    return min(drawn, key=_penalty)


# --- codewords


def _codewords(payload: bytes, version: _Version) -> bytes:
    """Mode, length and text, padded, cut into blocks with checks, interleaved."""
    room = version.blocks * version.data
    number = (0b0100 << 8 | len(payload)) << 8 * len(payload)
    number = (number | int.from_bytes(payload, "big")) << 4
    words = number.to_bytes(len(payload) + 2, "big")
    words += bytes([0xEC, 0x11] * room)[: room - len(words)]
    blocks = [
        words[start : start + version.data] for start in range(0, room, version.data)
    ]
    checks = [_checks(block, version.checks) for block in blocks]
    mixed = [word for column in zip(*blocks, strict=True) for word in column]
    mixed += [word for column in zip(*checks, strict=True) for word in column]
    return bytes(mixed)


def _times(one: int, other: int) -> int:
    """Multiply in GF(256)."""
    product = 0
    for bit in range(7, -1, -1):
        product = (product << 1) ^ (_POLYNOMIAL if product & 0x80 else 0)
        product ^= one if other >> bit & 1 else 0
    return product


@cache
def _divisor(degree: int) -> tuple[int, ...]:
    found, root = [0] * (degree - 1) + [1], 1
    for _step in range(degree):
        found = [
            _times(each, root) ^ (found[place + 1] if place + 1 < degree else 0)
            for place, each in enumerate(found)
        ]
        root = _times(root, 2)
    return tuple(found)


def _checks(block: bytes, degree: int) -> bytes:
    """The Reed-Solomon remainder of a block."""
    rest = [0] * degree
    for word in block:
        factor = word ^ rest[0]
        rest = [
            each ^ _times(by, factor)
            for each, by in zip([*rest[1:], 0], _divisor(degree), strict=True)
        ]
    return bytes(rest)


def _bits(words: bytes) -> list[bool]:
    return [bool(word >> place & 1) for word in words for place in range(7, -1, -1)]


# --- drawing


def _drawn(version: _Version, bits: list[bool], mask: int) -> Matrix:
    size = version.size
    fixed = _patterns(size) | _format(size, mask)
    rest = iter(bits)
    modules = [[False] * size for _row in range(size)]
    for y, x in _zigzag(size):
        if (y, x) not in fixed:
            modules[y][x] = next(rest, False) != _is_masked(mask, y, x)
    for (y, x), dark in fixed.items():
        modules[y][x] = dark
    return modules


@cache
def _patterns(size: int) -> dict[tuple[int, int], bool]:
    """What stands in every code: the timing lines, three finders, one alignment."""
    fixed = {}
    for along in range(size):
        fixed[6, along] = fixed[along, 6] = along % 2 == 0
    for top, left in ((3, 3), (3, size - 4), (size - 4, 3)):
        fixed |= _squares(top, left, 4, size, dark=(0, 1, 3))
    fixed |= _squares(size - 7, size - 7, 2, size, dark=(0, 2))
    fixed[size - 8, 8] = True
    return fixed


def _squares(
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


def _format(size: int, mask: int) -> dict[tuple[int, int], bool]:
    """Level and mask with their checks, written twice beside the finders."""
    rest = word = _FORMAT_LEVEL_M << 3 | mask
    for _step in range(10):
        rest = (rest << 1) ^ (rest >> 9) * _GENERATOR
    bits = (word << 10 | rest) ^ _MASK
    here = [*((row, 8) for row in (0, 1, 2, 3, 4, 5, 7, 8)), (8, 7)]
    here += [(8, column) for column in (5, 4, 3, 2, 1, 0)]
    there = [(8, size - 1 - place) for place in range(8)]
    there += [(size - 15 + place, 8) for place in range(8, 15)]
    return {
        spot: bool(bits >> place & 1)
        for spots in (here, there)
        for place, spot in enumerate(spots)
    }


def _zigzag(size: int) -> list[tuple[int, int]]:
    """The way of the bits: pairs of columns from the right, up and down in turn."""
    way = []
    for turn, right in enumerate([*range(size - 1, 6, -2), *range(5, 0, -2)]):
        rows = range(size) if turn % 2 else range(size - 1, -1, -1)
        way += [(y, x) for y in rows for x in (right, right - 1)]
    return way


def _is_masked(mask: int, y: int, x: int) -> bool:
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


def _penalty(modules: Matrix) -> int:
    """How hard to read: long runs, squares, false finders, too much of one shade."""
    lines = [*modules, *(list(column) for column in zip(*modules, strict=True))]
    texts = ["".join("#" if dark else "." for dark in line) for line in lines]
    score = sum(_of_runs(text) for text in texts)
    finders = ("#.###.#....", "....#.###.#")
    score += 40 * sum(
        text.startswith(one, place)
        for text in texts
        for one in finders
        for place in range(len(text))
    )
    size = len(modules)
    score += 3 * sum(
        modules[y][x] == modules[y][x + 1] == modules[y + 1][x] == modules[y + 1][x + 1]
        for y in range(size - 1)
        for x in range(size - 1)
    )
    dark = sum(map(sum, modules)) * 100 // size**2
    return score + 10 * (abs(dark - 50) // 5)


def _of_runs(text: str) -> int:
    runs = text.replace("#.", "# .").replace(".#", ". #").split()
    return sum(len(run) - 2 for run in runs if len(run) >= 5)
