"""Paint one crop: the whole at the model's size, less when memory is short, then the detail that this size lacks."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from models.errors import UnavailableError
from models.geometry import Bounds, Extent
from models.inpainting.commission import Structure
from models.inpainting.diffusion.masks import denoise_mask
from models.inpainting.diffusion.matching import colour_match
from models.inpainting.diffusion.onlooking import Onlooker
from models.inpainting.diffusion.painting import Wish
from models.inpainting.diffusion.passes import Piece, passes, refined
from models.inpainting.diffusion.running import Run
from models.inpainting.diffusion.source import Source
from models.inpainting.diffusion.structure import lines
from models.inpainting.diffusion.window import Working, working
from models.mask import Mask
from models.progress import Progress

_SMALLEST = 256 * 256  # pixels: a smaller painting is not worth having
_FRESH = 0.45  # of the noise schedule is run for detail: less leaves a blur, more decides anew what is to be seen


@dataclass(frozen=True)
class Painted:
    """H×W×3 float32 of the crop's size, and the finest working pixels for a pixel that it was painted with."""

    picture: np.ndarray
    scale: float


@dataclass(frozen=True, eq=False)
class Sitting:
    """One crop before one model.

    `box` is the crop in the picture that `onlooker` shows. `structure` is held, so `run` must have a ControlNet for it.
    `finer`: with all the detail that the picture has, where the model's size is too small for it.
    """

    source: Source
    run: Run
    wish: Wish
    box: Bounds
    onlooker: Onlooker
    structure: Structure | None = None
    finer: bool = True

    def paint(self, start: np.ndarray, original: np.ndarray, hole: Mask, progress: Progress) -> Painted:
        """Paint the H×W hole (> 0) of `start`; lines to hold come from `original` (both H×W×3 float32 in [0, 1]).

        Raises UnavailableError and CancelledError.
        """
        family = self.source.folder.family
        extent, native = Extent.of(start), family.native
        while native >= _SMALLEST or native == family.native:
            work = working(extent, native, family.multiple)
            plan = passes(hole, work.scale, native, family.multiple) if self.finer else []
            first = 1.0 / (1.0 + _FRESH * sum(map(len, plan)))  # of the way, as steps go
            whole = self._whole(work, start, original, hole, progress.part(0.0, first))
            if whole is not None:
                break
            native //= 2
        else:
            raise UnavailableError(
                f"There is too little free memory for {self.source.title}, even for a small painting; close other "
                "programs or choose a smaller model."
            )
        if not plan:
            return Painted(whole, work.scale)
        canvas = np.where((hole > 0)[..., None], whole, start).astype(np.float32)
        numbers = {id(piece): number for number, piece in enumerate(piece for level in plan for piece in level)}

        def detail(piece: Piece, picture: np.ndarray, pending: Mask, told: Progress) -> np.ndarray:
            steps = max(1, math.ceil(self.wish.steps * _FRESH))
            # The same noise in every piece would show as a pattern that repeats.
            wish = replace(self.wish, strength=_FRESH, steps=steps, seed=self.wish.seed + 1 + numbers[id(piece)])
            held = self._held(piece.work, original[piece.bounds.slices])
            part = piece.bounds.shifted(self.box.x0, self.box.y0)
            told = self.onlooker.beside(told, part, piece.work)
            painted = self.run.paint(picture, denoise_mask(pending), wish, told, held)
            return picture if painted is None else painted  # without the memory it stays as it was

        picture = refined(canvas, hole, plan, detail, progress.part(first, 1.0))
        return Painted(picture, plan[-1][0].work.scale)

    def _whole(
        self, work: Working, start: np.ndarray, original: np.ndarray, hole: Mask, progress: Progress
    ) -> np.ndarray | None:
        """The crop painted at one size, in the picture's colours; None when there is no memory for that size."""
        picture, mask = work.shrink(start), denoise_mask(work.shrink_mask(hole))
        told = self.onlooker.beside(progress, self.box, work)
        painted = self.run.paint(picture, mask, self.wish, told, self._held(work, original))
        return None if painted is None else work.enlarge(colour_match(painted, picture, mask == 0))

    def _held(self, work: Working, original: np.ndarray) -> np.ndarray | None:
        return None if self.structure is None else lines(work.shrink(original), self.structure)
