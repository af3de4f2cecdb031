"""Was the thing taken out whole, does the place look untouched, and if not, what should be tried next?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from models.checking.broken_lines import BrokenLines, broken_lines
from models.checking.copies import Copies, recognisable_copies
from models.checking.left_in_box import LeftInBox, left_in_box
from models.checking.leftovers import Leftovers, leftovers
from models.checking.reflection import Reflection, reflection
from models.checking.seams import seam_share
from models.checking.shadow import Shadow, shadow
from models.geometry import Extent
from models.mask import Mask, area, bounds, fill_holes, grow
from tools.checking.finding import found_again
from tools.checking.larger import Doubt
from tools.checking.trial import Correction, Examined, Offer, Trial
from tools.checking.verdict import Finding, Verdict, share_of_picture
from tools.sight import Sight

# From which figure on a measure is doubtful, and from which it has failed: see tests/benchmarks/checks.py.
LEFT_OVER = (0.06, 0.20)  # share of the thing's area
LEFT_IN_BOX = (0.09, 0.25)  # the same, where a box was drawn around it
GAP = (0.16, 0.40)  # share of the box's side that what was taken leaves free at one side
MIRRORED = (0.50, 0.75)  # correlation with the mirror image
SHADED = (0.50, 0.90)  # how sure it is a shadow
SEAM = (0.10, 0.25)  # share of the rim
BROKEN = (0.30, 0.60)  # share of the lines that meet the rim, where at least so many end there:
LINES = 2
COPIED = (0.10, 0.40)  # share of the filling's structure
_LOOKS = 3  # how often leftovers are looked for beside what was taken in
_SLACK = 0.05  # of a box's side: how far a thing may reach beyond the box that was drawn around it
_SEEN_IN_BOX = 0.015  # of the thing's area: so much left in the box is worth a second try
_BAY = 0.03  # of the thing's side: narrower bays of its outline are closed
_BAY_IN_BOX = 0.08  # the same for a thing that fills a box: rigging, spokes, legs
_RIM = 0.01  # of the thing's side: so much wider the second hole is
_MOST_TAKEN_IN = 1.6  # of the thing's area, mirror image and shadow included
_ANOTHER_SEED = 1009
_CLOSE = 0.6  # of a limit: from there on nothing is promised
_MUCH = 0.15  # of the picture: so large a place is mostly invented
_REST = "say “remove the rest too”"
_PLACES = {
    "shadow": "the ground beside it",
    "leftover": "what lies beside it",
    "reflection": "what lies under it",
    "seam": "its rim",
    "broken lines": "the lines that run into it",
    "copies": "what it was filled with",
    "left in the box": "what else your box holds",
    "gap in the box": "what else your box holds",
}


def examined(trial: Trial, sight: Sight, of: Trial | None = None, doubt: Doubt | None = None) -> Examined:
    """Judge a removal. `of` is the trial it corrects, which then is not corrected again.

    `doubt` is whether it may have been a part of something larger.
    """
    seen = replace(look(trial, of), doubt=doubt)
    again = found_again(trial, trial.words, sight) if trial.words else None
    verdict = judged(seen)
    if again is not None:
        verdict = Verdict((*verdict.findings, again), verdict.remark)
    return Examined(verdict, correction(trial, seen) if of is None else None, _offer(trial, seen, verdict))


def _offer(trial: Trial, seen: Seen, verdict: Verdict) -> Offer | None:
    """What the person may ask for next: what the verdict's sentence speaks of, otherwise a shadow if there is one."""
    worst = verdict.worst
    if worst is not None and worst.kind in ("leftover", "left in the box"):
        return Offer("rest", seen.rest)
    if worst is None and seen.doubt is not None and seen.doubt.larger is not None:
        return Offer("rest", seen.doubt.larger * (trial.allowed <= 0))
    return None if seen.shaded is None else Offer("shadow", seen.shaded.mask)


@dataclass(frozen=True)
class Seen:
    """What was measured of one removal. `boxed` only where the person drew a box."""

    left: Leftovers
    mirrored: Reflection
    seam: float
    copied: Copies
    shaded: Shadow | None = None
    boxed: LeftInBox | None = None
    broken: BrokenLines = field(default_factory=lambda: BrokenLines(0, 0.0))
    doubt: Doubt | None = None
    again: bool = False
    """Whether a part was missed at first and more was taken since."""
    changed: float = 0.0
    """The share of the picture that may have changed."""

    @property
    def rest(self) -> Mask:
        """H×W float32 (0 or 1): everything that seems to be left of the thing."""
        return self.left.mask if self.boxed is None else np.maximum(self.left.mask, self.boxed.mask)


def look(trial: Trial, of: Trial | None = None) -> Seen:
    """Measure a trial. `of` is the trial it corrects: the thing is then still the one that this was about."""
    first = trial if of is None else of
    boxed = None if first.box is None else left_in_box(trial.before, first.target, trial.allowed, first.box)
    left = _inside(leftovers(trial.before, first.target, trial.allowed), first)
    mirrored = reflection(trial.before, first.target, trial.allowed)
    outside = float(np.count_nonzero(mirrored.mask) / max(1, area(first.target)))
    if outside < LEFT_OVER[0]:  # the mirror image is inside the hole already
        mirrored = Reflection(mirrored.mask, 0.0)
    copied = recognisable_copies(trial.after, trial.target, trial.allowed)
    # what lies dark under a thing that is mirrored there is its mirror image
    shaded = None if mirrored.likeness >= MIRRORED[0] else shadow(trial.before, first.target, trial.allowed)
    if shaded is not None and shaded.confidence < SHADED[0]:
        shaded = None
    again = of is not None and area(trial.target) > area(of.target)
    seam, broken = seam_share(trial.after, trial.allowed), broken_lines(trial.after, trial.allowed)
    return Seen(left, mirrored, seam, copied, shaded, boxed, broken, again=again, changed=trial.changed)


