"""Narrow holes: the rim's structure, continued across, under the detail of copies.

Where both rims are near, continuing them says more about colours and edges than an example from elsewhere can;
but it is blurred. Copies have the grain, but only about the right colours. So coarse differences come from the
continuation and fine ones from the copies, as in a two-band blend (Burt and Adelson, "A Multiresolution Spline",
1983). Deep inside a wide hole nothing can be continued, and the copies stay as they are. Thin parts need no copies at
all: across a few pixels a continuation is sharp enough, and nearer to the truth.
"""

from __future__ import annotations

import cv2
import numpy as np

from models import mask as masks
from models.geometry import Extent
from models.inpainting.blended import Blended, reduction
from models.inpainting.patchmatch import PatchMatch
from models.inpainting.protocol import ground_of
from models.mask import Mask
from models.progress import Progress

NARROW = 40  # pixels across: from here on a hole is wide
THIN = 12.0  # pixels across: up to here the continuation alone is best
_LESS_THIN = 1.75  # times as wide, all fine detail is copied
_TRUSTED_DEPTH = 25.0  # pixels; a continuation's weight falls to 1/e this far from the rim
_FINE_SIGMA = 1.0  # pixels; detail below this scale comes from the copies
_SIDE = 640  # pixels of the picture's shorter side up to which NARROW holds; it grows with larger ones
_COPYING = 0.6  # share of the time


class Fused:
    """Copies over continued rims in narrow parts of a hole, copies alone in wide ones; see `protocol.Inpainter`."""

    name = "fused"

    def __init__(self, threads: int | None = None) -> None:
        self._copies = PatchMatch(threads)
        self._continuation = Blended()

    def fill(
        self,
        image: np.ndarray,
        hole: Mask,
        *,
        seed: int,
        progress: Progress,
        sources: Mask | None = None,
        prompt: str | None = None,
    ) -> np.ndarray:
        """Return the image with the hole filled by copies and continuation of `sources`."""
        empty, usable = ground_of(image, hole, sources)
        copies = self._copies.fill(
            image, hole, seed=seed, progress=progress.part(0.0, _COPYING), sources=sources, prompt=prompt
        )
        scale = max(1.0, min(empty.shape) / _SIDE)
        narrowness = narrow_share(empty)
        narrow = narrowness > 0
        if not narrow.any():
            progress.report(1.0, "filled")
            return copies
        known = usable | (empty & ~narrow)
        box = masks.bounds(narrow.astype(np.float32)).padded(round(2 * NARROW * scale)).clipped(Extent.of(image))
        if not known[box.slices].any():
            return copies
        part = box.slices
        continued = self._continuation.fill(
            copies[part],
            narrow[part].astype(np.float32),
            seed=seed,
            progress=progress.part(_COPYING, 1.0),
            sources=known[part].astype(np.float32),
        )
        shrunk = reduction(narrow[part])
        depth = cv2.distanceTransform(empty[part].astype(np.uint8), cv2.DIST_L2, 5)
        weight = narrowness[part] * np.exp(-depth / np.float32(_TRUSTED_DEPTH))
        fused = two_band(copies[part], continued, weight, narrow[part], _FINE_SIGMA * shrunk)
        if shrunk == 1:
            alone = thin_share(empty[part], thin_limit(Extent.of(image)))[..., None]
            fused = np.rint(fused + alone * (continued.astype(np.float32) - fused)).astype(fused.dtype)
        copies[part][narrow[part]] = fused[narrow[part]]
        progress.report(1.0, "filled")
        return copies


def thin_limit(extent: Extent) -> float:
    """Up to how many pixels across a hole is thin in a picture of this size: large pictures are softer."""
    return THIN * max(1.0, min(extent) / _SIDE) ** 0.5


def thin_share(empty: np.ndarray, limit: float = THIN) -> np.ndarray:
    """How thin an H×W bool hole is around each of its pixels: float32, 1 where up to `limit` pixels across, falling to
    0 where _LESS_THIN times as wide; 0 outside."""
    framed = np.pad(empty.astype(np.uint8), 1)
    depth = np.asarray(cv2.distanceTransform(framed, cv2.DIST_L2, 5))[1:-1, 1:-1]
    side = 2 * round(_LESS_THIN * limit / 2) + 1
    width = 2 * cv2.dilate(depth, np.ones((side, side), np.uint8)) - 1
    share = np.clip((_LESS_THIN * limit - width) / ((_LESS_THIN - 1) * limit), 0.0, 1.0)
    return np.where(empty, share, 0.0).astype(np.float32)


def narrow_share(empty: np.ndarray) -> np.ndarray:
    """How narrow an H×W bool hole is at each of its pixels: float32, 1 where less than NARROW pixels across (more in
    pictures over 640 pixels), falling to 0 towards wide parts; 0 outside."""
    radius = round(NARROW / 2 * max(1.0, min(empty.shape) / _SIDE))
    framed = np.pad(empty.astype(np.uint8), 1)
    inner = cv2.distanceTransform(framed, cv2.DIST_L2, 5)[1:-1, 1:-1] >= radius
    if not inner.any():
        return empty.astype(np.float32)
    beyond = cv2.distanceTransform((~inner).astype(np.uint8), cv2.DIST_L2, 5)
    # `beyond` is `radius` at a wide part's own rim, and a little more in its corners
    return np.where(empty, np.clip(beyond / radius - 2.0, 0.0, 1.0), 0.0).astype(np.float32)


def two_band(
    detailed: np.ndarray, smooth: np.ndarray, weight: np.ndarray, where: np.ndarray, sigma: float
) -> np.ndarray:
    """Add to `detailed` what `smooth` differs by at scales above `sigma` pixels, times `weight` (H×W in [0, 1]).

    Both pictures are H×W×3 of one integer dtype, and so is the result; only pixels of `where` (H×W bool) are looked
    at.
    """
    difference = (smooth.astype(np.float32) - detailed) * (weight * where)[..., None]
    spread = np.maximum(cv2.GaussianBlur(where.astype(np.float32), (0, 0), sigma), 1e-3)
    coarse = cv2.GaussianBlur(difference, (0, 0), sigma) / spread[..., None]
    top = np.iinfo(detailed.dtype).max
    return np.rint(detailed + coarse).clip(0, top).astype(detailed.dtype)
