"""Does what was cut out end where the picture shows an end, and is it in one piece?"""

from __future__ import annotations

from models.checking.outline import outline
from models.mask import invert
from tools.checking.trial import Examined, Trial
from tools.checking.verdict import Finding, Verdict

# see tests/benchmarks/checks.py
UNSURE = (0.35, 0.60)  # share of the outline along which nothing ends
LOOSE = (4, 15)  # pieces apart from the subject
_CLOSE = 0.6  # of a limit: from there on nothing is promised


def examined(trial: Trial) -> Examined:
    """Judge a cut-out: the trial's target is the background. There is no other way to try, so nothing is corrected."""
    seen = outline(trial.before, invert(trial.target))
    findings = (
        Finding.measured(
            "outline",
            seen.unsure,
            *UNSURE,
            f"along {seen.unsure:.0%} of the outline the picture shows no edge; brush over the subject where it is cut",
        ),
        Finding.measured("loose pieces", seen.loose, *LOOSE, f"{seen.loose} small pieces lie apart from the subject"),
    )
    remark = f"the outline follows an edge along {1 - seen.unsure:.0%} of its length"
    if any(finding.badness >= _CLOSE for finding in findings):
        remark += "; look at the rest of it once more"
    return Examined(Verdict(findings, remark))
