"""Make a picture tile: repeated side by side it shows no seam.

The picture is cut at its middle and turned inside out, so that what used to be its borders meets in a cross; the
cross is filled with copies of the rest (PatchMatch), and the new borders, once neighbours, fit by themselves. Filled
one arm after the other, with the places where an arm meets its own other end left to the last, each filling knows
all its surroundings, and nothing has to know about wrapping round.

Light that falls off across the picture would still be seen as a chequerboard. Its wide differences are spread over
the whole tile before, as the smooth component of Moisan's periodic plus smooth decomposition ("Periodic plus Smooth
Image Decomposition", 2011).
"""

from __future__ import annotations

import cv2
import numpy as np

from models.errors import BadInputError
from models.geometry import Extent
from models.inpainting.patchmatch import PatchMatch
from models.progress import SILENT, Progress

_ARM = 0.14  # of the side: how wide the filled cross is
_NARROWEST = 16  # pixels
_SMALLEST = 64  # pixels
_WIDE = 1 / 12  # of the shorter side: smaller differences are texture, not light


def seamless_tile(image: np.ndarray, *, seed: int = 0, progress: Progress = SILENT) -> np.ndarray:
    """The picture as a tile of the same size and dtype: H×W×3 uint8 or uint16, at least 64 pixels each way.

    About a quarter of it, around the borders, is filled anew; the rest keeps its texture and may get a little
    lighter or darker, so that opposite borders are equally bright. Raises BadInputError for a smaller picture and
    CancelledError when progress says so.
    """
    extent = Extent.of(image)
    if min(extent) < _SMALLEST:
        raise BadInputError(f"A tile needs at least {_SMALLEST} by {_SMALLEST} pixels; this has {extent}.")
    height, width = image.shape[:2]
    across, down = _half_arm(width), _half_arm(height)
    tile = np.roll(_evenly_lit(image), (0, width // 2), (0, 1))
    seam = np.s_[:, width // 2 - across : width // 2 + across]
    tile = _healed(tile, seam, seed, progress.part(0.0, 0.45))

    tile = np.roll(tile, (height // 2, width // 2), (0, 1))
    ends = across  # columns at either end of the second arm, which are each other's neighbours
    seam = np.s_[height // 2 - down : height // 2 + down, ends : width - ends]
    tile = _healed(tile, seam, seed + 1, progress.part(0.45, 0.9))

    tile = np.roll(tile, width // 2, 1)
    seam = np.s_[height // 2 - down : height // 2 + down, width // 2 - ends : width // 2 + ends]
    tile = _healed(tile, seam, seed + 2, progress.part(0.9, 1.0))
    # what was the picture's middle lies in the tile's middle again
    return np.roll(tile, (height - height // 2, width - width // 2), (0, 1))


def _half_arm(side: int) -> int:
    return max(_NARROWEST // 2, round(_ARM * side / 2))


def _healed(image: np.ndarray, where: tuple[slice, slice], seed: int, progress: Progress) -> np.ndarray:
    hole = np.zeros(image.shape[:2], np.float32)
    hole[where] = 1.0
    return PatchMatch().fill(image, hole, seed=seed, progress=progress)


def _evenly_lit(image: np.ndarray) -> np.ndarray:
    """The picture without the wide differences between its opposite borders; H×W×3 of its dtype."""
    top = np.iinfo(image.dtype).max
    sigma = _WIDE * min(image.shape[:2])
    light = cv2.GaussianBlur(image.astype(np.float32), (0, 0), sigma, borderType=cv2.BORDER_REFLECT)
    smooth = np.dstack([_smooth_component(light[..., channel]) for channel in range(image.shape[2])])
    return np.rint(image - smooth).clip(0, top).astype(image.dtype)


def _smooth_component(plane: np.ndarray) -> np.ndarray:
    """What an H×W plane must lose to be periodic; of mean 0 (Moisan 2011, eq. 11)."""
    height, width = plane.shape
    jump = np.zeros((height, width))
    rows, columns = plane[-1] - plane[0], plane[:, -1] - plane[:, 0]
    jump[0] += rows
    jump[-1] -= rows
    jump[:, 0] += columns
    jump[:, -1] -= columns
    waves = (
        2 * np.cos(2 * np.pi * np.arange(height) / height)[:, None]
        + 2 * np.cos(2 * np.pi * np.arange(width) / width)[None]
        - 4
    )
    waves[0, 0] = 1.0
    spectrum = np.fft.fft2(jump) / waves
    spectrum[0, 0] = 0.0
    return np.real(np.fft.ifft2(spectrum))
