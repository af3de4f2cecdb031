"""Outpaint: more of the picture beyond its edges, from its own texture, or painted where that would repeat itself."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
from pydantic import Field

from models.frame import shifted
from models.geometry import Bounds, Extent
from models.inpainting.commission import Commission, Intent
from models.inpainting.filling import AUTO, fill_hole
from models.inpainting.painters import REMOTE, available_painters, is_painter
from tools.edits.context import EditContext
from tools.edits.frame import FrameEdit, Reframed
from tools.edits.framing import amount_in, colour_in, ratio_in, sides_in, size_in
from tools.edits.painting import ENGINE_SAID, paint
from tools.grounding import Target
from tools.pictures.picture import Picture
from tools.pictures.profiles import colour_in_profile

_MOST_NEW = 0.6  # of the new picture; beyond that copied texture is plainly copied
_FITTING = 0.25  # of the old side: wider margins show that they repeat the picture
_PLAIN_EDGE = 0.9  # of the picture's outermost pixels: so many of one colour are a plain ground
_STRIP = 0.5  # of the shorter side so far is painted at once: a painter has to see as much again of what it continues
_WITHOUT = f"Without one I can make {_MOST_NEW:.0%} of the picture new, so ask for less."


class Outpaint(FrameEdit):
    """Extend the picture beyond its edges, continuing what is there. Also zooming out."""

    op: ClassVar[str] = "outpaint"
    value: str | None = Field(
        None,
        max_length=500,
        description="'16:9', 'top 20%', 'left and right', '10%', 'square', '1920x1080'; "
        "with a colour, '50px white', the margin is plain.",
    )
    engine: str = Field(AUTO, max_length=500, description=ENGINE_SAID)

    def find_target(self, context: EditContext) -> Target | None:
        """Always the whole picture."""
        del context
        return None

    def reframe(self, picture: Picture, target: Target | None, context: EditContext) -> Reframed:
        """A larger canvas, the old samples in it as they were.

        Margins have the colour that was asked for; are plain, or transparent, where the picture's edge is; and continue
        its texture otherwise.
        """
        del target
        outer, box = self._canvas(picture.extent)
        plain = self._plain(picture, outer, box)
        if plain is not None:
            pixels = np.full((outer.height, outer.width, len(plain)), plain, picture.pixels.dtype)
            pixels[box.slices] = picture.pixels
            return Reframed(picture.with_pixels(pixels), "plain", "the margins are plain", shifted(box.x0, box.y0))
        canvas = np.zeros((outer.height, outer.width, 3), picture.pixels.dtype)
        canvas[box.slices] = picture.pixels[..., :3]
        if self._is_to_be_painted(outer, box):
            filled, engine, note = self._paint(canvas, box, context)
        else:
            hole = np.ones((outer.height, outer.width), np.float32)
            hole[box.slices] = 0.0
            done = fill_hole(canvas, hole, seed=self.seed, progress=context.progress, engine=self.engine)
            filled, engine, note = done.image, done.engine, _remark(outer, box)
        filled[box.slices] = picture.pixels[..., :3]
        if picture.has_alpha:
            alpha = np.full((*filled.shape[:2], 1), np.iinfo(filled.dtype).max, filled.dtype)
            alpha[box.slices] = picture.pixels[..., 3:]
            filled = np.concatenate([filled, alpha], axis=-1)
        return Reframed(picture.with_pixels(filled), engine, note, shifted(box.x0, box.y0))

    def sentence(self, label: str | None) -> str:
        """What was done."""
        del label
        return f"Extended the picture{': ' + self.value if self.value else ''}."

    def _plain(self, picture: Picture, outer: Extent, box: Bounds) -> np.ndarray | None:
        """The samples of a margin of one colour: the one asked for, or the one that the edges which it joins have."""
        top = np.iinfo(picture.pixels.dtype).max
        if asked := colour_in(self.value or ""):
            samples = np.rint(np.array(colour_in_profile(picture, asked)) * top)
            return np.append(samples, top)[: picture.pixels.shape[2]].astype(picture.pixels.dtype)
        if self.engine != AUTO:
            return None
        pixels = picture.pixels
        sides = (
            (box.x0 > 0, pixels[:, 0]), (box.x1 < outer.width, pixels[:, -1]),
            (box.y0 > 0, pixels[0]), (box.y1 < outer.height, pixels[-1]),
        )  # fmt: skip
        joined = [side for widened, side in sides if widened]
        if not joined:
            return None
        edge = np.concatenate(joined)
        if picture.has_alpha and (edge[:, 3] == 0).mean() >= _PLAIN_EDGE:
            return np.zeros(4, pixels.dtype)
        found, counts = np.unique(edge, axis=0, return_counts=True)
        return found[counts.argmax()] if counts.max() >= _PLAIN_EDGE * len(edge) else None

    def _is_to_be_painted(self, outer: Extent, box: Bounds) -> bool:
        """Where copies would show that they are copies, and a painter is on this machine or nothing else will do."""
        if self.engine != AUTO:
            return is_painter(self.engine)
        if 1 - box.area / outer.pixels > _MOST_NEW:
            return True
        return _widest(outer, box) > _FITTING and any(name != REMOTE for name in available_painters())

    def _paint(self, canvas: np.ndarray, box: Bounds, context: EditContext) -> tuple[np.ndarray, str, str]:
        """Strip after strip, each continuing what lies beside it: the canvas, the engine, what to say of it."""
        strips = strips_around(box, Extent.of(canvas))
        engine, note = self.engine, ""
        for number, (known, strip) in enumerate(strips):
            whole = known.union(strip)
            hole = np.zeros((whole.height, whole.width), np.float32)
            hole[strip.shifted(-whole.x0, -whole.y0).slices] = 1.0
            done = paint(
                canvas[whole.slices],
                hole,
                Commission(intent=Intent.EXTEND),
                replace(context, progress=context.progress.part(number / len(strips), (number + 1) / len(strips))),
                seed=self.seed + number,
                engine=engine,
                otherwise=_WITHOUT,
            )
            canvas[whole.slices] = done.image
            engine, note = done.engine, note or done.note
        return canvas, engine, f"the margins are invented, in {len(strips)} pieces; {note}"

    def _canvas(self, extent: Extent) -> tuple[Extent, Bounds]:
        """The new extent, and where the old picture lies in it."""
        text = (self.value or "").lower()
        size = size_in(text)
        ratio = size.width / size.height if size else ratio_in(text)
        sides = sides_in(text)
        if ratio is not None:
            outer = Extent(
                max(extent.width, round(extent.height * ratio)),
                max(extent.height, round(extent.width / ratio)),
            )
            x0, y0 = (outer.width - extent.width) // 2, (outer.height - extent.height) // 2
            x0 = outer.width - extent.width if sides == ["left"] else 0 if sides == ["right"] else x0
            y0 = outer.height - extent.height if sides == ["top"] else 0 if sides == ["bottom"] else y0
        else:
            sides = sides or ["left", "right", "top", "bottom"]
            across, down = amount_in(text, extent.width, 0.2), amount_in(text, extent.height, 0.2)
            x0, y0 = across * ("left" in sides), down * ("top" in sides)
            outer = Extent(
                x0 + extent.width + across * ("right" in sides),
                y0 + extent.height + down * ("bottom" in sides),
            )
        return outer, Bounds(x0, y0, x0 + extent.width, y0 + extent.height)


def strips_around(box: Bounds, outer: Extent) -> list[tuple[Bounds, Bounds]]:
    """What is known, and the strip to be added to it, until `box` has become the whole of `outer`.

    A strip lies along one side of what is known and is at most half as wide as its shorter side. Sides take turns, the
    sides before top and bottom, so that corners are painted with the long strips.
    """
    known, strips = box, []
    while known != outer.bounds:
        for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            reach = max(1, round(_STRIP * min(known.width, known.height)))
            grown = Bounds(
                known.x0 - reach * (dx < 0),
                known.y0 - reach * (dy < 0),
                known.x1 + reach * (dx > 0),
                known.y1 + reach * (dy > 0),
            ).clipped(outer)
            if grown == known:
                continue
            strip = Bounds(
                known.x1 if dx > 0 else grown.x0,
                known.y1 if dy > 0 else grown.y0,
                known.x0 if dx < 0 else grown.x1,
                known.y0 if dy < 0 else grown.y1,
            )
            strips.append((known, strip))
            known = grown
    return strips


def _widest(outer: Extent, box: Bounds) -> float:
    """The widest margin around the old picture at `box`, in its sides."""
    across = max(box.x0, outer.width - box.x1) / box.width
    return max(across, max(box.y0, outer.height - box.y1) / box.height)


def _remark(outer: Extent, box: Bounds) -> str:
    """What to say of copied margins around the old picture at `box`."""
    if _widest(outer, box) <= _FITTING:
        return "the margins are invented"
    return (
        f"the margins are invented; beyond {_FITTING:.0%} of a side, as here, they repeat what is there: look at them, "
        "and ask for less where that shows"
    )
