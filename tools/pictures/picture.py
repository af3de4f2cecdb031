"""A picture in memory: its samples as they were in the file, and everything the file said about them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from models.errors import BadInputError
from models.geometry import Extent


class SourceFile(Protocol):
    """Where the bytes of a picture's file can be had."""

    def read(self) -> bytes | None:
        """The bytes; None when they are gone."""
        ...


@dataclass(frozen=True)
class HeldFile:
    """A file's bytes in memory."""

    data: bytes

    def read(self) -> bytes:
        """The bytes."""
        return self.data


@dataclass(frozen=True)
class JpegCoding:
    """How a JPEG was coded, so that saving again need not be any coarser."""

    tables: tuple[tuple[int, ...], ...]
    """One table of 64 divisors for each table id, in natural (row by row) order."""
    subsampling: int
    """0 = 4:4:4, 1 = 4:2:2, 2 = 4:2:0, as Pillow counts them; -1 = another one, or not a colour picture."""
    progressive: bool = False
    source: SourceFile | None = field(default=None, compare=False, repr=False)
    """The file that was opened, without metadata and thumbnail: blocks no edit touches are saved as they are in it."""
    orientation: int = field(default=1, compare=False)
    """How the picture lies in that file, 1 to 8."""


@dataclass(frozen=True, eq=False)
class Picture:
    """Pixels with their profile and metadata. Immutable: the pixel array is read-only.

    `pixels` is H×W×3 (RGB) or H×W×4 (RGB and straight, not premultiplied, alpha), uint8 or uint16 over the
    type's whole range, upright: the orientation tag has been applied. A grey source has three equal channels.
    Raises BadInputError for arrays of another shape or type.
    """

    pixels: np.ndarray
    icc: bytes | None = None
    """The ICC profile of the samples; None means sRGB."""
    exif: bytes | None = None
    """The EXIF block (a TIFF structure, with no "Exif" prefix); orientation 1, without a thumbnail."""
    xmp: bytes | None = None
    """The XMP packet; orientation 1."""
    format: str = "PNG"
    """What the file was, and is saved as: JPEG, PNG, WEBP, TIFF, HEIF, AVIF, GIF or BMP."""
    grey: bool = False
    """The source was greyscale: saved as grey again while all three channels are still equal."""
    jpeg: JpegCoding | None = None
    lossless: bool = True
    """The source's coding kept every sample (a lossless WebP is saved as one)."""
    dpi: tuple[float, float] | None = None
    """Pixels per inch across and down."""
    notices: tuple[str, ...] = ()
    """Sentences for the person about what opening had to change."""

    def __post_init__(self) -> None:
        pixels = self.pixels
        if pixels.ndim != 3 or pixels.shape[2] not in (3, 4) or pixels.dtype not in (np.uint8, np.uint16):
            raise BadInputError("A picture must be H×W×3 or H×W×4 with 8 or 16 bits a sample.")
        if 0 in pixels.shape:
            raise BadInputError("A picture needs at least one pixel.")
        if pixels.flags.writeable or not pixels.flags.c_contiguous:
            held = np.array(pixels) if pixels.flags.writeable else np.ascontiguousarray(pixels)
            held.setflags(write=False)
            object.__setattr__(self, "pixels", held)

    @classmethod
    def owning(cls, pixels: np.ndarray, **fields: object) -> Picture:
        """A picture that takes over an array no one else holds, without copying it."""
        owned = np.ascontiguousarray(pixels)
        owned.setflags(write=False)
        return cls(owned, **fields)  # pyright: ignore[reportArgumentType]

    @property
    def extent(self) -> Extent:
        """Width and height in pixels."""
        return Extent.of(self.pixels)

    @property
    def bit_depth(self) -> int:
        """8 or 16 bits a sample."""
        return 8 * self.pixels.dtype.itemsize

    @property
    def has_alpha(self) -> bool:
        """Whether there is a fourth, transparency, channel."""
        return self.pixels.shape[2] == 4

    @property
    def white(self) -> int:
        """The largest sample value: 255 or 65535."""
        return int(np.iinfo(self.pixels.dtype).max)

    def with_pixels(self, pixels: np.ndarray) -> Picture:
        """The same profile, metadata and format with other samples; the array is copied if it is writeable.

        Extent, depth and alpha may differ. The notices, which were about opening, are dropped.
        """
        return replace(self, pixels=pixels, notices=())