def _inside(left: Leftovers, first: Trial) -> Leftovers:
    """Without what lies outside the box that was drawn around the thing, and so is no part of it."""
    if first.box is None or not left.mask.any():
        return left
    slack = round(_SLACK * float(np.sqrt(first.box.area)))
    rows, columns = first.box.padded(slack).clipped(Extent.of(first.before)).slices
    mask = np.zeros_like(left.mask)
    mask[rows, columns] = left.mask[rows, columns]
    return Leftovers(mask, float(np.count_nonzero(mask) / max(1, area(first.target))))


def judged(seen: Seen) -> Verdict:
    """The verdict on what was measured."""
    left = f"something of it seems to be left beside it ({seen.left.share:.0%} of its size); {_REST}"
    shaded = 0.0 if seen.shaded is None else seen.shaded.confidence
    broken = seen.broken.share if seen.broken.ends >= LINES else 0.0
    findings = [
        Finding.measured("shadow", shaded, *SHADED, "its shadow is still there; say “remove its shadow too”"),
        Finding.measured("leftover", seen.left.share, *LEFT_OVER, left),
        Finding.measured("reflection", seen.mirrored.likeness, *MIRRORED, "its mirror image is still there"),
        Finding.measured("seam", seen.seam, *SEAM, f"an edge shows along {seen.seam:.0%} of the rim"),
        Finding.measured("broken lines", broken, *BROKEN, f"{seen.broken.ends} lines end where it was"),
        Finding.measured("copies", seen.copied.share, *COPIED, "it repeats something that stands beside it"),
    ]
    if seen.boxed is not None:
        held = f"your box seems to hold more of it ({seen.boxed.share:.0%} of its size); {_REST}"
        free = f"what I took leaves {seen.boxed.gap:.0%} of your box free at one side; brush over what is left there"
        findings.append(Finding.measured("left in the box", seen.boxed.share, *LEFT_IN_BOX, held))
        findings.append(Finding.measured("gap in the box", seen.boxed.gap, *GAP, free))
    return Verdict(tuple(findings), _remark(seen, findings))


def _remark(seen: Seen, findings: Sequence[Finding]) -> str:
    """What may be said where nothing was found: no more than was measured, and where it was close to a limit."""
    parts = f"changed {share_of_picture(seen.changed)}; I see nothing of it left"
    if seen.doubt is not None and seen.doubt.larger is not None:
        return f"{parts}, unless it is part of something larger: then {_REST}"
    closest = max(findings, key=lambda finding: finding.badness)
    if seen.doubt is not None:
        return f"{parts}, but was not sure where it ends: look beside it once more"
    if closest.badness >= _CLOSE:
        return f"{parts}, but look at {_PLACES[closest.kind]} once more"
    if seen.again:
        return f"{parts} now, but I had missed something at first: look at it once more"
    if seen.changed >= _MUCH:
        return f"{parts}, but so large a place is made up: look at it once more"
    return f"{parts}, and no seam"


def correction(trial: Trial, seen: Seen) -> Correction | None:
    """What to try next; None when there is nothing wrong, or nothing that another try would mend."""
    wrong = {finding.kind for finding in judged(seen).findings if finding.badness >= 1}
    if seen.boxed is not None and seen.boxed.share >= _SEEN_IN_BOX:
        wrong.add("left in the box")
    if not wrong:
        return None
    target, reasons, avoid = (trial.target >= 0.5).astype(np.float32), [], None
    if wrong & {"leftover", "left in the box", "reflection", "shadow"}:
        target, reasons = _taken_in(trial, seen, target)
    # what goes now, too, is not copied again
    stays = np.count_nonzero(seen.copied.sources * (target < 0.5)) > 0.5 * np.count_nonzero(seen.copied.sources)
    if "copies" in wrong and stays:
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
    found = seen.rest
    for _ in range(_LOOKS):
        wider = _closed(np.maximum(wider, found), _BAY if trial.box is None else _BAY_IN_BOX)
        hole = np.maximum(rim, grow(wider, 3))
        found = _inside(leftovers(trial.before, wider, hole), trial).mask
        if not found.any():
            break
    boxed = 0.0 if seen.boxed is None else seen.boxed.share
    if seen.left.share >= LEFT_OVER[0] or boxed >= _SEEN_IN_BOX:
        reasons.append("part of it was left")
    if seen.shaded is not None:  # not before: what adjoins a shadow is no part of the thing
        wider = np.maximum(wider, seen.shaded.mask)
        reasons.append("its shadow was left")
    wider = grow(wider, 2 + round(_RIM * float(np.sqrt(area(wider)))))  # specks of the old rim go with it
    most = (1 + _MOST_TAKEN_IN) * area(target)
    if trial.box is not None:  # it was drawn around the whole thing, however little of that was found at first
        most = max(most, (1 + 2 * _SLACK) * trial.box.area)
    return (wider, reasons) if area(wider) <= most else (target, [])


def _closed(mask: Mask, bay: float) -> Mask:
    """Without narrow bays and small islands: what a thing's outline leaves out of it is it, too."""
    radius = round(bay * float(np.sqrt(area(mask))))
    box = bounds(mask).padded(2 * radius + 2).clipped(Extent.of(mask))
    closed = mask.copy()
    # by distances: a disc of hundreds of pixels as a structuring element takes minutes
    shut = grow(grow(mask[box.slices], radius), -radius)
    closed[box.slices] = fill_holes(shut, round(0.1 * area(mask)))
    return closed
