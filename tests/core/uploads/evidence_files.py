"""Small pictures and papers, whole and damaged."""

import zlib


def chunk(name: bytes, content: bytes) -> bytes:
    check = zlib.crc32(name + content).to_bytes(4, "big")
    return len(content).to_bytes(4, "big") + name + content + check


def png(
    width: int = 1, height: int = 1, *, extra: bytes = b"", tail: bytes = b""
) -> bytes:
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\0\0\0"
    pixels = zlib.compress(b"\0\xb5\x12\x1b")
    parts = [chunk(b"IHDR", head), extra, chunk(b"IDAT", pixels), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + tail


def segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2, "big") + content


def jpeg(
    width: int = 8, height: int = 8, *, extra: bytes = b"", tail: bytes = b""
) -> bytes:
    """A frame and two scans with a stuffed byte and a restart mark between them."""
    size = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    frame = segment(0xC0, b"\x08" + size + b"\x01\x01\x11\x00")
    scan = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\xff\x00\xff\xd0\x34"
    return (
        b"\xff\xd8"
        + segment(0xE0, b"JFIF\0")
        + extra
        + frame
        + scan
        + segment(0xC4, b"\x00")
        + scan
        + b"\xff\xd9"
        + tail
    )


GPS = segment(0xE1, b"Exif\0\0 latitude 26.17 longitude 118.19")
PLACE = chunk(b"eXIf", b"latitude 26.17") + chunk(b"tEXt", b"Author\0Lin")
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
