"""Save a picture as it came: format, depth, profile, alpha, metadata and coding quality; atomically."""

from __future__ import annotations

import io
import os
import secrets
from dataclasses import replace
from pathlib import Path

import numpy as np
import pillow_heif
from PIL import Image

from models.errors import BadInputError
from models.geometry import Extent
from tools.pictures import exif as exif_block
from tools.pictures import jpeg_blocks, jpeg_segments, orientation, png, profiles, tiff
from tools.pictures.picture import JpegCoding, Picture

_BY_SUFFIX = {
    "jpg": "JPEG",
    "jpeg": "JPEG",
    "jpe": "JPEG",
    "jfif": "JPEG",
    "png": "PNG",
    "webp": "WEBP",
    "tif": "TIFF",
    "tiff": "TIFF",
    "heic": "HEIF",
    "heif": "HEIF",
    "hif": "HEIF",
    "avif": "AVIF",
    "gif": "GIF",
    "bmp": "BMP",
}
_SUFFIXES = {
    "JPEG": ".jpg",
    "PNG": ".png",
    "WEBP": ".webp",
    "TIFF": ".tif",
    "HEIF": ".heic",
    "AVIF": ".avif",
    "GIF": ".gif",
    "BMP": ".bmp",
}
_SPOKEN = {"WEBP": "WebP", "HEIF": "HEIC"}
_SIXTEEN_BITS = {"PNG", "TIFF", "HEIF"}
_NO_ALPHA = {"JPEG", "BMP"}
_LONGEST_SIDE = {"JPEG": 65_500, "WEBP": 16_383, "HEIF": 16_384, "AVIF": 65_536, "GIF": 65_535}
_JPEG_QUALITY, _WEBP_QUALITY, _AVIF_QUALITY, _HEIC_QUALITY = 95, 95, 92, 90
# a tenth larger than x265's own choice at the same quality, and five to ten times faster
_HEIC_EFFORT = {"preset": "ultrafast"}
_FEW_CORES = 4
# x265's threads wait for one another: with few cores, and those busy, that takes several times as long as one thread
_HEIC_ALONE = {"x265:pools": "none", "x265:frame-threads": "1"}
_LARGEST_JPEG_SEGMENT = 65_533
_JPEG_EXIF_PREFIX, _JPEG_XMP_PREFIX = 6, 29
_ENCODER_FAULTS = (OSError, ValueError, RuntimeError, TypeError)


PICTURE_SUFFIXES = frozenset(f".{suffix}" for suffix in _BY_SUFFIX)
"""The file name suffixes, lower case with the dot, of what can be opened and saved."""


def suffix_of(form: str) -> str:
    """The usual file name suffix of a format: ".jpg" for JPEG."""
    return _SUFFIXES[format_named(form)]


def format_named(name: str) -> str:
    """The format a suffix or name means: "jpg" and ".JPEG" are JPEG. Raises BadInputError when unknown."""
    form = _BY_SUFFIX.get(name.lower().lstrip("."))
    if form is None:
        raise BadInputError(
            f"Pictures cannot be saved as {name}; choose JPEG, PNG, WebP, TIFF, HEIC, AVIF, GIF or BMP."
        )
    return form


def mime_of(form: str) -> str:
    """The MIME type of a format: "image/jpeg" for JPEG."""
    return f"image/{format_named(form).lower()}"


def natural_format(picture: Picture) -> str:
    """The picture's own format, or PNG when that cannot hold what it has become (alpha in a JPEG)."""
    return "PNG" if picture.has_alpha and picture.format in _NO_ALPHA else picture.format


def check_target(target: Path) -> None:
    """Raise BadInputError now, before any work, when a picture could not be saved there."""
    if target.is_dir():
        raise BadInputError(f"{target} is a folder; give the result a file name.")
    format_named(target.suffix or target.name)
    if not target.parent.is_dir():
        raise BadInputError(f"The folder {target.parent} does not exist; make it first.")
    if not os.access(target.parent, os.W_OK):
        raise BadInputError(f"Nothing can be written into {target.parent}; choose another folder.")


def saving_notices(picture: Picture, format: str | None = None) -> tuple[str, ...]:
    """What saving in that format (default: the picture's own) gives up, one sentence each."""
    form = format_named(format or picture.format)
    spoken = _SPOKEN.get(form, form)
    notices = []
    if picture.bit_depth == 16 and form not in _SIXTEEN_BITS:
        notices.append(f"{spoken} holds 8 bits a sample, so the picture's 16 were rounded; PNG and TIFF keep them.")
    if form == "HEIF" and picture.bit_depth == 16:
        notices.append("HEIC holds 10 of the picture's 16 bits a sample; PNG and TIFF keep all.")
    if form == "GIF":
        notices.append("GIF holds 256 colours; PNG keeps all of them.")
    return tuple(notices)


