"""What somebody wants a thing's colour to be: a colour, a move from the one it has, or both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.colour.lexicon import RGB
from models.colour.oklab import oklab_to_srgb, srgb_to_oklab


@dataclass(frozen=True)
class ColourShift:
    """A move in OKLCh: `lightness` is added (0.1 is a clear step), chroma is multiplied by 1 + `chroma`,
    hue turns by `hue` degrees, and `tint` is added to OKLab a and b (it can colour a grey; turning cannot).
    """

    lightness: float = 0.0
    chroma: float = 0.0
    hue: float = 0.0
    tint: tuple[float, float] = (0.0, 0.0)

    def __add__(self, other: ColourShift) -> ColourShift:
        """One after the other."""
        return ColourShift(
            self.lightness + other.lightness,
            (1 + self.chroma) * (1 + other.chroma) - 1,
            self.hue + other.hue,
            (self.tint[0] + other.tint[0], self.tint[1] + other.tint[1]),
        )

    def apply(self, lab: np.ndarray) -> np.ndarray:
        """OKLab colours (last axis) moved; not gamut mapped. Lightness stays within [0, 1]."""
        angle = np.deg2rad(self.hue)
        scale = max(0.0, 1 + self.chroma)
        cos, sin = float(np.cos(angle)) * scale, float(np.sin(angle)) * scale
        a, b = lab[..., 1], lab[..., 2]
        moved = [
            np.clip(lab[..., 0] + self.lightness, 0, 1),
            a * cos - b * sin + self.tint[0],
            a * sin + b * cos + self.tint[1],
        ]
        return np.stack(moved, axis=-1).astype(lab.dtype)


@dataclass(frozen=True)
class ColourWish:
    """The colour somebody asked for.

    `rgb` is sRGB in [0, 1], or None when the wish is only relative ("darker"); `shift` is the relative part,
    on top of `rgb` when there is one ("darker navy"). `name` is canonical and may be shown to the person.
    """

    name: str
    rgb: RGB | None = None
    shift: ColourShift | None = None

    @property
    def is_relative(self) -> bool:
        """Whether it can only be applied to a colour that is there already."""
        return self.rgb is None

    @property
    def target(self) -> RGB:
        """The colour to reach, shift included, sRGB in [0, 1]. Raises ValueError for a relative wish."""
        if self.rgb is None:
            raise ValueError(f"'{self.name}' is relative and has no colour of its own")
        return self.rgb if self.shift is None else self.shifted(self.rgb)

    def shifted(self, rgb: RGB) -> RGB:
        """`rgb` moved by the shift and mapped into sRGB; itself when there is no shift."""
        if self.shift is None:
            return rgb
        return as_rgb(oklab_to_srgb(self.shift.apply(srgb_to_oklab(np.array(rgb)))))

    @property
    def hex(self) -> str:
        """The target as "#1F3A93". Raises ValueError for a relative wish."""
        return "#" + "".join(f"{round(channel * 255):02X}" for channel in self.target)


def as_rgb(channels: np.ndarray | tuple[float, ...]) -> RGB:
    """Three channels as a tuple of floats."""
    red, green, blue = (float(channel) for channel in channels)
    return red, green, blue
