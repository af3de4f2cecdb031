"""What every engine that fills a hole offers."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np

from models import mask as masks
from models.errors import BadInputError
from models.geometry import Extent
from models.mask import Mask
from models.progress import Progress


class Inpainter(Protocol):
    """Fills the hole of one crop. Knows nothing of the rest of the picture."""

    name: str

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
        """Return H×W×3 of the same dtype with the hole filled; samples outside it are those of `image`.

        `image` is H×W×3, uint8 or uint16, sRGB-like; `hole` is H×W float32, > 0 = to be filled. What `image` shows
        there does not matter. `sources` (H×W float32) says which known pixels may be copied or continued (> 0); None:
        all of them. `prompt` says in words what should be there; engines that cannot read it ignore it. The same seed
        gives the same samples. Raises BadInputError when the mask is empty, of another size, or leaves nothing to
        fill from, and CancelledError when progress says so.
        """
        ...


class Ground(NamedTuple):
    """What a filling starts from; both H×W bool, and disjoint."""

    empty: np.ndarray
    """The hole."""
    usable: np.ndarray
    """Known, and allowed to be copied or continued."""


def ground_of(image: np.ndarray, hole: Mask, sources: Mask | None) -> Ground:
    """The checked arguments of `Inpainter.fill`; raises BadInputError as it says."""
    extent = Extent.of(image)
    empty = masks.require(hole, extent) > 0
    if sources is not None and sources.shape != empty.shape:
        raise BadInputError("The mask to fill from must have the picture's size.")
    usable = ~empty if sources is None else ~empty & (sources > 0)
    if not usable.any():
        raise BadInputError("There is nothing left to fill from; select less of the picture.")
    return Ground(empty, usable)