def encode_picture(picture: Picture, format: str | None = None) -> bytes:
    """The picture as a file's bytes, in the given format or its own.

    PNG and TIFF keep every sample, of either depth. A JPEG is written with the quantisation tables and chroma
    subsampling it came with (so no coarser than it was), and the blocks that were not edited as they were in the
    file (`jpeg_blocks.encode_over`); any other picture as JPEG at quality 95, 4:4:4.
    Raises BadInputError when the format cannot hold the picture (alpha in a JPEG, more pixels than it allows).
    """
    form = format_named(format or picture.format)
    _check_fits(picture, form)
    samples, icc = _samples_to_write(picture)
    if samples.dtype == np.uint16 and form not in _SIXTEEN_BITS:
        samples = profiles.to_eight_bits(samples)
    exif = exif_block.with_extent(picture.exif, picture.extent)
    try:
        if form == "PNG":
            return png.encode(samples, icc=icc, exif=exif, xmp=picture.xmp, dpi=picture.dpi)
        if form == "TIFF":
            return tiff.encode(samples, icc=icc, exif=exif, xmp=picture.xmp, dpi=picture.dpi)
        if form == "HEIF":
            return _heic(samples, icc, exif, picture.xmp)
        kept = _over_source(picture, samples, icc) if form == "JPEG" else None
        return kept or _written_by_pillow(samples, form, _options(picture, form, samples, icc, exif))
    except _ENCODER_FAULTS as error:
        raise BadInputError(
            f"The picture could not be written as {_SPOKEN.get(form, form)} ({error}); try PNG instead."
        ) from error


def save_picture(picture: Picture, target: Path, *, format: str | None = None) -> tuple[str, ...]:
    """Write the picture to a file: in the format given, else the one its suffix names, else its own.

    The file appears whole or not at all: it is written beside the target, flushed to the disk, and renamed.
    Returns what the format had to give up (`saving_notices`).
    Raises BadInputError when the format cannot hold the picture or the file cannot be written.
    """
    form = format_named(format or target.suffix or picture.format)
    write_atomically(encode_picture(picture, form), target)
    return saving_notices(picture, form)


def write_atomically(data: bytes, target: Path) -> None:
    """Replace the file by `data`, or leave it as it was. Raises BadInputError when that is impossible."""
    if target.is_dir():
        raise BadInputError(f"{target} is a folder; give a file name in it.")
    place = target.resolve()  # through a link: the file it means is replaced, not the link
    temporary = place.with_name(f".{place.name[:100]}.{secrets.token_hex(6)}.part")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                if place.exists():
                    os.chmod(temporary, place.stat().st_mode & 0o777)
                os.fsync(file.fileno())
            os.replace(temporary, place)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise BadInputError(
            f"{target} cannot be written ({error.strerror or error}); choose another folder."
        ) from error


def _check_fits(picture: Picture, form: str) -> None:
    spoken = _SPOKEN.get(form, form)
    if picture.has_alpha and form in _NO_ALPHA:
        raise BadInputError(f"{spoken} cannot hold transparency; save the picture as PNG or WebP instead.")
    longest = _LONGEST_SIDE.get(form)
    if longest and max(picture.extent) > longest:
        raise BadInputError(
            f"{spoken} holds at most {longest:,} pixels a side and the picture is {picture.extent.width}×"
            f"{picture.extent.height}; save it as PNG or TIFF instead."
        )


def _samples_to_write(picture: Picture) -> tuple[np.ndarray, bytes | None]:
    """The samples, grey ones as one channel while still neutral, and the profile that goes with them."""
    pixels = picture.pixels
    if picture.grey and (pixels[..., :1] == pixels[..., 1:3]).all():
        grey = pixels[..., 0] if not picture.has_alpha else pixels[..., [0, 3]]
        fits = picture.icc is not None and profiles.colour_space(picture.icc) == "GREY"
        return np.ascontiguousarray(grey), picture.icc if fits else None
    return pixels, profiles.rgb_profile(picture)


def _over_source(picture: Picture, samples: np.ndarray, icc: bytes | None) -> bytes | None:
    """The file with every block of the source that no edit touched; None when the source cannot serve.

    It lies as the source does, with the source's orientation tag: turned coefficients decode to samples a level off.
    """
    coding = picture.jpeg
    source = coding.source.read() if coding is not None and coding.source is not None else None
    if coding is None or source is None:
        return None
    lying = orientation.lying(samples, coding.orientation)
    exif, xmp, dpi = exif_block.with_extent(picture.exif, Extent.of(lying)), picture.xmp, picture.dpi
    if coding.orientation != 1:
        exif = exif_block.with_orientation(exif, coding.orientation)
        if exif is None or not _fits_segment(exif, _JPEG_EXIF_PREFIX):
            return None
        xmp = xmp and exif_block.xmp_with_orientation(xmp, coding.orientation)
        dpi = dpi and (dpi if coding.orientation < 5 else (dpi[1], dpi[0]))
    edited = jpeg_blocks.encode_over(source, lying)
    if edited is None:
        return None
    # of a single pixel's file only the metadata is used
    pixel = lying[:1, :1]
    options = _options(replace(picture, xmp=xmp, dpi=dpi), "JPEG", pixel, icc, exif)
    return jpeg_segments.with_metadata_of(edited, _written_by_pillow(pixel, "JPEG", options))


