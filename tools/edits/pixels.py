"""The one mechanism of every edit that changes pixels inside a mask.

Request → target → crop with context → compute → composite through the feathered mask → prove that nothing
outside it moved → commit. An edit family only says what it computes.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from models.compositing import assert_outside_unchanged, composite, outside_max_diff
from models.geometry import Bounds, Extent
from models.mask import Mask
from models.mask import bounds as bounds_of
from tools.edits.context import EditContext
from tools.edits.request import EditRequest, StepReport
from tools.grounding import Target, ground, remember
from tools.pictures.picture import Picture
from tools.questions import NeedsAnswerError, Question
from tools.workspace.workspace import Patch

NOTHING_OUTSIDE = "nothing outside the mask changed"  # the verdict when there is nothing more to measure


@dataclass(frozen=True)
class Region:
    """The crop an edit works on: h×w×3 samples (8 or 16 bit), h×w mask, and where in the picture it lies."""

    picture: Picture
    bounds: Bounds
    rgb: np.ndarray
    mask: Mask

    @classmethod
    def cut(cls, picture: Picture, mask: Mask, margin: int) -> Region:
        """The bounds of the mask grown by `margin` pixels of context, inside the picture."""
        bounds = bounds_of(mask).padded(margin).clipped(picture.extent)
        rows, columns = bounds.slices
        return cls(picture, bounds, picture.pixels[rows, columns, :3], mask[rows, columns])


@dataclass(frozen=True)
class Computed:
    """What an edit computed for its region.

    `rgb` has the region's shape and dtype. `mask` is the compositing mask; None keeps the region's own.
    `alpha` (h×w, the picture's dtype) is given by edits that change transparency; it applies where the mask is
    above 0. `note` is one short measured remark for the report's verdict.
    """

    rgb: np.ndarray
    engine: str
    mask: Mask | None = None
    alpha: np.ndarray | None = None
    note: str | None = None
    details: dict[str, Any] = field(default_factory=dict)


class PixelEdit(EditRequest):
    """An edit that changes samples inside a mask and nothing else."""

    needs_target: ClassVar[bool] = False  # False: without a target the whole picture is meant
    certainty: ClassVar[float] = 0.0  # how sure words must be grounded, in [0, 1]; below it the person is asked
    question: ClassVar[str] = "What should it be applied to? Click it, or brush over it, on the picture."

    @abstractmethod
    def compute(self, region: Region, context: EditContext) -> Computed:
        """The new samples of the region; only those under the compositing mask are used."""

    @abstractmethod
    def sentence(self, label: str | None) -> str:
        """What was done, in the past tense, as one sentence; `label` is the target's name, None = everything."""

    def shape_mask(self, mask: Mask, *, exact: bool) -> Mask:
        """The mask that may change, from the target's mask: grown or feathered as this edit needs.

        `exact`: the person gave this very mask, so nothing outside it may change.
        """
        del exact
        return mask

    def describe(self, picture: Picture, target: Target | None) -> Picture:
        """The picture with its metadata as it is to be after the edit: unchanged, but for what must be forgotten."""
        del target
        return picture

    def context_margin(self, box: Bounds, extent: Extent) -> int:
        """How many pixels of surroundings the computation wants to see."""
        del box, extent
        return 0

    def perform(self, context: EditContext) -> StepReport:
        """Perform the edit on the current version and commit the result as a new one."""
        started = context.clock()
        workspace, progress = context.workspace, context.progress
        progress.report(0.0, "looking")
        target = self.find_target(context)
        picture = workspace.picture()
        mask = self._mask(picture, target)
        region = Region.cut(picture, mask, self.context_margin(bounds_of(mask), picture.extent))
        computed = self.compute(region, replace(context, progress=progress.part(0.1, 0.95)))
        allowed = region.mask if computed.mask is None else computed.mask
        result = composite(region.rgb, computed.rgb, allowed)
        assert_outside_unchanged(region.rgb, result, allowed)
        progress.report(0.95, "saving")
        report = StepReport(
            op=self.op,
            message=self.sentence(target.label if target else None),
            engine=computed.engine,
            selection=target.label if target else None,
            mask_area=int(np.count_nonzero(allowed > 0)),
            outside_max_diff=outside_max_diff(region.rgb, result, allowed),
            seconds=context.clock() - started,
            verdict=computed.note or NOTHING_OUTSIDE,
            details=computed.details,
        )
        version = workspace.commit(
            _change(region, result, computed.alpha, allowed, self.describe(picture, target)),
            edit=self.as_dict(),
            message=report.message,
            report=report.as_dict(),
        )
        if target is not None:
            remember(workspace, version.id, target)
        return replace(report, version=version.id)

    def find_target(self, context: EditContext) -> Target | None:
        """The grounded target, None for the whole picture; raises NeedsAnswerError."""
        target = ground(context, self.target, self.selection, needed=self.needs_target, certainty=self.certainty)
        if target is None and self.needs_target:
            raise NeedsAnswerError(Question(self.question))
        return target

    def _mask(self, picture: Picture, target: Target | None) -> Mask:
        if target is None:
            return np.ones((picture.extent.height, picture.extent.width), np.float32)
        if not np.any(target.mask >= 0.5):
            raise NeedsAnswerError(Question(f"I could not find any of {target.label!r}; click it on the picture."))
        return self.shape_mask(target.mask, exact=target.exact)


def _change(
    region: Region, rgb: np.ndarray, alpha: np.ndarray | None, allowed: Mask, described: Picture
) -> Patch | Picture:
    """What to commit: the part that may have changed, or a whole picture when more than samples changes.

    That is when it gains an alpha channel, or when `described`, the picture as it is to be spoken of, differs.
    """
    picture = region.picture
    opaque = np.iinfo(picture.pixels.dtype).max
    rows, columns = region.bounds.slices
    if picture.has_alpha:
        before = picture.pixels[rows, columns, 3]
    else:
        before = np.full(allowed.shape, opaque, picture.pixels.dtype)
    after = before if alpha is None else np.where(allowed > 0, alpha, before)
    if not picture.has_alpha and alpha is not None:
        whole = np.full((*picture.pixels.shape[:2], 4), opaque, picture.pixels.dtype)
        whole[..., :3] = picture.pixels
        whole[rows, columns] = np.dstack([rgb, after])
        return described.with_pixels(whole)
    if described is not picture:
        whole = picture.pixels.copy()
        whole[rows, columns] = np.dstack([rgb, after]) if picture.has_alpha else rgb
        return described.with_pixels(whole)
    inner = bounds_of(allowed)
    patch = np.dstack([rgb, after]) if picture.has_alpha else rgb
    where = inner.shifted(region.bounds.x0, region.bounds.y0)
    return Patch(where, np.ascontiguousarray(patch[inner.slices]))
