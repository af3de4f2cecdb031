"""Has the thing the colour that was asked for, and all of it?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.checking.old_colour import OldColour, old_colour
from models.mask import grow
from tools.checking.trial import Correction, Examined, Trial
from tools.checking.verdict import Finding, Verdict

# see tests/benchmarks/checks.py
OFF = (10.0, 20.0)  # CIEDE2000 between the surface and what was asked
OLD = (0.025, 0.10)  # share of the coloured pixels that kept the old colour
_REACH = 4  # pixels around what kept its colour that are taken in


def examined(trial: Trial, off: float | None, asked: str, of: Trial | None = None) -> Examined:
    """Judge a new colour; `off` and `asked` as in `judged`, `of` is the trial it corrects."""
    kept = look(trial if of is None else replace(trial, target=of.target))
    return Examined(judged(kept, off, asked), correction(trial, kept) if of is None else None)


def judged(kept: OldColour, off: float | None, asked: str) -> Verdict:
    """The verdict. `off` is the colour's CIEDE2000 distance from `asked`; None for a relative wish."""
    findings = [Finding.measured("old colour", kept.share, *OLD, f"the old colour stays on {kept.share:.0%} of it")]
    remark = "all of it took the new colour"
    if off is not None:
        near = "as asked" if off < 4 else "near what was asked" if off < OFF[0] else "not quite what was asked"
        remark = f"{near} (CIEDE2000 {off:.1f} from {asked})"
        findings.append(Finding.measured("colour", off, *OFF, remark))
    return Verdict(tuple(findings), remark)


def look(trial: Trial) -> OldColour:
    """What kept the old colour."""
    return old_colour(trial.before, trial.after, trial.target)


def correction(trial: Trial, kept: OldColour) -> Correction | None:
    """The mask with what kept the old colour; None when that is too little to see."""
    if kept.share < OLD[0]:
        return None
    return Correction(np.maximum(trial.target, grow(kept.mask, _REACH)), "some of the old colour was left", trial.seed)
