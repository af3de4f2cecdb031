"""TIFF of 8 and 16 bits a sample, read and written sample-exact with tifffile."""

from __future__ import annotations

import io

import numpy as np
import tifffile

from models.errors import BadInputError
from models.geometry import Extent
from tools.pictures import tiff_exif
from tools.pictures.decoded import Decoded, check_frame, ordinal, unpremultiplied
from tools.pictures.limits import Limits

_ICC, _XMP, _ORIENTATION, _DNG = 34675, 700, 274, 50706
_ASSOCIATED = 1
_REDUCED = 1
_CENTIMETRE = 3
_PLAIN = {"MINISBLACK", "MINISWHITE", "RGB"}


def decode(data: bytes, frame: int, limits: Limits, name: str) -> Decoded | None:
    """One page of a TIFF; None when its samples are not 8- or 16-bit grey or RGB (palette, CMYK, Lab, 1-bit).

    Raises BadInputError for what Pillow could not read either, and ValueError or whatever tifffile raises
    when the file is broken.
    """
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        count = len(file.pages)
        check_frame(frame, count, name, "page")
        page = file.pages[frame]
        if not isinstance(page, tifffile.TiffPage):
            page = page.aspage()
        if _DNG in page.tags or (page.subfiletype & _REDUCED and count == 1) or data[8:10] == b"CR":
            raise BadInputError(f"{name} is a camera raw file; please export it as TIFF or JPEG and open that.")
        limits.check_extent(Extent(page.imagewidth, page.imagelength), name)
        if page.bitspersample > 16 or page.sampleformat not in (1, None):
            raise BadInputError(
                f"{name} holds {page.bitspersample}-bit measurements rather than 8- or 16-bit colours; "
                "please save it with 16 bits a channel."
            )
        photometric = getattr(page.photometric, "name", "")
        if photometric not in _PLAIN or page.bitspersample not in (8, 16) or page.imagedepth != 1:
            return None
        decoded = Decoded(_interleaved(page, name))
        if photometric == "MINISWHITE":
            decoded.samples = _inverted(decoded.samples)
        if page.extrasamples and page.extrasamples[0] == _ASSOCIATED:
            decoded.samples = unpremultiplied(decoded.samples)
        _add_tags(decoded, page)
        if frame == 0:
            decoded.exif = tiff_exif.extract(data)
        if count > 1:
            decoded.notices.append(f"This file has {count} pages; I took {ordinal(frame)}.")
    return decoded


def _inverted(samples: np.ndarray) -> np.ndarray:
    """Grey whose 0 is white; an alpha channel is left alone."""
    white = np.iinfo(samples.dtype).max
    if samples.ndim == 2:
        return white - samples
    return np.concatenate([white - samples[..., :1], samples[..., 1:]], axis=2)


def _interleaved(page: tifffile.TiffPage, name: str) -> np.ndarray:
    """H×W, H×W×2, ×3 or ×4 samples; channels after alpha, and extra ones that are no alpha, are left out."""
    wanted = sum(page.databytecounts)
    if page.parent is not None and any(
        offset + length > page.parent.filehandle.size
        for offset, length in zip(page.dataoffsets, page.databytecounts, strict=False)
    ):
        raise ValueError(f"strips of {wanted} bytes end behind the file")
    samples = page.asarray()
    if page.axes.startswith("S") and samples.ndim == 3:
        samples = np.moveaxis(samples, 0, 2)
    if samples.ndim not in (2, 3):
        raise BadInputError(f"{name} is a stack of slices rather than a picture; please save one of them.")
    samples = np.ascontiguousarray(samples, samples.dtype.newbyteorder("="))
    if samples.ndim == 2:
        return samples
    colours = 3 if getattr(page.photometric, "name", "") == "RGB" else 1
    alpha = 1 if page.extrasamples and page.extrasamples[0] in (1, 2) else 0
    samples = samples[..., : colours + alpha]
    return samples[..., 0] if samples.shape[2] == 1 else np.ascontiguousarray(samples)


def _add_tags(decoded: Decoded, page: tifffile.TiffPage) -> None:
    """Profile, orientation, resolution and XMP."""
    tags = page.tags
    icc, xmp = tags.valueof(_ICC), tags.valueof(_XMP)
    decoded.icc = bytes(icc) if icc else None
    decoded.xmp = xmp.encode() if isinstance(xmp, str) else (bytes(xmp) if xmp else None)
    orientation = tags.valueof(_ORIENTATION, default=1)
    decoded.orientation = int(orientation) if orientation in range(1, 9) else 1
    across, down = page.resolution
    per_inch = 2.54 if page.resolutionunit == _CENTIMETRE else 1.0
    if page.resolutionunit in (2, 3) and across > 0 and down > 0 and "XResolution" in tags:
        decoded.dpi = (across * per_inch, down * per_inch)


def encode(
    samples: np.ndarray,
    *,
    icc: bytes | None,
    xmp: bytes | None,
    exif: bytes | None,
    dpi: tuple[float, float] | None,
) -> bytes:
    """A TIFF of H×W, H×W×2, ×3 or ×4 uint8 or uint16 samples, sample-exact, losslessly compressed."""
    channels = 1 if samples.ndim == 2 else samples.shape[2]
    target = io.BytesIO()
    tifffile.imwrite(
        target,
        samples,
        photometric="rgb" if channels >= 3 else "minisblack",
        planarconfig="contig" if channels > 1 else None,
        extrasamples=["unassalpha"] if channels in (2, 4) else None,
        compression="zlib",
        predictor=True,
        rowsperstrip=max(1, min(samples.shape[0], 2**20 // max(1, samples[0].nbytes))),
        iccprofile=icc,
        resolution=dpi,
        resolutionunit="INCH" if dpi else None,
        metadata=None,
        byteorder="<",
        software="Pentimento",
        extratags=[(_XMP, 1, len(xmp), xmp, True)] if xmp else [],
    )
    return tiff_exif.put_back(target.getvalue(), exif) if exif else target.getvalue()
