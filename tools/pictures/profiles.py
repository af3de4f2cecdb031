"""ICC profiles: what a picture's samples look like on an sRGB screen, and an sRGB colour in its terms.

Colour management is Little CMS (through imagecodecs), relative colorimetric. ICC.1:2022 names the fields.
"""

from __future__ import annotations

import struct
from functools import lru_cache

import cv2
import imagecodecs
import numpy as np

from tools.pictures.picture import Picture

Chromaticity = tuple[float, float]
"""CIE 1931 x and y."""
_RELATIVE_COLORIMETRIC = 1
_HEADER, _TAG = 128, 12
_MADE_ON = struct.pack(">6H", 2000, 1, 1, 0, 0, 0)
_D65 = (0.3127, 0.3290)
_BT709_CURVE, _SRGB_CURVE = 1, 13
_PRIMARIES = {
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),  # BT.2020
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),  # Display P3
}
_SPACES = {b"RGB ": "RGB", b"GRAY": "GREY", b"CMYK": "CMYK", b"Lab ": "LAB"}
FAULTS = (imagecodecs.CmsError, ValueError, TypeError)
"""What colour conversion raises for a profile it cannot use."""


@lru_cache(maxsize=1)
def srgb() -> bytes:
    """An sRGB profile."""
    return _undated(imagecodecs.cms_profile("srgb"))


def _undated(icc: bytes) -> bytes:
    """A profile we made, with a date that is always the same: equal pictures make equal files."""
    return icc[:24] + _MADE_ON + icc[36:]


@lru_cache(maxsize=16)
def from_primaries(white: Chromaticity, primaries: tuple[Chromaticity, ...], gamma: float | None) -> bytes:
    """An RGB profile of these CIE xy chromaticities (red, green, blue); gamma None means sRGB's curve.

    Raises ValueError or imagecodecs' CmsError when there is no such colour space.
    """
    flat = [value for primary in primaries for value in (*primary, 1.0)]
    made = imagecodecs.cms_profile("rgb", whitepoint=list(white), primaries=flat, gamma=gamma or 2.2)
    if gamma is None:
        model = _tags(srgb())
        tags = _tags(made) | {name: model[name] for name in (b"rTRC", b"gTRC", b"bTRC")}
        made = _assembled(made[:_HEADER], tags)
    return _undated(made)


def from_code_points(primaries: int, transfer: int) -> bytes | None:
    """The profile that ITU-T H.273 code points name, as PNG's cICP chunk and HEIF's nclx box give them.

    None for sRGB itself, and for what no ICC matrix profile describes (the HDR curves PQ and HLG).
    """
    if transfer not in (_BT709_CURVE, _SRGB_CURVE) or primaries not in _PRIMARIES:
        return None
    return from_primaries(_D65, _PRIMARIES[primaries], None)


def colour_space(icc: bytes) -> str | None:
    """RGB, GREY, CMYK or LAB; None when the header is damaged or names another space."""
    if len(icc) < _HEADER + 4 or icc[36:40] != b"acsp":
        return None
    return _SPACES.get(icc[16:20])


def is_usable(icc: bytes, space: str) -> bool:
    """Whether the profile is of that colour space (RGB, GREY or CMYK) and colours can be converted with it."""
    if colour_space(icc) != space:
        return False
    if space == "GREY":
        return _rgb_of(icc) is not None
    try:
        if space == "CMYK":
            cmyk_to_srgb(np.zeros((1, 1, 4), np.uint8), icc)
        else:
            _transformed(np.zeros((1, 1, 3), np.uint8), icc, srgb())
    except FAULTS:
        return False
    return True


def _transformed(rgb: np.ndarray, source: bytes, target: bytes, dtype: type | None = None) -> np.ndarray:
    """RGB H×W×3 samples of one profile in another's."""
    return imagecodecs.cms_transform(
        rgb,
        source,
        target,
        colorspace="rgb",
        outcolorspace="rgb",
        outdtype=dtype or rgb.dtype,
        intent=_RELATIVE_COLORIMETRIC,
    )


def cmyk_to_srgb(cmyk: np.ndarray, icc: bytes) -> np.ndarray:
    """H×W×4 inks (the type's maximum = full ink) as H×W×3 sRGB of the same type."""
    return imagecodecs.cms_transform(
        cmyk,
        icc,
        srgb(),
        colorspace="cmyk",
        outcolorspace="rgb",
        outdtype=cmyk.dtype,
        intent=_RELATIVE_COLORIMETRIC,
    )


def _tags(icc: bytes) -> dict[bytes, bytes]:
    """The profile's tags. Raises ValueError when the table points outside."""
    (count,) = struct.unpack_from(">I", icc, _HEADER)
    if count > 200 or _HEADER + 4 + count * _TAG > len(icc):
        raise ValueError("tag table longer than the profile")
    tags = {}
    for index in range(count):
        name, start, length = struct.unpack_from(">4sII", icc, _HEADER + 4 + index * _TAG)
        if start + length > len(icc):
            raise ValueError("tag outside the profile")
        tags[name] = icc[start : start + length]
    return tags


