"""PNG with 16 bits a sample, and the chunks around the samples (PNG specification, third edition)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import imagecodecs
import numpy as np

from models.geometry import Extent
from tools.pictures import profiles
from tools.pictures.decoded import Decoded

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_INCH = 0.0254
_LARGEST_PROFILE = 16 * 2**20
_SRGB_CHROMATICITIES = (0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
_LEVEL = 6
_TRIED_ROWS = 64
_XMP_KEYWORD = b"XML:com.adobe.xmp"


def chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and contents of every chunk, until the data or the file ends."""
    at = len(_SIGNATURE)
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        yield data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        at += 12 + length


def header(data: bytes) -> tuple[Extent, int]:
    """Extent and bits a sample. Raises ValueError when the header is broken."""
    if len(data) < 33 or data[12:16] != b"IHDR":
        raise ValueError("no IHDR")
    width, height, bits = struct.unpack_from(">IIB", data, 16)
    return Extent(width, height), bits


def decode_sixteen(data: bytes) -> Decoded:
    """A PNG of 16 bits a sample. Pillow keeps 8 of them for colour, so libpng is asked directly."""
    decoded = Decoded(imagecodecs.png_decode(data))
    for name, contents in chunks(data):
        if name == b"iCCP":
            decoded.icc = _inflated(contents[contents.index(b"\0") + 2 :])
        elif name == b"eXIf":
            decoded.exif = contents
        elif name == b"pHYs" and len(contents) == 9 and contents[8] == 1:
            across, down = struct.unpack_from(">II", contents)
            decoded.dpi = (across * _INCH, down * _INCH) if across and down else None
        elif name == b"iTXt" and contents.startswith(_XMP_KEYWORD + b"\0\0"):
            decoded.xmp = contents.split(b"\0", 5)[-1]
        elif name == b"tRNS" and decoded.samples.ndim == 2 and len(contents) == 2:
            key = np.frombuffer(contents, ">u2")[0]
            opaque = np.where(decoded.samples == key, 0, 65535).astype(np.uint16)
            decoded.samples = np.dstack([decoded.samples, opaque])
        elif name == b"tRNS" and decoded.samples.shape[2:] == (3,) and len(contents) == 6:
            key = np.frombuffer(contents, ">u2").astype(np.uint16)
            opaque = np.where((decoded.samples == key).all(axis=2), 0, 65535).astype(np.uint16)
            decoded.samples = np.dstack([decoded.samples, opaque])
    return decoded


def implied_profile(data: bytes) -> bytes | None:
    """The profile that the cICP, or the gAMA and cHRM, chunks describe; None when that is sRGB, or nothing.

    Only for a PNG without iCCP. Their precedence is the specification's: cICP, sRGB, then gAMA and cHRM.
    """
    found: dict[bytes, bytes] = {}
    for name, contents in chunks(data):
        if name == b"IDAT":
            break
        found[name] = contents
    if len(found.get(b"cICP", b"")) == 4:
        return profiles.from_code_points(found[b"cICP"][0], found[b"cICP"][1])
    if b"sRGB" in found or len(found.get(b"gAMA", b"")) != 4:
        return None
    gamma = struct.unpack(">I", found[b"gAMA"])[0] / 100_000
    values = _SRGB_CHROMATICITIES
    if len(found.get(b"cHRM", b"")) == 32:
        values = tuple(value / 100_000 for value in struct.unpack(">8I", found[b"cHRM"]))
    known = all(abs(value - usual) < 0.003 for value, usual in zip(values, _SRGB_CHROMATICITIES, strict=True))
    if (known and abs(gamma - 1 / 2.2) < 0.01) or not 0.1 <= gamma <= 2.0:
        return None  # 1/2.2 is how writers without an sRGB chunk say sRGB
    white, *primaries = (values[at : at + 2] for at in range(0, 8, 2))
    try:
        return profiles.from_primaries(white, tuple(primaries), 1 / gamma)
    except profiles.FAULTS:
        return None


def _inflated(data: bytes) -> bytes | None:
    """A zlib stream, unless it is broken or unreasonably long."""
    inflater = zlib.decompressobj()
    try:
        inflated = inflater.decompress(data, _LARGEST_PROFILE)
    except zlib.error:
        return None
    return None if inflater.unconsumed_tail else inflated


def _chunk(name: bytes, contents: bytes) -> bytes:
    return struct.pack(">I", len(contents)) + name + contents + struct.pack(">I", zlib.crc32(name + contents))


def _strategy(samples: np.ndarray) -> imagecodecs.PNG.STRATEGY:
    """The zlib strategy that makes the smaller file, tried on a few rows from the middle.

    A photograph's filtered samples hardly ever repeat beyond runs: looking only for those takes a fifth of the
    time and, since the bits go to the literals, a few percent less space. Drawings and screenshots do repeat.
    """
    middle = samples.shape[0] // 2
    rows = np.ascontiguousarray(samples[max(0, middle - _TRIED_ROWS // 2) : middle + _TRIED_ROWS // 2 + 1])
    strategies = (imagecodecs.PNG.STRATEGY.RLE, imagecodecs.PNG.STRATEGY.DEFAULT)
    return min(strategies, key=lambda strategy: len(_encoded(rows, strategy)))


def _encoded(samples: np.ndarray, strategy: int) -> memoryview:
    """The PNG's bytes. The buffer has room for a filter byte a row, which the library forgets in narrow pictures."""
    room = bytearray(samples.nbytes + samples.nbytes // 8 + 2 * samples.shape[0] + 65_536)
    return memoryview(imagecodecs.png_encode(samples, level=_LEVEL, strategy=strategy, out=room))


def encode(
    samples: np.ndarray,
    *,
    icc: bytes | None,
    exif: bytes | None,
    xmp: bytes | None,
    dpi: tuple[float, float] | None,
) -> bytes:
    """A PNG of H×W, H×W×2, ×3 or ×4 uint8 or uint16 samples, sample-exact, with its metadata."""
    encoded = bytes(_encoded(samples, _strategy(samples)))
    extra = b""
    if icc:
        extra += _chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(icc))
    if dpi:
        across, down = (max(1, round(value / _INCH)) for value in dpi)
        extra += _chunk(b"pHYs", struct.pack(">IIB", across, down, 1))
    if exif:
        extra += _chunk(b"eXIf", exif)
    if xmp:
        extra += _chunk(b"iTXt", _XMP_KEYWORD + b"\0\0\0\0\0" + xmp)
    after_header = len(_SIGNATURE) + 25
    return encoded[:after_header] + extra + encoded[after_header:]
