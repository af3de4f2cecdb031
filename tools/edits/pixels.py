"""The one mechanism of every edit that changes pixels inside a mask.

Request → target → crop with context → compute → composite through the feathered mask → prove that nothing
outside it moved → look at it, and try once more where that promises anything → commit. An edit family only says what
it computes, and how the result is judged.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

import numpy as np
from pydantic import Field

from models.compositing import assert_outside_unchanged, composite, outside_max_diff
from models.geometry import Bounds, Extent
from models.mask import Mask
from models.mask import bounds as bounds_of
from tools.checking.trial import Correction, Examined, Limited, OutOfTimeError, Trial
from tools.checking.verdict import Outcome
from tools.edits.context import EditContext
from tools.edits.request import EditRequest, StepReport
from tools.grounding import Target, ground, keep_offer, remember
from tools.pictures.picture import Picture
from tools.questions import NeedsAnswerError, Question
from tools.workspace.workspace import Patch

HOW = "how"  # key of details that say by what a result was made; they stand in the verdict
NOTHING_OUTSIDE = "nothing outside the mask changed"  # the verdict when there is nothing more to measure
_FLOOR = 2.0  # seconds that a second try may always take
_PATIENCE = 2.0  # times what all before it took: so long otherwise, for what it fills is often larger


@dataclass(frozen=True)
class Region:
    """The crop an edit works on: h×w×3 samples (8 or 16 bit), h×w mask, and where in the picture it lies."""

    picture: Picture
    bounds: Bounds
    rgb: np.ndarray
    mask: Mask
    avoid: Mask | None = None
    """h×w, > 0 where nothing may be copied from; None: from anywhere."""

    @classmethod
    def cut(cls, picture: Picture, mask: Mask, margin: int, avoid: Mask | None = None) -> Region:
        """The bounds of the mask grown by `margin` pixels of context, inside the picture."""
        bounds = bounds_of(mask).padded(margin).clipped(picture.extent)
        rows, columns = bounds.slices
        shunned = None if avoid is None else avoid[rows, columns]
        return cls(picture, bounds, picture.pixels[rows, columns, :3], mask[rows, columns], shunned)


@dataclass(frozen=True)
class Computed:
    """What an edit computed for its region.

    `rgb` has the region's shape and dtype. `mask` is the compositing mask; None keeps the region's own.
    `alpha` (h×w, the picture's dtype) is given by edits that change transparency; it applies where the mask is
    above 0. `note` is one short measured remark for the report's verdict. `made` is what "it" means afterwards, over
    the whole picture, for edits that bring something in; None: what the edit was about. `seed` is what the samples came
    from, for edits that may choose it themselves; None: the request's.
    """

    rgb: np.ndarray
    engine: str
    mask: Mask | None = None
    alpha: np.ndarray | None = None
    note: str | None = None
    details: dict[str, Any] = field(default_factory=dict)
    made: Target | None = None
    seed: int | None = None


@dataclass(frozen=True)
class Attempt:
    """One computed result that is not committed: `rgb` are the region's samples, `allowed` its compositing mask."""

    target: Target | None
    region: Region
    computed: Computed
    rgb: np.ndarray
    allowed: Mask
    examined: Examined | None = None

    def trial(self, words: str | None, seed: int) -> Trial:
        """As the checks want to see it: the whole picture before and after."""
        before = self.region.picture.pixels[..., :3]
        after, allowed = before.copy(), np.zeros(before.shape[:2], np.float32)
        after[self.region.bounds.slices] = self.rgb
        allowed[self.region.bounds.slices] = self.allowed
        if self.target is None:
            return Trial(before, after, allowed, allowed, words, seed)
        return Trial(before, after, self.target.mask, allowed, words, seed, self.target.box, self.target.click)

    @property
    def badness(self) -> float:
        """How poor it is, by the checks' measure."""
        return 0.0 if self.examined is None else self.examined.verdict.badness


class PixelEdit(EditRequest):
    """An edit that changes samples inside a mask and nothing else."""

    needs_target: ClassVar[bool] = False  # False: without a target the whole picture is meant
    certainty: ClassVar[float] = 0.0  # how sure words must be grounded, in [0, 1]; below it the person is asked
    question: ClassVar[str] = "What should it be applied to? Click it, or brush over it, on the picture."
    checked: ClassVar[bool] = False  # whether `examine` has anything to say
    attempt: int | None = Field(
        None,
        ge=1,
        le=2,
        description="Only to repeat a result: 1 is the first try, 2 the corrected one. Leave out for the better.",
    )

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

    def examine(self, trial: Trial, computed: Computed, context: EditContext, first: Trial | None) -> Examined | None:
        """Judge a result. `first` is the trial that it corrects, None for the first one; see `checked`."""
        del trial, computed, context, first
        return None

    def perform(self, context: EditContext) -> StepReport:
        """Perform the edit on the current version and commit the result as a new one.

        A result that is found poor is tried once more, in another way and in limited time; the better one stays
        current, and the other becomes a branch beside it. Nothing is committed before both are finished.
        """
        started = context.clock()
        progress = context.progress
        progress.report(0.0, "looking")
        target = self.find_target(context)
        picture = context.workspace.picture()
        end = 0.55 if self.checked else 0.95
        kept = self._attempted(picture, target, None, replace(context, progress=progress.part(0.1, end)))
        asked = self._repeatable(kept)
        other, correction, outcome = None, self._correction(kept), None
        if correction is not None:
            progress.report(end, "trying again")
            limited = Limited(
                progress.part(end, 0.95), context.clock, max(_FLOOR, _PATIENCE * (context.clock() - started))
            )
            try:
                with limited:
                    second = asked._attempted(
                        picture, target, correction, replace(context, progress=limited.progress), kept
                    )
                better = self.attempt == 2 or second.badness < kept.badness
                kept, other, outcome = (second, kept, "kept") if better else (kept, second, "no better")
            except OutOfTimeError:
                outcome = "out of time"
        progress.report(0.95, "saving")
        tried = {} if correction is None else {"retry": {"reason": correction.reason, "outcome": outcome}}
        seconds = context.clock() - started
        base = context.workspace.head.id
        if other is not None:
            asked._commit(other, context, base, seconds, tried, 1 if outcome == "kept" else 2)
        return asked._commit(kept, context, base, seconds, tried, None)

    def _repeatable(self, first: Attempt) -> Self:
        """This request with the seed that its first try chose, which need not be chosen again."""
        chosen = first.computed.seed
        return self if chosen is None else self.model_copy(update={"seed": chosen})

    def _correction(self, first: Attempt) -> Correction | None:
        """What to try differently; nothing for masks that the person gave: not a pixel beyond them may change."""
        given = first.target is None or first.target.exact
        return None if given or self.attempt == 1 or first.examined is None else first.examined.correction

    def _attempted(
        self,
        picture: Picture,
        target: Target | None,
        correction: Correction | None,
        context: EditContext,
        first: Attempt | None = None,
    ) -> Attempt:
        """Compute and judge; with a `correction`, as that says."""
        avoid, request = None, self
        if correction is not None and target is not None:
            target, avoid = replace(target, mask=correction.target), correction.avoid
            request = self.model_copy(update={"seed": correction.seed})
        mask = self._mask(picture, target)
        region = Region.cut(picture, mask, self.context_margin(bounds_of(mask), picture.extent), avoid)
        computed = request.compute(region, replace(context, progress=context.progress.part(0.0, 0.9)))
        allowed = region.mask if computed.mask is None else computed.mask
        result = composite(region.rgb, computed.rgb, allowed)
        assert_outside_unchanged(region.rgb, result, allowed)
        attempt = Attempt(target, region, computed, result, allowed)
        if not self.checked:
            return attempt
        context.progress.report(0.9, "checking")
        words = target.label if target is not None and target.how == "words" else None
        before = None if first is None else first.trial(words, self.seed)
        seed = self.seed if computed.seed is None else computed.seed
        return replace(attempt, examined=self.examine(attempt.trial(words, seed), computed, context, before))

    def _commit(
        self,
        attempt: Attempt,
        context: EditContext,
        base: str,
        seconds: float,
        tried: dict[str, Any],
        number: int | None,
    ) -> StepReport:
        """Commit an attempt as a child of `base`; `number` says which try it was where it is not the better one."""
        workspace, target, computed = context.workspace, attempt.target, attempt.computed
        label = target.label if target else None
        verdict = computed.note or NOTHING_OUTSIDE
        details = dict(computed.details)
        message = self.sentence(label)
        if attempt.examined is not None:
            found = attempt.examined.verdict
            verdict = "; ".join(filter(None, [found.sentence, computed.details.get(HOW)]))
            details |= {"check": found.as_details(), **tried}
            if computed.note:
                details["note"] = computed.note
            if number is None:
                message = _told(message, attempt.examined, tried.get("retry"))
        report = StepReport(
            op=self.op,
            message=message,
            engine=computed.engine,
            selection=label,
            mask_area=int(np.count_nonzero(attempt.allowed > 0)),
            outside_max_diff=outside_max_diff(attempt.region.rgb, attempt.rgb, attempt.allowed),
            seconds=seconds,
            verdict=verdict,
            details=details,
        )
        described = self.describe(attempt.region.picture, target)
        version = workspace.commit(
            _change(attempt.region, attempt.rgb, computed.alpha, attempt.allowed, described),
            edit=self.as_dict() | ({} if number is None else {"attempt": number}),
            message=self.sentence(label),
            report=report.as_dict(),
            parent=base,
        )
        about = computed.made or target
        if about is not None:
            remember(workspace, version.id, about)
        if attempt.examined is not None and attempt.examined.offer is not None:
            offer = attempt.examined.offer
            keep_offer(workspace, version.id, offer.name, offer.mask)
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


def _told(message: str, examined: Examined, retry: dict[str, Any] | None) -> str:
    """What was done, with half a sentence on a second try, and what the person should look at."""
    if retry is not None and retry["outcome"] == "kept":
        message = f"{message.rstrip('.')}; {retry['reason']} at first, so I tried again."
    if examined.verdict.outcome > Outcome.PASSED:
        tried = " A second try was no better." if retry is not None and retry["outcome"] == "no better" else ""
        message = f"{message}{tried} Have a look: {examined.verdict.sentence}."
    return message


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
