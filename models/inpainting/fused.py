"""Narrow holes: the rim's structure, continued across, with the detail of copies.

Where both rims are near, continuing them says more about colours and edges than an example from elsewhere can;
but it is blurred. Copies have the grain, but only about the right colours. So the continuation guides the search for
copies, which then fit what the rims say, and colours come from it while detail comes from the copies (`grain`). Deep
inside a wide hole nothing can be continued, and the copies stay as they are. Thin parts need no copies at all: across
a few pixels a continuation is sharp enough, and nearer to the truth.
"""

from __future__ import annotations

import cv2
import numpy as np

from models import mask as masks
from models.geometry import Bounds, Extent
from models.inpainting.blended import Blended, reduction
from models.inpainting.grain import with_grain
from models.inpainting.patchmatch import PatchMatch
from models.inpainting.patchmatch.guidance import Guidance
from models.inpainting.protocol import ground_of
from models.mask import Mask
from models.progress import Progress

NARROW = 40  # pixels across: from here on a hole is wide
_NARROW_GUIDED = 56  # the same where copies are searched by what the continuation says, and so agree with it
THIN = 12.0  # pixels across: up to here the continuation alone is best
_LESS_THIN = 1.75  # times as wide, all fine detail is copied
_TRUSTED_DEPTH = 25.0  # pixels; deeper, a continuation's weight falls by 1/e for every such depth
_MOST_GUIDED = 40_000  # pixels; continuing more only to guide copies would take too long
_GUIDANCE = 1.0, 5.0  # weight of the continuation's colours as copies are searched: anywhere, and more in narrow parts
_SIDE = 640  # pixels of the picture's shorter side up to which NARROW holds; it grows with larger ones


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
        extent = Extent.of(image)
        scale = max(1.0, min(empty.shape) / _SIDE)
        guided = is_guided(empty)
        narrowness = narrow_share(empty, _NARROW_GUIDED if guided else NARROW)
        narrow = narrowness > 0
        to_continue = empty if guided else narrow
        if not to_continue.any():
            return self._copies.fill(image, hole, seed=seed, progress=progress, sources=sources, prompt=prompt)
        box = masks.bounds(to_continue.astype(np.float32)).padded(round(2 * NARROW * scale)).clipped(extent)
        part = box.slices
        known, filled, guide = usable, image, None
        depth = cv2.distanceTransform(empty.astype(np.uint8), cv2.DIST_L2, 5)
        if guided and known[part].any():
            filled = image.copy()
            filled[part] = self._continued(image, to_continue, known, box, seed, progress.part(0.0, 0.5))
            anywhere, more = _GUIDANCE
            guide = Guidance(filled, (anywhere + more * narrowness) * np.exp(-depth / np.float32(_TRUSTED_DEPTH)))
        copies = self._copies.fill(
            image, hole, seed=seed, progress=progress.part(0.5 if guided else 0.0, 1.0 if guided else 0.5),
            sources=sources, prompt=prompt, guide=guide,
        )  # fmt: skip
        if guide is None:
            known = usable | (empty & ~narrow)
            if not known[part].any():
                progress.report(1.0, "filled")
                return copies
            filled = copies.copy()
            filled[part] = self._continued(copies, narrow, known, box, seed, progress.part(0.5, 1.0))
        if narrow.any():
            weight = narrowness[part] * np.exp(np.minimum(1 - depth[part] / np.float32(_TRUSTED_DEPTH), 0))
            continued = filled[part].astype(np.float32)
            fused = with_grain(filled[part], copies[part], empty[part], scale)
            fused = copies[part] + weight[..., None] * (fused - copies[part])
            if reduction(to_continue[part]) == 1:
                alone = thin_share(empty[part], thin_limit(extent))[..., None]
                fused += alone * (continued - fused)
            top = np.iinfo(image.dtype).max
            copies[part][narrow[part]] = np.rint(fused[narrow[part]]).clip(0, top).astype(image.dtype)
        progress.report(1.0, "filled")
        return copies

    def _continued(
        self, image: np.ndarray, hole: np.ndarray, known: np.ndarray, box: Bounds, seed: int, progress: Progress
    ) -> np.ndarray:
        """The box's part of the image with its part of the hole continued."""
        part = box.slices
        inside, sources = hole[part].astype(np.float32), known[part].astype(np.float32)
        return self._continuation.fill(image[part], inside, seed=seed, progress=progress, sources=sources)


def is_guided(empty: np.ndarray) -> bool:
    """Whether the copies for an H×W bool hole are searched by what its continuation says."""
    return int(np.count_nonzero(empty)) <= _MOST_GUIDED


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


def narrow_share(empty: np.ndarray, limit: float = NARROW) -> np.ndarray:
    """How narrow an H×W bool hole is at each of its pixels: float32, 1 where less than `limit` pixels across (more in
    pictures over 640 pixels), falling to 0 towards wide parts; 0 outside."""
    radius = round(limit / 2 * max(1.0, min(empty.shape) / _SIDE))
    framed = np.pad(empty.astype(np.uint8), 1)
    inner = cv2.distanceTransform(framed, cv2.DIST_L2, 5)[1:-1, 1:-1] >= radius
    if not inner.any():
        return empty.astype(np.float32)
    beyond = cv2.distanceTransform((~inner).astype(np.uint8), cv2.DIST_L2, 5)
    # `beyond` is `radius` at a wide part's own rim, and a little more in its corners
    return np.where(empty, np.clip(beyond / radius - 2.0, 0.0, 1.0), 0.0).astype(np.float32)
