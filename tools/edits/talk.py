"""Requests that change no pixel: select something, ask back, answer."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from models.mask import area
from tools.edits.context import EditContext
from tools.edits.request import EditRequest, StepReport
from tools.edits.wording import the
from tools.grounding import describe_place, ground
from tools.questions import NeedsAnswerError, Question


class Segment(EditRequest):
    """Select something without changing it, and keep the selection by name for later."""

    op: ClassVar[str] = "segment"
    value: str | None = Field(None, max_length=120, description="The name to keep the selection under.")

    def perform(self, context: EditContext) -> StepReport:
        """Find the target and save the selection."""
        started = context.clock()
        target = ground(context, self.target, self.selection)
        if target is None:
            raise NeedsAnswerError(Question("What should I select? Click it, or brush over it, on the picture."))
        name = self.value or target.label
        context.workspace.save_selection(name, target.mask, {"by": target.how, "phrase": self.target})
        share = area(target.mask) / target.mask.size
        return StepReport(
            op=self.op,
            message=f"Selected {the(target.label)} ({describe_place(target.mask)}, {share:.1%} of the picture).",
            engine="selection",
            selection=name,
            mask_area=int(np.count_nonzero(target.mask > 0)),
            outside_max_diff=0,
            seconds=context.clock() - started,
            verdict="nothing changed",
        )


class Clarify(EditRequest):
    """Ask the person one question when the wish or its target is missing or ambiguous. Changes nothing."""

    op: ClassVar[str] = "clarify"
    value: str | None = Field(None, max_length=500, description="The question, one sentence.")

    def perform(self, context: EditContext) -> StepReport:
        """Ask; the answer comes as the next message."""
        del context
        question = self.value or "What should I change, and how?"
        return StepReport(op=self.op, message=question, outside_max_diff=0, verdict="nothing changed")


class Other(EditRequest):
    """Answer without editing: a greeting, a question about the session, something no tool can do."""

    op: ClassVar[str] = "other"
    value: str | None = Field(None, max_length=500, description="The answer, one or two sentences.")

    def perform(self, context: EditContext) -> StepReport:
        """Say it."""
        del context
        message = self.value or "I edit pictures: tell me what to remove, recolour, adjust, blur or cut out."
        return StepReport(op=self.op, message=message, outside_max_diff=0, verdict="nothing changed")
