"""QR codes (GB/T 18284, ISO/IEC 18004) as SVG: the library's modules, our picture."""

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

Matrix = list[list[bool]]
QUIET = 4  # modules of white around the code
# The chequerboard. Readers take any mask; finding the fairest of the eight, as the
# standard asks of printed codes, costs nine times the drawing and a third of a page.
MASK = 0


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
    """Return the modules row by row, dark ones true: bytes at level M, no margin."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=MASK)
    code.add_data(text.encode(), optimize=0)
    code.make(fit=True)
    return [[bool(module) for module in row] for row in code.get_matrix()]
