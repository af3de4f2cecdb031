"""How a model is laid out in memory: decided from numbers, before anything is loaded, and said in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from models.errors import UnavailableError
from models.weights.amounts import readable

_PER_PIXEL = 1_500  # numbers held at once for a painted pixel, most of them in the autoencoder
_PER_TILED_PIXEL = 600  # with the autoencoder in tiles
_FIXED = 400_000_000  # bytes that the device's libraries take
_SPARE = 0.92  # of the free memory may be planned with


class Placement(StrEnum):
    """Where the weights are while the model runs."""

    WHOLE = "whole"
    """All on the device."""
    BY_MODEL = "by model"
    """In main memory; each network comes to the device while it is needed."""
    BY_LAYER = "by layer"
    """In main memory; layer after layer comes to the device. Several times slower."""


@dataclass(frozen=True)
class Layout:
    """One way to run. `bytes_needed` is what it takes on the device at most, by our estimate."""

    placement: Placement
    tiled: bool
    bytes_needed: int

    @property
    def sentence(self) -> str:
        """In plain words, for the report."""
        how = {
            Placement.WHOLE: "The whole model fits into free memory",
            Placement.BY_MODEL: "The model's networks take turns on the device, because they do not fit together",
            Placement.BY_LAYER: "The model visits the device layer by layer, which is slow, because memory is short",
        }[self.placement]
        tiled = ", and the picture is decoded in tiles" if self.tiled else ""
        return f"{how}{tiled} (about {readable(self.bytes_needed)})."


def layouts(networks: Mapping[str, int], pixels: int, each: int, *, can_offload: bool) -> list[Layout]:
    """Every way to run, from fastest to thriftiest.

    `networks` is the number of parameters by component, `pixels` the size that is painted, `each` the bytes of a
    number. `can_offload`: the device is not the main memory itself.
    """
    total, largest = each * sum(networks.values()), each * max(networks.values(), default=0)
    painting, tiled = _FIXED + each * _PER_PIXEL * pixels, _FIXED + each * _PER_TILED_PIXEL * pixels
    found = [
        Layout(Placement.WHOLE, tiled=False, bytes_needed=total + painting),
        Layout(Placement.WHOLE, tiled=True, bytes_needed=total + tiled),
    ]
    if can_offload:
        found += [
            Layout(Placement.BY_MODEL, tiled=False, bytes_needed=largest + painting),
            Layout(Placement.BY_MODEL, tiled=True, bytes_needed=largest + tiled),
            Layout(Placement.BY_LAYER, tiled=True, bytes_needed=largest // 8 + tiled),
        ]
    # A layout that is slower and needs no less than an earlier one is no choice.
    return [
        way for number, way in enumerate(found) if all(way.bytes_needed < one.bytes_needed for one in found[:number])
    ]


def choose_layout(found: list[Layout], free: int, title: str) -> Layout:
    """The fastest layout that fits into `free` bytes. Raises UnavailableError when none does."""
    for layout in found:
        if layout.bytes_needed <= free * _SPARE:
            return layout
    least = min(layout.bytes_needed for layout in found)
    raise UnavailableError(
        f"{title} needs about {readable(least)} of memory and {readable(free)} are free; close other programs or "
        "choose a smaller model."
    )


def thriftier(found: list[Layout], than: Layout) -> Layout | None:
    """The next layout that needs less than this one, for when the device ran out of memory after all."""
    return next((layout for layout in found if layout.bytes_needed < than.bytes_needed), None)
