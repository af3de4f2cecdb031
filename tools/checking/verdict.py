"""What a check found, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class Outcome(IntEnum):
    """How it went; higher is worse."""

    PASSED = 0
    DOUBTFUL = 1
    FAILED = 2


@dataclass(frozen=True)
class Finding:
    """One measured thing: `kind` names the measure, `number` is what it gave, `line` says it in plain words.

    `badness` puts different measures on one scale: below 1 passed, from 1 doubtful, from 2 failed.
    """

    kind: str
    number: float
    badness: float
    line: str

    @classmethod
    def measured(cls, kind: str, number: float, doubtful: float, failed: float, line: str) -> Finding:
        """From a measure that is the worse the larger it is, and the two figures from which it is so."""
        beyond = (number - doubtful) / max(failed - doubtful, 1e-9)
        badness = 1.0 + beyond if number >= doubtful else number / doubtful
        return cls(kind, number, min(badness, 3.0), line)

    @property
    def outcome(self) -> Outcome:
        """Passed, doubtful or failed."""
        return Outcome(min(2, max(0, int(self.badness))))


@dataclass(frozen=True)
class Verdict:
    """Everything that was found about one result. `remark` is said when all is well."""

    findings: tuple[Finding, ...]
    remark: str

    @property
    def outcome(self) -> Outcome:
        """The worst of the findings."""
        return max((finding.outcome for finding in self.findings), default=Outcome.PASSED)

    @property
    def worst(self) -> Finding | None:
        """What is wrong most; None when nothing is."""
        wrong = [finding for finding in self.findings if finding.outcome > Outcome.PASSED]
        return max(wrong, key=lambda finding: finding.badness, default=None)

    @property
    def badness(self) -> float:
        """One figure to compare two results of the same request by: the worst counts, then the rest."""
        told = sorted((finding.badness for finding in self.findings), reverse=True)
        return sum(value * 0.25**place for place, value in enumerate(told))

    @property
    def sentence(self) -> str:
        """One short line for a person."""
        worst = self.worst
        return self.remark if worst is None else worst.line

    def as_details(self) -> dict[str, Any]:
        """For a report: JSON-serialisable."""
        return {"outcome": self.outcome.name.lower(), "findings": [_told(finding) for finding in self.findings]}


def _told(finding: Finding) -> dict[str, Any]:
    """A finding as JSON; its line only where something is wrong."""
    told = {
        "kind": finding.kind,
        "outcome": finding.outcome.name.lower(),
        "number": round(float(finding.number), 4),
    }
    return told if finding.outcome is Outcome.PASSED else {**told, "line": finding.line}


def share_of_picture(share: float) -> str:
    """A share of the picture in [0, 1] in words: "3% of the picture"."""
    return "less than 1% of the picture" if share < 0.01 else f"{share:.0%} of the picture"
