"""The hole filler that needs no weights: copies of the picture's own patches, found by PatchMatch."""

from __future__ import annotations

import numpy as np

from models.errors import BadInputError
from models.inpainting.patchmatch.completion import complete
from models.inpainting.patchmatch.crops import clusters
from models.inpainting.patchmatch.patch import SIDE
from models.inpainting.patchmatch.pyramid import eroded_by_patch
from models.inpainting.patchmatch.workers import Workers
from models.inpainting.protocol import ground_of
from models.mask import Mask
from models.progress import Progress

_FEWEST_EXAMPLES = 200  # whole patches in sources that a person chose; fewer only repeat themselves


class PatchMatch:
    """Fills holes from the rest of the picture; see `models.inpainting.protocol.Inpainter`.

    Works on any size from 1×1, at 8 or 16 bits without rounding in between. `threads` bounds the cores
    used and does not change the result.
    """

    name = "patchmatch"

    def __init__(self, threads: int | None = None) -> None:
        self._threads = threads

    def fill(
        self,
        image: np.ndarray,
        hole: Mask,
        *,
        seed: int,
        progress: Progress,
        sources: Mask | None = None,
        prompt: str | None = None,
        guide: np.ndarray | None = None,
    ) -> np.ndarray:
        """Return the image with the hole filled by copies of `sources`, fitted to what is around it.

        `guide`, like `image`, says roughly which colours belong where in the hole.
        """
        empty, copyable = ground_of(image, hole, sources)
        if sources is not None:
            _require_examples(copyable)
        top = np.float32(np.iinfo(image.dtype).max)
        grey = is_grey(image)
        progress.check()
        filled, remaining = image.copy(), empty.copy()
        total, done = np.count_nonzero(empty), 0.0
        with Workers(progress, self._threads) as workers:
            for number, cluster in enumerate(clusters(empty, copyable)):
                share = np.count_nonzero(cluster.hole) / total
                rows, columns = cluster.window.slices
                crop = filled[rows, columns]
                progress.check()
                solved = complete(
                    crop.astype(np.float32) * (np.float32(255) / top),
                    remaining[rows, columns],
                    copyable[rows, columns],
                    seed=seed + number,
                    workers=workers,
                    progress=progress.part(done, done + share),
                    guide=None if guide is None else guide[rows, columns] * (np.float32(255) / top),
                )
                samples = np.rint(solved[cluster.hole] * (top / np.float32(255))).clip(0, top)
                crop[cluster.hole] = (samples[:, :1] if grey else samples).astype(image.dtype)
                remaining[rows, columns] &= ~cluster.hole
                done += share
        progress.report(1.0, "filled")
        return filled


def _require_examples(copyable: np.ndarray) -> None:
    """Raise BadInputError when chosen sources hold too few whole patches to make anything of."""
    whole = np.count_nonzero(eroded_by_patch(copyable))
    if whole < _FEWEST_EXAMPLES:
        least = SIDE - 1 + round(_FEWEST_EXAMPLES**0.5)
        raise BadInputError(
            f"The part to fill from is too small to copy from; choose at least about {least} by {least} pixels of it."
        )


def is_grey(image: np.ndarray) -> bool:
    """Whether the three channels of an H×W×3 image are equal."""
    first, *others = np.moveaxis(image, -1, 0)
    # a sparse look first: nearly every colour picture is told by it
    return all(np.array_equal(first[::16, ::16], other[::16, ::16]) for other in others) and all(
        np.array_equal(first, other) for other in others
    )
