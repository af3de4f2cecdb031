"""Was the thing taken out whole, does the place look untouched, and if not, what should be tried next?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.checking.copies import Copies, recognisable_copies
from models.checking.leftovers import Leftovers, leftovers
from models.checking.reflection import Reflection, reflection
from models.checking.seams import seam_share
from models.checking.shadow import Shadow, shadow
from models.geometry import Extent
from models.mask import Mask, area, bounds, fill_holes, grow
from tools.checking.finding import found_again
from tools.checking.trial import Correction, Examined, Offer, Trial
from tools.checking.verdict import Finding, Verdict
from tools.sight import Sight

# From which figure on a measure is doubtful, and from which it has failed: see tests/benchmarks/checks.py.
LEFT_OVER = (0.06, 0.20)  # share of the thing's area
MIRRORED = (0.50, 0.75)  # correlation with the mirror image
SHADED = (0.50, 0.90)  # how sure it is a shadow
SEAM = (0.10, 0.25)  # share of the rim
COPIED = (0.15, 0.40)  # share of the filling's structure
_LOOKS = 3  # how often leftovers are looked for beside what was taken in
_BAY = 0.03  # of the thing's side: narrower bays of its outline are closed
_RIM = 0.01  # of the thing's side: so much wider the second hole is
_MOST_TAKEN_IN = 1.6  # of the thing's area, mirror image and shadow included
_ANOTHER_SEED = 1009


def examined(trial: Trial, sight: Sight, of: Trial | None = None) -> Examined:
    """Judge a removal. `of` is the trial it corrects, which then is not corrected again."""
    seen = look(trial, of)
    again = found_again(trial, trial.words, sight) if trial.words else None
    verdict = judged(seen)
    if again is not None:
        verdict = Verdict((*verdict.findings, again), verdict.remark)
    offer = None if seen.shaded is None else Offer("shadow", seen.shaded.mask)
    return Examined(verdict, correction(trial, seen) if of is None else None, offer)


@dataclass(frozen=True)
class Seen:
    """What was measured of one removal."""

    left: Leftovers
    mirrored: Reflection
    seam: float
    copied: Copies
    shaded: Shadow | None = None


def look(trial: Trial, of: Trial | None = None) -> Seen:
    """Measure a trial. `of` is the trial it corrects: the thing is then still the one that this was about."""
    first = trial if of is None else of
    left = leftovers(trial.before, first.target, trial.allowed)
    mirrored = reflection(trial.before, first.target, trial.allowed)
    outside = float(np.count_nonzero(mirrored.mask) / max(1, area(first.target)))
    if outside < LEFT_OVER[0]:  # the mirror image is inside the hole already
        mirrored = Reflection(mirrored.mask, 0.0)
    copied = recognisable_copies(trial.after, trial.target, trial.allowed)
    # what lies dark under a thing that is mirrored there is its mirror image
    shaded = None if mirrored.likeness >= MIRRORED[0] else shadow(trial.before, first.target, trial.allowed)
    if shaded is not None and shaded.confidence < SHADED[0]:
        shaded = None
    return Seen(left, mirrored, seam_share(trial.after, trial.allowed), copied, shaded)


def judged(seen: Seen) -> Verdict:
    """The verdict on what was measured."""
    left = f"something of it seems to be left beside it ({seen.left.share:.0%} of its size)"
    shaded = 0.0 if seen.shaded is None else seen.shaded.confidence
    findings = (
        Finding.measured("shadow", shaded, *SHADED, "its shadow is still there; say “remove its shadow too”"),
        Finding.measured("leftover", seen.left.share, *LEFT_OVER, left),
        Finding.measured("reflection", seen.mirrored.likeness, *MIRRORED, "its mirror image is still there"),
        Finding.measured("seam", seen.seam, *SEAM, f"an edge shows along {seen.seam:.0%} of the rim"),
        Finding.measured("copies", seen.copied.share, *COPIED, "it repeats something that stands beside it"),
    )
    return Verdict(findings, "gone, no seam to see")


def correction(trial: Trial, seen: Seen) -> Correction | None:
    """What to try next; None when there is nothing wrong, or nothing that another try would mend."""
    wrong = {finding.kind for finding in judged(seen).findings if finding.badness >= 1}
    if not wrong:
        return None
    target, reasons, avoid = (trial.target >= 0.5).astype(np.float32), [], None
    if wrong & {"leftover", "reflection", "shadow"}:
        target, reasons = _taken_in(trial, seen, target)
    if "copies" in wrong:
        avoid = grow(seen.copied.sources, 4)
        reasons.append("something was repeated")
    if "seam" in wrong and not reasons:
        target = grow(target, 2 + round(0.01 * float(np.sqrt(area(target)))))
        reasons.append("the rim showed")
    return Correction(target, " and ".join(reasons), trial.seed + _ANOTHER_SEED, avoid) if reasons else None


def _taken_in(trial: Trial, seen: Seen, target: Mask) -> tuple[Mask, list[str]]:
    """The target with what belongs to it, and what that was; the target as it is when it would grow out of measure."""
    rim = (trial.allowed > 0).astype(np.float32)
    wider, reasons = target, []
    if seen.mirrored.likeness >= MIRRORED[0]:
        wider = np.maximum(wider, seen.mirrored.mask)
        reasons.append("its mirror image was left")
    found = seen.left
    for _ in range(_LOOKS):
        wider = _closed(np.maximum(wider, found.mask))
        found = leftovers(trial.before, wider, np.maximum(rim, grow(wider, 3)))
        if not found.mask.any():
            break
    if seen.left.share >= LEFT_OVER[0]:
        reasons.append("part of it was left")
    if seen.shaded is not None:  # not before: what adjoins a shadow is no part of the thing
        wider = np.maximum(wider, seen.shaded.mask)
        reasons.append("its shadow was left")
    wider = grow(wider, 2 + round(_RIM * float(np.sqrt(area(wider)))))  # specks of the old rim go with it
    most = (1 + _MOST_TAKEN_IN) * area(target)
    return (wider, reasons) if area(wider) <= most else (target, [])


def _closed(mask: Mask) -> Mask:
    """Without narrow bays and small islands: what a thing's outline leaves out of it is it, too."""
    radius = round(_BAY * float(np.sqrt(area(mask))))
    box = bounds(mask).padded(2 * radius + 2).clipped(Extent.of(mask))
    closed = mask.copy()
    # by distances: a disc of hundreds of pixels as a structuring element takes minutes
    shut = grow(grow(mask[box.slices], radius), -radius)
    closed[box.slices] = fill_holes(shut, round(0.1 * area(mask)))
    return closed
