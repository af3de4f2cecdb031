"""How a picture is cut into tiles: 256×256 pixels, row by row, smaller at the right and bottom edges."""

from __future__ import annotations

from collections.abc import Iterator

from models.geometry import Bounds, Extent

SIDE = 256


def columns_of(extent: Extent) -> int:
    """How many tiles lie side by side."""
    return -(-extent.width // SIDE)


def tile_bounds(extent: Extent) -> list[Bounds]:
    """The bounds of every tile, in the order they are stored."""
    return [
        Bounds(x, y, min(x + SIDE, extent.width), min(y + SIDE, extent.height))
        for y in range(0, extent.height, SIDE)
        for x in range(0, extent.width, SIDE)
    ]


def touched(extent: Extent, bounds: Bounds) -> Iterator[tuple[int, Bounds]]:
    """Index and bounds of every tile that shares a pixel with `bounds`."""
    bounds = bounds.clipped(extent)
    if not bounds.area:
        return
    columns = columns_of(extent)
    for row in range(bounds.y0 // SIDE, (bounds.y1 - 1) // SIDE + 1):
        for column in range(bounds.x0 // SIDE, (bounds.x1 - 1) // SIDE + 1):
            x, y = column * SIDE, row * SIDE
            yield row * columns + column, Bounds(x, y, min(x + SIDE, extent.width), min(y + SIDE, extent.height))
