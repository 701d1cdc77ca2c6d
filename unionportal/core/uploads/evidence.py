"""Photos and papers that people hand in as evidence: checked by what they are.

A picture is taken apart without being drawn: what a camera wrote beside it (the place,
the owner) is left out, and what stands behind its end goes. A PDF that runs programs,
carries files or is locked is refused. Nothing is shown inside a page of ours.
"""

import hashlib
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from unionportal.core.errors import Refusal

LARGEST = 5 * 1024 * 1024
MOST = 3
MOST_PIXELS = 60_000_000
LONGEST_NAME = 60

_JPEG, _PNG, _PDF = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"%PDF-"
_KEPT_SEGMENTS = frozenset({0xE0, 0xE2, 0xEE})  # frame, colours, Adobe's transform
_SCAN, _END, _COMMENT = 0xDA, 0xD9, 0xFE
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]", re.DOTALL)
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_KEPT_CHUNKS = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT"}
)
_ACTIVE_PDF = re.compile(
    rb"/(?:JavaScript|JS|Launch|EmbeddedFile|EmbeddedFiles|RichMedia|XFA|Encrypt)\b"
)
_BROKEN = "“{}”打不开：文件不完整或不是它所说的种类，请重新拍照或另存后再传。"


class EvidenceKind(TextChoices):
    """What may be handed in."""

    JPEG = "jpeg", _("照片（JPG）")
    PNG = "png", _("图片（PNG）")
    PDF = "pdf", _("PDF 文件")


CONTENT_TYPES = {
    EvidenceKind.JPEG: "image/jpeg",
    EvidenceKind.PNG: "image/png",
    EvidenceKind.PDF: "application/pdf",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One file as it is kept."""

    name: str
    kind: EvidenceKind
    content: bytes

    @property
    def sha256(self) -> str:
        """The digest of what is kept."""
        return hashlib.sha256(self.content).hexdigest()


def read_evidence(files: Sequence[tuple[str, bytes]]) -> list[Evidence]:
    """Check files one by one; refuse too many, too large, broken and other kinds."""
    if len(files) > MOST:
        raise Refusal(f"最多上传 {MOST} 个文件。", code="too_many", field="evidence")
    return [_read(_clean_name(name), content) for name, content in files]


def _clean_name(name: str) -> str:
    last = PurePosixPath(name.replace("\\", "/")).name
    kept = "".join(
        sign for sign in last if sign.isprintable() and sign not in '<>:"|?*'
    )
    return kept[-LONGEST_NAME:] or "文件"


def _read(name: str, content: bytes) -> Evidence:
    if len(content) > LARGEST:
        raise Refusal(
            f"“{name}”超过 {LARGEST // 1024 // 1024} MB，请压缩或重新拍照后再传。",
            code="too_large",
            field="evidence",
        )
    kind, read = _kind_of(name, content)
    try:
        kept = read(content)
    except (ValueError, IndexError, zlib.error) as error:
        raise _refused(_BROKEN.format(name)) from error
    return Evidence(_with_ending(name, kind), kind, kept)


def _kind_of(
    name: str, content: bytes
) -> tuple[EvidenceKind, Callable[[bytes], bytes]]:
    if content.startswith(_JPEG):
        return EvidenceKind.JPEG, _bare_jpeg
    if content.startswith(_PNG):
        return EvidenceKind.PNG, _bare_png
    if content.startswith(_PDF):
        return EvidenceKind.PDF, _still_pdf
    raise _refused(f"“{name}”不是 JPG、PNG 照片或 PDF 文件，请另存为其中一种后再传。")


def _refused(sentence: str) -> Refusal:
    return Refusal(sentence, code="evidence", field="evidence")


def _with_ending(name: str, kind: EvidenceKind) -> str:
    ending = {"jpeg": ".jpg", "png": ".png", "pdf": ".pdf"}[kind.value]
    stem = PurePosixPath(name).stem or "文件"
    return f"{stem}{ending}"


# --- JPEG: segments, and the scans between them


def _bare_jpeg(content: bytes) -> bytes:
    parts, frame, scan = [b"\xff\xd8"], False, False
    for marker, part in _parts(content):
        if marker in _FRAMES:
            _check_size(part[7:9], part[5:7])
            frame = True
        scan = scan or marker == _SCAN
        dropped = 0xE0 <= marker <= 0xEF and marker not in _KEPT_SEGMENTS
        if not dropped and marker != _COMMENT:
            parts.append(part)
    if not (frame and scan):
        raise ValueError("no picture")
    return b"".join([*parts, b"\xff\xd9"])


def _parts(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Each segment with its marker, a scan with what follows it, up to the end."""
    place = 2
    while (marker := content[place + 1]) != _END:
        if content[place] != 0xFF:
            raise ValueError("no marker")
        length = int.from_bytes(content[place + 2 : place + 4], "big")
        after = place + 2 + length
        if marker == _SCAN:
            found = _NEXT_MARKER.search(content, after)
            if found is None:
                raise ValueError("no end")
            after = found.start()
        if length < 2 or after > len(content):
            raise ValueError("short segment")
        yield marker, content[place:after]
        place = after


def _check_size(width: bytes, height: bytes) -> None:
    pixels = int.from_bytes(width, "big") * int.from_bytes(height, "big")
    if not pixels:
        raise ValueError("no size")
    if pixels > MOST_PIXELS:
        raise _refused("照片尺寸过大，请用手机相机的普通尺寸重新拍照后再传。")


# --- PNG: chunks


def _bare_png(content: bytes) -> bytes:
    parts, place = [_PNG], len(_PNG)
    names: list[bytes] = []
    while not names or names[-1] != b"IEND":
        length = int.from_bytes(content[place : place + 4], "big")
        chunk = content[place : place + 12 + length]
        name = chunk[4:8]
        if len(chunk) < 12 + length or zlib.crc32(chunk[4:-4]) != int.from_bytes(
            chunk[-4:], "big"
        ):
            raise ValueError("broken chunk")
        if not names:
            if name != b"IHDR":
                raise ValueError("no head")
            _check_size(chunk[8:12], chunk[12:16])
        if name in _KEPT_CHUNKS:
            parts.append(chunk)
        names.append(name)
        place += len(chunk)
    if b"IDAT" not in names:
        raise ValueError("no picture")
    return b"".join(parts)


# --- PDF


def _still_pdf(content: bytes) -> bytes:
    if b"%%EOF" not in content[-1024:]:
        raise ValueError("no end")
    if _ACTIVE_PDF.search(content):
        raise _refused(
            "PDF 里带有程序、附件或密码，不能接收；请打印成普通 PDF 后再传。"
        )
    return content
