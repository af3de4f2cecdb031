"""What a decoder hands over, before it becomes a Picture."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from models.errors import BadInputError
from tools.pictures.picture import JpegCoding


@dataclass
class Decoded:
    """Samples as the file held them, and what it said about them."""

    samples: np.ndarray
    """H×W or H×W×2 (grey, grey and alpha), H×W×3 or H×W×4 (RGB, straight alpha); uint8 or uint16."""
    icc: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    orientation: int = 1
    dpi: tuple[float, float] | None = None
    jpeg: JpegCoding | None = None
    lossless: bool = True
    notices: list[str] = field(default_factory=list)

    @property
    def grey(self) -> bool:
        """Whether the samples are greyscale."""
        return self.samples.ndim == 2 or self.samples.shape[2] == 2

    def rgb(self) -> np.ndarray:
        """The samples as H×W×3 or H×W×4."""
        samples = self.samples
        if samples.ndim == 2:
            return np.repeat(samples[..., None], 3, axis=2)
        if samples.shape[2] == 2:
            return samples[..., [0, 0, 0, 1]]
        return samples


def check_frame(frame: int, count: int, name: str, kind: str) -> None:
    """Raise BadInputError unless 0 ≤ frame < count; `kind` is "frame" or "page"."""
    if not 0 <= frame < count:
        has = f"only one {kind}" if count == 1 else f"{count} {kind}s"
        raise BadInputError(f"{name} has {has}; number {frame + 1} was asked for.")


def ordinal(frame: int) -> str:
    """ "the first", "number 3": which frame was taken, in words."""
    return "the first" if frame == 0 else f"number {frame + 1}"


def unpremultiplied(samples: np.ndarray) -> np.ndarray:
    """Straight from premultiplied (associated) alpha, H×W×4 or H×W×2; colour is 0 where alpha is."""
    white = int(np.iinfo(samples.dtype).max)
    alpha = samples[..., -1:].astype(np.float32)
    colour = samples[..., :-1].astype(np.float32) * white
    colour = np.divide(colour, alpha, out=np.zeros_like(colour), where=alpha > 0)
    colour = np.rint(np.clip(colour, 0, white)).astype(samples.dtype)
    return np.concatenate([colour, samples[..., -1:]], axis=2)
