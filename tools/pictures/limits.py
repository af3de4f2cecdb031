"""How large a file and a picture may be. Checked before anything is decoded."""

from __future__ import annotations

from dataclasses import dataclass

from models.errors import BadInputError
from models.geometry import Extent


@dataclass(frozen=True)
class Limits:
    """The largest file and picture that is opened."""

    pixels: int = 150_000_000
    """Width times height."""
    side: int = 65_535
    """Width or height, in pixels."""
    file_bytes: int = 250_000_000
    """The size of the file."""

    def check_file(self, size: int, name: str) -> None:
        """Raise BadInputError when a file of `size` bytes is too large, or empty."""
        if size == 0:
            raise BadInputError(f"{name} is empty (0 bytes); choose another file.")
        if size > self.file_bytes:
            raise BadInputError(
                f"{name} is {size / 1e6:,.0f} MB; the largest file that can be opened is "
                f"{self.file_bytes / 1e6:,.0f} MB, so please save a smaller copy."
            )

    def check_extent(self, extent: Extent, name: str) -> None:
        """Raise BadInputError when a picture is too large, or has no pixels."""
        if extent.width < 1 or extent.height < 1:
            raise BadInputError(f"{name} has no pixels ({extent.width}×{extent.height}); choose another file.")
        if max(extent) > self.side:
            raise BadInputError(
                f"{name} is {extent.width}×{extent.height} pixels; the longest side that can be opened is "
                f"{self.side:,}, so please scale it down first."
            )
        if extent.pixels > self.pixels:
            raise BadInputError(
                f"{name} is {extent.width}×{extent.height} pixels ({extent.pixels / 1e6:,.0f} megapixels); "
                f"the limit is {self.pixels / 1e6:,.0f}, so please scale it down first."
            )


DEFAULT_LIMITS = Limits()
"""150 megapixels, 65,535 pixels a side, 250 MB."""
