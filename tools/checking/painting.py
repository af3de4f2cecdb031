"""Is what was to be painted to be seen there, and does the rim hold?"""

from __future__ import annotations

from models.checking.seams import seam_share
from tools.checking.finding import found_now
from tools.checking.trial import Correction, Examined, Trial
from tools.checking.verdict import Finding, Verdict
from tools.sight import Sight

SEAM = (0.15, 0.35)  # share of the rim; what is new may well have an edge of its own there
_ANOTHER_SEED = 1009


def examined(trial: Trial, thing: str, sight: Sight, of: Trial | None = None) -> Examined:
    """Judge what was painted. `thing` names it; `of` is the trial it corrects, which is then not corrected again."""
    seam = seam_share(trial.after, trial.allowed)
    findings = [Finding.measured("seam", seam, *SEAM, f"an edge shows along {seam:.0%} of the rim")]
    seen = found_now(trial, thing, sight)
    if seen is not None:
        findings.append(seen)
    verdict = Verdict(tuple(findings), "it is there to be seen" if seen is not None else "no seam to see")
    worst = verdict.worst
    if worst is None or of is not None:
        return Examined(verdict)
    reason = "it could not be made out" if worst.kind == "not found" else "the rim showed"
    return Examined(verdict, Correction(trial.target, reason, trial.seed + _ANOTHER_SEED))