def _written_by_pillow(samples: np.ndarray, form: str, options: dict[str, object]) -> bytes:
    target = io.BytesIO()
    _pillow_image(samples, form).save(target, form, **options)
    return target.getvalue()


def _pillow_image(samples: np.ndarray, form: str) -> Image.Image:
    """H×W, H×W×2, ×3 or ×4 uint8 as a Pillow image of a mode the format knows."""
    if samples.ndim == 3 and samples.shape[2] == 2:
        image = Image.merge("LA", [Image.fromarray(np.ascontiguousarray(samples[..., i])) for i in range(2)])
        return image if form == "GIF" else image.convert("RGBA")
    return Image.fromarray(samples)


def _options(
    picture: Picture, form: str, samples: np.ndarray, icc: bytes | None, exif: bytes | None
) -> dict[str, object]:
    """What Pillow's writer is told."""
    options: dict[str, object] = {"icc_profile": icc} if icc else {}
    if exif and form in ("WEBP", "AVIF"):
        options["exif"] = b"Exif\0\0" + exif
    if picture.xmp and form in ("WEBP", "AVIF"):
        options["xmp"] = picture.xmp
    if picture.dpi and form in ("JPEG", "BMP"):
        options["dpi"] = tuple(round(value) for value in picture.dpi) if form == "JPEG" else picture.dpi
    if form == "JPEG":
        if exif and _fits_segment(exif, _JPEG_EXIF_PREFIX):
            options["exif"] = b"Exif\0\0" + exif
        if picture.xmp and _fits_segment(picture.xmp, _JPEG_XMP_PREFIX):
            options["xmp"] = picture.xmp
        options |= _jpeg_options(picture.jpeg, grey=samples.ndim == 2)
    elif form == "WEBP":
        options |= {"lossless": picture.lossless, "exact": True, "method": 4}
        options["quality"] = 75 if picture.lossless else _WEBP_QUALITY  # effort when lossless
    elif form == "AVIF":
        options |= {"quality": _AVIF_QUALITY, "subsampling": "4:4:4", "speed": 7}
    return options


def _fits_segment(contents: bytes, prefix: int) -> bool:
    """Whether it can be written into one segment of a JPEG, behind a prefix of that many bytes."""
    return prefix + len(contents) + 2 <= _LARGEST_JPEG_SEGMENT


def _jpeg_options(coding: JpegCoding | None, *, grey: bool) -> dict[str, object]:
    if coding is None or not 1 <= len(coding.tables) <= 4:
        return {"quality": _JPEG_QUALITY, "subsampling": 0, "optimize": True}
    options: dict[str, object] = {
        "qtables": [list(table) for table in coding.tables],
        "optimize": True,
        "progressive": coding.progressive,
    }
    if grey:
        options["qtables"] = [list(coding.tables[0])]
    else:
        # a subsampling Pillow cannot write, or that of a grey source: full chroma keeps more, never less
        options["subsampling"] = coding.subsampling if coding.subsampling in (0, 1, 2) else 0
    return options


def _heic_effort() -> dict[str, str]:
    """The encoder's settings for this machine; they change the time it takes, and hardly what it writes."""
    return _HEIC_EFFORT | (_HEIC_ALONE if (os.cpu_count() or 1) <= _FEW_CORES else {})


def _heic(samples: np.ndarray, icc: bytes | None, exif: bytes | None, xmp: bytes | None) -> bytes:
    height, width = samples.shape[:2]
    channels = 1 if samples.ndim == 2 else samples.shape[2]
    mode = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[channels] + (";16" if samples.dtype == np.uint16 else "")
    file = pillow_heif.from_bytes(mode, (width, height), samples.tobytes())
    options: dict[str, object] = {"quality": _HEIC_QUALITY, "chroma": 444, "enc_params": _heic_effort()}
    options |= {key: value for key, value in (("exif", exif and b"Exif\0\0" + exif), ("xmp", xmp)) if value}
    if icc:
        file[0].info["icc_profile"], file[0].info["icc_profile_type"] = icc, "prof"
    target = io.BytesIO()
    file.save(target, **options)  # pyright: ignore[reportArgumentType]
    return target.getvalue()
