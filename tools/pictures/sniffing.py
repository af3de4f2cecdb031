"""What a file is, told from its first bytes; its name is not asked."""

from __future__ import annotations

from models.errors import BadInputError

READABLE = "JPEG, PNG, WebP, TIFF, HEIC, AVIF, GIF or BMP"
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis"}
_KNOWN_OTHERS = (
    (b"%PDF", "a PDF"),
    (b"8BPS", "a Photoshop document"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"FUJIFILM", "a camera raw file"),
    (b"gimp xcf", "a GIMP document"),
    (b"\x1aE\xdf\xa3", "a video"),
)


def sniff(data: bytes, name: str) -> str:
    """JPEG, PNG, WEBP, TIFF, HEIF, AVIF, GIF or BMP. Raises BadInputError for anything else."""
    found = _format(data)
    if found is not None:
        return found
    kind = next((kind for magic, kind in _KNOWN_OTHERS if data.startswith(magic)), None)
    if kind is None and data[4:8] == b"ftyp":
        kind = "a camera raw file" if data[8:11] == b"crx" else "a video"
    if kind is None and b"<svg" in data[:1000].lower():
        kind = "an SVG drawing"
    if kind is not None:
        raise BadInputError(f"{name} is {kind}; please export it as {READABLE} and open that.")
    raise BadInputError(f"{name} is not a picture that can be opened; choose a {READABLE} file.")


def _format(data: bytes) -> str | None:
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data[:4] in (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"):
        return "TIFF"
    if data[4:8] == b"ftyp":
        size = min(int.from_bytes(data[:4], "big"), 256)
        brands = {data[8:12]} | {data[at : at + 4] for at in range(16, size - 3, 4)}
        # an AVIF names the general brand mif1 too, so it is asked about first
        if brands & _AVIF_BRANDS:
            return "AVIF"
        if brands & _HEIF_BRANDS:
            return "HEIF"
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return "GIF"
    if data[:2] == b"BM" and data[6:10] == b"\x00\x00\x00\x00":
        return "BMP"
    return None
