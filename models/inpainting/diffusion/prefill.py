"""What the model starts from inside the hole, by what the hole is for."""

from __future__ import annotations

import cv2
import numpy as np

from models.geometry import Extent
from models.inpainting.commission import Intent
from models.inpainting.diffusive import Diffusive, Method
from models.inpainting.patchmatch import PatchMatch
from models.inpainting.patchmatch.poisson import membrane
from models.inpainting.patchmatch.workers import Workers
from models.inpainting.protocol import Inpainter
from models.mask import Mask
from models.progress import Progress

_THIN = 10.0  # pixels across: up to here the pattern is continued rather than copied
_SMALLEST_FOR_PATCHES = 21  # pixels of the shorter side
_RING = 0.1  # of the crop's shorter side: the surroundings whose mean colour is neutral
_SMOOTH = 256  # pixels of the longer side of the reduced picture in which edges are continued
_ENOUGH = 0.25  # of a reduced pixel must be known
_BLUR = 65.0  # pixels, krita-ai-diffusion's blur of what is to be replaced


def prefill(
    image: np.ndarray, hole: Mask, intent: Intent, *, seed: int, progress: Progress, sources: Mask | None = None
) -> np.ndarray:
    """Return H×W×3 of the dtype that came in, with the hole (> 0) filled as a start for the model.

    REMOVE: by our own fillers, as if nothing had been there. INSERT: the mean colour of the surroundings. REPLACE: what
    is there, blurred beyond its detail. REWORK: what is there. EXTEND: the edges continued. Where there is nothing to
    go by (a hole of the whole picture) it is left as it is. Raises CancelledError.
    """
    empty = hole > 0
    known = ~empty if sources is None else ~empty & (sources > 0)
    if not known.any():
        return image.copy()
    match intent:
        case Intent.REMOVE:
            engine = _filler(empty)
            return engine.fill(image, hole, seed=seed, progress=progress, sources=sources)
        case Intent.EXTEND:
            return _put(image, _continued(image, empty, progress), empty)
        case Intent.REPLACE:
            sigma = min(_BLUR, max(image.shape[:2]) / 8)
            return _put(image, cv2.GaussianBlur(image.astype(np.float32), (0, 0), sigma), empty)
        case Intent.REWORK:
            return image.copy()
        case Intent.INSERT:
            return _put(image, np.broadcast_to(_neutral(image, empty, known), image.shape), empty)


def _filler(empty: np.ndarray) -> Inpainter:
    depth = cv2.distanceTransform(np.pad(empty.astype(np.uint8), 1), cv2.DIST_L2, 5)
    thin = 2.0 * float(depth.max()) - 1.0 <= _THIN
    return Diffusive(Method.FSR) if thin or min(empty.shape) < _SMALLEST_FOR_PATCHES else PatchMatch()


def _neutral(image: np.ndarray, empty: np.ndarray, known: np.ndarray) -> np.ndarray:
    """The mean of the known pixels near the hole, or of all when none is near."""
    reach = max(2.0, _RING * min(empty.shape))
    distance = cv2.distanceTransform((~empty).astype(np.uint8), cv2.DIST_L2, 5)
    near = known & (distance <= reach)
    return image[near if near.any() else known].mean(axis=0)


def _continued(image: np.ndarray, empty: np.ndarray, progress: Progress) -> np.ndarray:
    """The smoothest continuation, H×W×3 float32, found in a reduced picture: it has no detail that would be lost."""
    extent = Extent.of(image)
    small = extent.fit_within(_SMOOTH)
    share = cv2.resize((~empty).astype(np.float32), tuple(small), interpolation=cv2.INTER_AREA)
    shown = cv2.resize(image * (~empty[..., None]).astype(np.float32), tuple(small), interpolation=cv2.INTER_AREA)
    unknown = share < _ENOUGH
    if unknown.all():
        return np.broadcast_to(image[~empty].mean(axis=0, dtype=np.float64).astype(np.float32), image.shape)
    reduced = (shown / np.maximum(share, _ENOUGH)[..., None]).astype(np.float32)
    if unknown.any():
        with Workers(progress) as workers:
            reduced = membrane(workers, reduced, unknown)
    return cv2.resize(reduced, tuple(extent), interpolation=cv2.INTER_LINEAR)


def _put(image: np.ndarray, start: np.ndarray, empty: np.ndarray) -> np.ndarray:
    filled = image.copy()
    filled[empty] = np.rint(start[empty]).clip(0, np.iinfo(image.dtype).max).astype(image.dtype)
    return filled
