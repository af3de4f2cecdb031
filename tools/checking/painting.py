"""Is what was to be painted to be seen there, and does the rim hold?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from models.checking.seams import seam_share
from models.mask import Mask
from tools.checking.finding import found_now, knows_names
from tools.checking.trial import Correction, Examined, Trial
from tools.checking.verdict import Finding, Outcome, Verdict, share_of_picture
from tools.sight import Sight

SEAM = (0.15, 0.35)  # share of the rim; what is new may well have an edge of its own there
_CLOSE = 0.6  # of the limit: from there on nothing is promised
_ANOTHER_SEED = 1009
GOOD = 0.0  # what `judge_for` values a draft at in which nothing is wrong


def examined(trial: Trial, thing: str, sight: Sight, of: Trial | None = None) -> Examined:
    """Judge what was painted. `thing` names it; `of` is the trial it corrects, which is then not corrected again."""
    seam = seam_share(trial.after, trial.allowed)
    findings = [Finding.measured("seam", seam, *SEAM, f"an edge shows along {seam:.0%} of the rim")]
    seen = found_now(trial, thing, sight)
    if seen is not None:
        findings.append(seen)
    verdict = Verdict(tuple(findings), "it is there to be seen" if seen is not None else _unseen(trial, findings[0]))
    worst = verdict.worst
    if worst is None or of is not None:
        return Examined(verdict)
    reason = "it could not be made out" if worst.kind == "not found" else "the rim showed"
    return Examined(verdict, Correction(trial.target, reason, trial.seed + _ANOTHER_SEED))


def _unseen(trial: Trial, seam: Finding) -> str:
    """What may be said of a painting by somebody who only saw its rim."""
    rim = "look at its rim once more" if seam.badness >= _CLOSE else "its rim shows no edge"
    return f"painted {share_of_picture(trial.changed)}; {rim}"


def judge_for(before: np.ndarray, hole: Mask, thing: str, sight: Sight) -> Callable[[np.ndarray], float] | None:
    """Who tells good drafts of a thing from poor ones; None when nobody here knows what things are called.

    `before` is H×W×3 (8 or 16 bit), `hole` its H×W mask of what is painted (> 0); a draft has the shape of `before`.
    Drafts in which nothing is wrong are all worth `GOOD`: where every draft passes, what CLIP likes better still is no
    better (ICEdit, 2504.20690, found pictures chosen by it worse). Others are worth less, the worse they are.
    """
    if not knows_names(sight, before):
        return None

    def judge(draft: np.ndarray) -> float:
        verdict = examined(Trial(before, draft, hole, hole), thing, sight).verdict
        return GOOD if verdict.outcome is Outcome.PASSED else -verdict.badness

    return judge
