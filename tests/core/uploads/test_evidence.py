"""Photos and papers handed in: kept bare, or refused with what to do."""

import pytest

from tests.core.uploads.evidence_files import GPS, PDF, PLACE, jpeg, png, segment
from unionportal.core.errors import Refusal
from unionportal.core.uploads.evidence import LARGEST, EvidenceKind, read_evidence


def test_photos_lose_their_place_and_what_stands_behind_their_end() -> None:
    photo, picture, paper = read_evidence(
        [
            ("C:\\photos\\IMG 1.HEIC", jpeg(extra=GPS, tail=b"<script>")),
            ("图.jpeg", png(extra=PLACE, tail=b"PK\x03\x04")),
            ("../../证明.pdf", PDF),
        ]
    )
    assert (photo.name, photo.kind) == ("IMG 1.jpg", EvidenceKind.JPEG)
    assert photo.content == jpeg()
    assert (picture.name, picture.content) == ("图.png", png())
    assert (paper.name, paper.content) == ("证明.pdf", PDF)
    assert len(paper.sha256) == 64


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "不是 JPG、PNG 照片或 PDF"),
        (b"GIF89a", "不是 JPG、PNG 照片或 PDF"),
        (b"<svg onload=alert(1)>", "不是 JPG、PNG 照片或 PDF"),
        (b"PK\x03\x04", "不是 JPG、PNG 照片或 PDF"),
        (jpeg()[:20], "打不开"),
        (b"\xff\xd8\xff", "打不开"),
        (b"\xff\xd8" + segment(0xE0, b"x") + b"\xff\xd9", "打不开"),
        (jpeg(width=0), "打不开"),
        (jpeg(width=60_000, height=60_000), "尺寸过大"),
        (png()[:-4], "打不开"),
        (png().replace(b"IDAT", b"IDAX"), "打不开"),
        (png(width=50_000, height=50_000), "尺寸过大"),
        (b"%PDF-1.7 and no end", "打不开"),
        (PDF.replace(b"/Type", b"/OpenAction<</S/JavaScript>>/Type"), "带有程序"),
        (PDF.replace(b"/Type", b"/Encrypt 2 0 R/Type"), "密码"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * LARGEST, "超过 5 MB"),
    ],
)
def test_what_is_no_plain_photo_or_paper_is_refused(
    content: bytes, sentence: str
) -> None:
    with pytest.raises(Refusal) as refused:
        read_evidence([("证据.jpg", content)])
    assert sentence in str(refused.value)
    assert refused.value.field == "evidence"


def test_more_than_three_are_refused() -> None:
    with pytest.raises(Refusal, match="最多上传 3 个"):
        read_evidence([("a.png", png())] * 4)
