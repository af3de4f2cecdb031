"""The other mechanism: edits that make a new frame, so that there is no outside to compare with."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

from models.frame import Placement
from tools.edits.context import EditContext
from tools.edits.request import EditRequest, StepReport
from tools.grounding import Target, ground
from tools.pictures.picture import Picture
from tools.selections.carrying import PLACEMENT


@dataclass(frozen=True)
class Reframed:
    """The new picture, by what it was made, one remark for the report, and where the old pixels lie in it now."""

    picture: Picture
    engine: str
    note: str | None = None
    placement: Placement | None = None


class FrameEdit(EditRequest):
    """An edit that changes the size, the orientation or the channels of the picture."""

    @abstractmethod
    def reframe(self, picture: Picture, target: Target | None, context: EditContext) -> Reframed:
        """The new picture. Raises BadInputError when the request does not fit this picture."""

    @abstractmethod
    def sentence(self, label: str | None) -> str:
        """What was done, in the past tense, as one sentence."""

    def find_target(self, context: EditContext) -> Target | None:
        """The grounded target, None for the whole picture."""
        return ground(context, self.target, self.selection)

    def perform(self, context: EditContext) -> StepReport:
        """Make the new frame and commit it as a new version."""
        started = context.clock()
        context.progress.report(0.0, "looking")
        target = self.find_target(context)
        made = self.reframe(context.workspace.picture(), target, context)
        context.progress.report(0.95, "saving")
        label = target.label if target else None
        report = StepReport(
            op=self.op,
            message=self.sentence(label),
            engine=made.engine,
            selection=label,
            seconds=context.clock() - started,
            verdict=made.note,
            details={PLACEMENT: list(made.placement)} if made.placement else {},
        )
        version = context.workspace.commit(
            made.picture, edit=self.as_dict(), message=report.message, report=report.as_dict()
        )
        return StepReport(**{**report.__dict__, "version": version.id})