def _assembled(header: bytes, tags: dict[bytes, bytes]) -> bytes:
    """A profile from its 128-byte header and tags; equal tags share their data."""
    table, body, places = b"", b"", {}
    start = _HEADER + 4 + _TAG * len(tags)
    for name, data in tags.items():
        if data not in places:
            places[data] = start + len(body)
            body += data + bytes(-len(data) % 4)
        table += struct.pack(">4sII", name, places[data], len(data))
    whole = header[4:] + struct.pack(">I", len(tags)) + table + body
    return struct.pack(">I", len(whole) + 4) + whole


@lru_cache(maxsize=8)
def _rgb_of(icc: bytes) -> bytes | None:
    """An RGB profile in which equal channels look as the grey profile's samples: its curve, sRGB's primaries.

    A grey picture that has been given a colour is saved with it, so that every untouched pixel stays the same.
    """
    try:
        curve = _tags(icc)[b"kTRC"]
        model = _tags(srgb())
        tags = {name: model[name] for name in (b"desc", b"cprt", b"wtpt", b"rXYZ", b"gXYZ", b"bXYZ") if name in model}
        tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
        header = srgb()[:8] + icc[8:12] + srgb()[12:84] + bytes(44)  # a new profile: no id of the old one
        made = _assembled(header, tags)
        _transformed(np.zeros((1, 1, 3), np.uint8), made, srgb())
    except (KeyError, struct.error, *FAULTS):
        return None
    return made


def rgb_profile(picture: Picture) -> bytes | None:
    """The profile of the picture's three colour channels; None when they are sRGB (or the profile is broken)."""
    if picture.icc is None:
        return None
    space = colour_space(picture.icc)
    if space == "GREY":
        return _rgb_of(picture.icc)
    return picture.icc if space == "RGB" else None


def to_eight_bits(samples: np.ndarray) -> np.ndarray:
    """uint8 of the same range, rounded to nearest."""
    if samples.dtype == np.uint8:
        return samples
    # 65535 / 255 = 257 exactly; done in 32 bits since 65535 + 128 overflows 16
    return ((samples.astype(np.uint32) + 128) // 257).astype(np.uint8)


def _scaled(pixels: np.ndarray, longest: int | None) -> np.ndarray:
    """Area-averaged so that the longer side is at most `longest`; alpha weighs the colours."""
    height, width = pixels.shape[:2]
    if longest is None or max(height, width) <= longest:
        return pixels
    scale = longest / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    if pixels.shape[2] == 3:
        return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
    weight = pixels[..., 3:].astype(np.float32)
    colour = cv2.resize(pixels[..., :3] * weight, size, interpolation=cv2.INTER_AREA)
    alpha = cv2.resize(weight, size, interpolation=cv2.INTER_AREA)[..., None]
    colour = np.divide(colour, alpha, out=np.zeros_like(colour), where=alpha > 0)
    return np.rint(np.concatenate([colour, alpha], axis=2)).astype(pixels.dtype)


def to_srgb(picture: Picture, longest: int | None = None) -> np.ndarray:
    """The picture in sRGB, H×W×3 or H×W×4 uint8, scaled down to `longest` pixels a side when given.

    Colours outside sRGB are clipped to its gamut; alpha, straight, is carried over.
    """
    pixels = _scaled(picture.pixels, longest)
    profile = rgb_profile(picture)
    rgb = pixels[..., :3]
    if profile is not None:
        try:
            rgb = _transformed(np.ascontiguousarray(rgb), profile, srgb(), np.uint8)
        except FAULTS:
            rgb = to_eight_bits(rgb)
    else:
        rgb = to_eight_bits(rgb)
    if not picture.has_alpha:
        return np.ascontiguousarray(rgb)
    return np.dstack([rgb, to_eight_bits(pixels[..., 3])])


def to_srgb_preview(picture: Picture, longest: int | None = None) -> np.ndarray:
    """H×W×3 uint8 sRGB to look at and to segment: transparent parts show white paper.

    With `longest`, scaled down (never up) so that the longer side is at most that many pixels.
    """
    shown = to_srgb(picture, longest)
    if shown.shape[2] == 3:
        return shown
    alpha = shown[..., 3:].astype(np.uint16)
    over = shown[..., :3] * alpha + 255 * (255 - alpha)  # at most 255·255, fits 16 bits
    return ((over.astype(np.uint32) + 127) // 255).astype(np.uint8)


def colour_in_profile(picture: Picture, srgb_colour: tuple[float, float, float]) -> tuple[float, float, float]:
    """An sRGB colour (each in [0, 1]) as samples of the picture's profile, in [0, 1], clipped to its gamut.

    "#1F3A93" thus looks the same in a Display P3 picture as in an sRGB one.
    """
    red, green, blue = (min(max(float(value), 0.0), 1.0) for value in srgb_colour)
    profile = rgb_profile(picture)
    if profile is None:
        return red, green, blue
    colour = np.array([[[red, green, blue]]], np.float32)
    try:
        converted = np.clip(_transformed(colour, srgb(), profile)[0, 0], 0.0, 1.0)
    except FAULTS:
        return red, green, blue
    return float(converted[0]), float(converted[1]), float(converted[2])


def in_profile_of(source: Picture, target: Picture) -> np.ndarray:
    """The source's colours as samples of the target's profile: H×W×3 of the source's type, without its alpha."""
    have, want = rgb_profile(source), rgb_profile(target)
    rgb = np.ascontiguousarray(source.pixels[..., :3])
    if have == want:
        return rgb
    try:
        return _transformed(rgb, have or srgb(), want or srgb())
    except FAULTS:
        return rgb
