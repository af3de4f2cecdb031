"""Everything in a picture by a grid of clicks: the automatic mask generation of Segment Anything.

Kirillov et al. 2023 (arXiv 2304.02643), appendix B: a regular grid of single points, three masks each; those are kept
that the model trusts, that hardly change when the threshold does, and that no better one repeats; specks and holes
under 100 pixels go. The thresholds are those that SAM 2's authors released their generator with.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from models.errors import BadInputError
from models.geometry import Bounds, Extent
from models.mask import bounds, fill_holes, remove_specks
from models.progress import SILENT, Progress
from models.segmentation.learned.sam import PromptedSam, upsampled
from models.segmentation.learned.suppression import distinct
from models.segmentation.proposals import Proposal, Proposals

_ENCODING_SHARE, _DRAWING_SHARE = 0.2, 0.1  # of the time, for reports


@dataclass(frozen=True)
class GridSettings:
    """`per_side`² points, `batch` at a time. `trust` is the least estimated IoU, `stability` the least IoU of the
    masks thresholded at ±`offset` (logits), `overlap` the IoU above which the less trusted of two goes.

    What covers more than `whole` of the picture is left out, specks and holes of fewer than `smallest` pixels too;
    `working` is the longer side of the proposals in pixels, `most` their number. The paper's grid is 32; 16 takes a
    quarter of the time and misses what is smaller than a sixteenth of the picture.
    """

    per_side: int = 32
    batch: int = 64
    trust: float = 0.8
    stability: float = 0.95
    offset: float = 1.0
    overlap: float = 0.7
    whole: float = 0.95
    smallest: int = 100
    working: int = 1024
    most: int = 300

    def __post_init__(self) -> None:
        if min(self.per_side, self.batch, self.working, self.most) < 1:
            raise BadInputError("The grid, its batches, the working size and the number of proposals must be positive.")


class SamProposer:
    """Implements `Proposer` with a promptable model, which has this picture set afterwards. Not thread-safe.

    Memory for candidates is bounded by 3 · `per_side`² low-resolution logits in float16: 400 MB for the paper's grid
    if the model trusted every mask, a tenth of it in practice.
    """

    name = "sam-grid"

    def __init__(self, sam: PromptedSam, settings: GridSettings | None = None) -> None:
        self._sam = sam
        self.settings = settings or GridSettings()

    def propose(self, rgb: np.ndarray, progress: Progress | None = None) -> Proposals:
        """Find everything in H×W×3 uint8 sRGB. Raises CancelledError when progress says so."""
        progress = progress or SILENT
        progress.report(0.0, "looking at the picture")
        self._sam.set_image(rgb)
        logits, scores = self._candidates(progress.part(_ENCODING_SHARE, 1 - _DRAWING_SHARE))
        kept = distinct(logits > 0, scores, self.settings.overlap, self.settings.most)
        extent = self._sam.extent
        working = extent.fit_within(self.settings.working)
        items = []
        drawing = progress.part(1 - _DRAWING_SHARE, 1.0)
        for done, index in enumerate(kept):
            drawing.report(done / len(kept), "drawing outlines")
            proposal = self._drawn(logits[index], float(scores[index]), working)
            if proposal is not None:
                items.append(proposal)
        progress.report(1.0, "drawing outlines")
        return Proposals(extent, working, tuple(items))

    def _candidates(self, progress: Progress) -> tuple[np.ndarray, np.ndarray]:
        """Trusted, stable masks: logits n×h×w float16 and estimated IoUs n float32, in the grid's order."""
        points = grid(self.settings.per_side, self._sam.extent)
        logits, scores = [np.zeros((0, 1, 1), np.float16)], [np.zeros(0, np.float32)]
        for start in range(0, len(points), self.settings.batch):
            progress.report(start / len(points), "clicking everywhere")
            some = points[start : start + self.settings.batch, None]
            drawn, trust = self._sam.decode(some, np.ones(some.shape[:2], np.int64))
            drawn, trust = drawn.flatten(0, 1), trust.flatten()
            with torch.inference_mode():
                good = (trust > self.settings.trust) & self._lasting(drawn)
                if good.any():
                    # float16 would lose the sign of nothing that matters, but overflow to infinity: hence the clamp
                    logits.append(drawn[good].clamp(-1e4, 1e4).half().cpu().numpy())
                    scores.append(trust[good].clamp(0, 1).cpu().numpy())
        if len(logits) == 1:
            return logits[0], scores[0]
        return np.concatenate(logits[1:]), np.concatenate(scores[1:])

    def _lasting(self, logits: torch.Tensor) -> torch.Tensor:
        """Which of n×h×w keep their area when the threshold moves, and are neither nothing nor nearly everything."""
        inner = (logits > self.settings.offset).sum(dim=(1, 2))
        outer = (logits > -self.settings.offset).sum(dim=(1, 2))
        share = (logits > 0).float().mean(dim=(1, 2))
        return (inner >= self.settings.stability * outer) & (share > 0) & (share <= self.settings.whole)

    def _drawn(self, logits: np.ndarray, score: float, working: Extent) -> Proposal | None:
        whole = upsampled(torch.from_numpy(logits.astype(np.float32)), working) > 0
        box = bounds(whole)
        mask = whole[box.slices].astype(np.float32)
        if mask.size:
            mask = fill_holes(remove_specks(mask, self.settings.smallest), self.settings.smallest - 1)
        tight = bounds(mask)
        if tight.area == 0:
            return None
        inside = np.ascontiguousarray(mask[tight.slices] > 0.5)
        return Proposal(Bounds(*tight.shifted(box.x0, box.y0)), inside, score)


def grid(per_side: int, extent: Extent) -> np.ndarray:
    """The centres of per_side × per_side equal cells, row by row: n×2 float32 (x, y) in pixels."""
    along = (np.arange(per_side, dtype=np.float32) + 0.5) / per_side
    x, y = np.meshgrid(along * extent.width, along * extent.height)
    return np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)
