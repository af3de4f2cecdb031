"""Open a picture: whatever the file holds, as upright RGB samples, with nothing lost that need not be."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pillow_heif
from PIL import ExifTags, Image, ImageCms, JpegImagePlugin

from models.errors import BadInputError
from models.geometry import Extent
from tools.pictures import exif, jpeg_segments, orientation, png, profiles, tiff, tiff_exif
from tools.pictures.decoded import Decoded, check_frame, ordinal
from tools.pictures.limits import DEFAULT_LIMITS, Limits
from tools.pictures.picture import HeldFile, JpegCoding, Picture
from tools.pictures.sniffing import sniff

# A decoder given a broken file raises nearly anything; each of these was met while damaging files on purpose.
_DECODER_FAULTS = (
    OSError,
    ValueError,
    SyntaxError,
    RuntimeError,
    LookupError,
    TypeError,
    ArithmeticError,
    EOFError,
    AttributeError,
    struct.error,
    zlib.error,
)
_PILLOW_NAMES = {"JPEG": ("JPEG", "MPO")}


def open_picture(
    source: Path | bytes, *, name: str | None = None, frame: int = 0, limits: Limits = DEFAULT_LIMITS
) -> Picture:
    """Open a JPEG, PNG, WebP, TIFF, HEIC, AVIF, GIF or BMP, of 8 or 16 bits a sample.

    `source` is a file, or its bytes; its contents decide what it is, never its name. `name` is how messages
    call it. `frame` counts from 0 for animations and multi-page TIFFs.
    The EXIF orientation is applied; grey, palette, 1-bit and CMYK become RGB, and `notices` says what was
    changed. Raises BadInputError, with one sentence, for whatever cannot be opened or exceeds the limits.
    """
    if isinstance(source, bytes):
        name = name or "This file"
        data = source
        limits.check_file(len(data), name)
    else:
        name = name or source.name or str(source)
        data = _file_bytes(source, name, limits)
    form = sniff(data, name)
    try:
        decoded = _decode(data, form, frame, limits, name)
        return _picture(decoded, form)
    except Image.DecompressionBombError as error:
        raise BadInputError(f"{name} has far more pixels than can be opened; please scale it down first.") from error
    except MemoryError as error:
        raise BadInputError(f"{name} needs more memory than there is; please scale it down first.") from error
    except _DECODER_FAULTS as error:
        raise BadInputError(_broken(name, form, error)) from error


def _file_bytes(path: Path, name: str, limits: Limits) -> bytes:
    try:
        if path.is_dir():
            raise BadInputError(f"{name} is a folder; choose a picture inside it.")
        if not path.exists():
            raise BadInputError(f"There is no file {path}; check the name.")
        if not path.is_file():
            raise BadInputError(f"{name} is not an ordinary file; choose a picture.")
        limits.check_file(path.stat().st_size, name)
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInputError(f"{name} cannot be read ({reason}); check that you may open it.") from error


def _broken(name: str, form: str, error: Exception) -> str:
    kind = {"JPEG": "JPEG", "WEBP": "WebP", "HEIF": "HEIC"}.get(form, form)
    if "truncated" in str(error).lower() or isinstance(error, EOFError):
        return f"{name} is cut off: the {kind} ends before the picture does; get a complete copy of it."
    return f"{name} is damaged: it starts as a {kind} but cannot be decoded; get a sound copy of it."


def _decode(data: bytes, form: str, frame: int, limits: Limits, name: str) -> Decoded:
    if form == "PNG":
        extent, bits = png.header(data)
        limits.check_extent(extent, name)
        if bits == 16:
            check_frame(frame, 1, name, "frame")
            decoded = png.decode_sixteen(data)
        else:
            decoded = _decode_with_pillow(data, form, frame, limits, name)
        if decoded.icc is None and not decoded.grey:
            decoded.icc = png.implied_profile(data)
        return decoded
    if form == "TIFF":
        decoded = tiff.decode(data, frame, limits, name)
        if decoded is not None:
            return decoded
    if form == "HEIF":
        return _decode_heif(data, frame, limits, name)
    return _decode_with_pillow(data, form, frame, limits, name)


def _picture(decoded: Decoded, form: str) -> Picture:
    """Upright, with sound metadata only."""
    notices = list(decoded.notices)
    icc = decoded.icc
    if icc and not (profiles.is_usable(icc, "RGB") or (decoded.grey and profiles.is_usable(icc, "GREY"))):
        icc = None
        notices.append("The colour profile in this file cannot be used; I took the colours for sRGB.")
    pixels = orientation.upright(decoded.rgb(), decoded.orientation)
    picture = Picture.owning(
        pixels,
        icc=icc or None,
        exif=exif.with_extent(exif.upright(decoded.exif), Extent.of(pixels)),
        xmp=exif.upright_xmp(decoded.xmp),
        format=form,
        grey=decoded.grey,
        jpeg=decoded.jpeg,
        lossless=decoded.lossless,
        dpi=decoded.dpi,
        notices=tuple(notices),
    )
    if picture.jpeg is not None:
        picture = replace(picture, jpeg=replace(picture.jpeg, orientation=decoded.orientation))
    if decoded.orientation >= 5:  # lying on its side in the file
        dpi = (picture.dpi[1], picture.dpi[0]) if picture.dpi else None
        picture = replace(picture, dpi=dpi, jpeg=_turned(picture.jpeg))
    return picture


def _turned(coding: JpegCoding | None) -> JpegCoding | None:
    """The coding for a picture turned by a quarter: rows and columns of every table change places."""
    if coding is None:
        return None
    tables = tuple(tuple(int(value) for value in np.reshape(table, (8, 8)).T.ravel()) for table in coding.tables)
    # 4:2:2 turned is 4:4:0, which Pillow cannot write; 4:4:4 keeps more, never less
    return replace(coding, tables=tables, subsampling=0 if coding.subsampling == 1 else coding.subsampling)


def _decode_with_pillow(data: bytes, form: str, frame: int, limits: Limits, name: str) -> Decoded:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns about bombs and odd metadata; the limits decide here
        with Image.open(io.BytesIO(data), formats=_PILLOW_NAMES.get(form, (form,))) as image:
            limits.check_extent(Extent(*image.size), name)
            notices = _take_frame(image, frame, name)
            limits.check_extent(Extent(*image.size), name)
            image.load()
            decoded = _samples_of(image)
            decoded.notices[:0] = notices
            info = image.info
            decoded.exif = info.get("exif") or None
            decoded.xmp = info.get("xmp") or None
            if isinstance(decoded.xmp, str):
                decoded.xmp = decoded.xmp.encode()
            if form == "TIFF":
                decoded.exif = tiff_exif.extract(data) if frame == 0 else None
                decoded.orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
            else:
                decoded.orientation = exif.orientation(decoded.exif)
            decoded.dpi = _dpi(info.get("dpi"))
    if isinstance(image, JpegImagePlugin.JpegImageFile):
        decoded.jpeg = _jpeg_coding(image, data)
    decoded.lossless = form not in ("JPEG", "AVIF") and not (form == "WEBP" and not _is_lossless_webp(data))
    if form == "AVIF" and _avif_bits(data) > 8:
        decoded.notices.append("This AVIF holds 10 or 12 bits a sample; I opened it with 8.")
    return decoded


def _take_frame(image: Image.Image, frame: int, name: str) -> list[str]:
    """Seek to the frame; says so when there was a choice."""
    count = getattr(image, "n_frames", 1)
    if image.format == "MPO":  # what follows the first picture is a depth map, a gain map or the other eye
        count = 1
    kind = "page" if image.format == "TIFF" else "frame"
    check_frame(frame, count, name, kind)
    if count == 1:
        return []
    if frame:
        image.seek(frame)
    if kind == "page":
        return [f"This file has {count} pages; I took {ordinal(frame)}."]
    return [f"This file is animated; I took {ordinal(frame)} of {count} frames."]


def _samples_of(image: Image.Image) -> Decoded:
    """The samples as grey or RGB, with alpha where anything can be transparent."""
    mode, icc = image.mode, image.info.get("icc_profile") or None
    keyed = "transparency" in image.info
    if mode == "CMYK":
        return _from_cmyk(image, icc)
    if mode == "LAB":
        rgb = ImageCms.profileToProfile(
            image, ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
        return Decoded(np.array(rgb), notices=["CIE L*a*b* was converted to sRGB."])
    if mode.startswith("I;16"):
        return Decoded(np.array(image).astype(np.uint16), icc=icc)
    if mode in ("I", "F"):
        raise ValueError(f"samples of mode {mode}")
    if mode in ("1", "L"):
        target = "LA" if keyed else "L"
    elif mode in ("LA", "La"):
        target = "LA"
    elif mode in ("RGBA", "RGBa", "PA") or keyed or (image.palette is not None and image.palette.mode == "RGBA"):
        target = "RGBA"
    else:
        target = "RGB"
    return Decoded(np.array(image if mode == target else image.convert(target)), icc=icc)


def _from_cmyk(image: Image.Image, icc: bytes | None) -> Decoded:
    """Inks through their profile when it is sound, by the plain formula when not; sRGB either way."""
    if icc and profiles.is_usable(icc, "CMYK"):
        return Decoded(
            profiles.cmyk_to_srgb(np.array(image), icc), notices=["CMYK was converted to RGB through its profile."]
        )
    return Decoded(
        np.array(image.convert("RGB")), notices=["CMYK without a usable profile was converted to RGB by estimate."]
    )


def _dpi(value: object) -> tuple[float, float] | None:
    if not isinstance(value, tuple) or len(value) != 2:
        return None
    across, down = float(value[0]), float(value[1])
    return (across, down) if 0 < across < 1e6 and 0 < down < 1e6 else None


def _jpeg_coding(image: JpegImagePlugin.JpegImageFile, data: bytes) -> JpegCoding | None:
    tables = image.quantization
    if not tables or image.layers == 4:
        return None
    ordered = tuple(tuple(int(value) for value in tables[key]) for key in sorted(tables))
    bare = jpeg_segments.picture_only(data)
    source = None if bare is None else HeldFile(bare)
    return JpegCoding(ordered, JpegImagePlugin.get_sampling(image), bool(image.info.get("progressive")), source)


def _is_lossless_webp(data: bytes) -> bool:
    """Whether the (first) frame is coded without loss: its chunk is VP8L rather than VP8 (RFC 9649)."""
    at = 12
    while at + 8 <= len(data):
        name, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if name in (b"VP8L", b"VP8 "):
            return name == b"VP8L"
        # an animation frame's chunks follow its 16 bytes of position and timing
        at += 8 + 16 if name == b"ANMF" else 8 + length + length % 2
    return False


def _avif_bits(data: bytes) -> int:
    """8, 10 or 12, from the AV1 configuration box (AV1-ISOBMFF 2.3.3)."""
    at = data.find(b"av1C")
    flags = data[at + 6] if at >= 0 and at + 6 < len(data) else 0
    return 8 if not flags & 0x40 else (12 if flags & 0x20 else 10)


def _decode_heif(data: bytes, frame: int, limits: Limits, name: str) -> Decoded:
    """HEIC through libheif, which has already applied the orientation; 10 and 12 bits come as 16."""
    file = pillow_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=False, hdr_to_16bit=False)
    check_frame(frame, len(file), name, "picture")
    image = file[frame] if frame else file[file.primary_index]
    limits.check_extent(Extent(*image.size), name)
    samples = _stretched(np.array(image), int(image.info.get("bit_depth", 8)))
    if getattr(image, "premultiplied_alpha", False):
        raise ValueError("premultiplied alpha")
    if samples.ndim == 3 and samples.shape[2] == 1:
        samples = samples[..., 0]
    info = image.info
    icc = info.get("icc_profile") if info.get("icc_profile_type") in ("prof", "rICC") else None
    code_points = info.get("nclx_profile")
    if not icc and code_points:
        icc = profiles.from_code_points(
            int(code_points["color_primaries"]), int(code_points["transfer_characteristics"])
        )
    notices = [f"This file holds {len(file)} pictures; I took the main one."] if len(file) > 1 and not frame else []
    return Decoded(
        samples,
        icc=icc,
        exif=info.get("exif") or None,
        xmp=info.get("xmp") or None,
        lossless=False,
        notices=notices,
    )


def _stretched(samples: np.ndarray, bits: int) -> np.ndarray:
    """10- or 12-bit samples over the whole 16-bit range, so that white is 65535; 8-bit ones as they are."""
    if samples.dtype == np.uint8:
        return samples
    white = 2**bits - 1
    return ((samples.astype(np.uint32) * 65535 + white // 2) // white).astype(np.uint16)
