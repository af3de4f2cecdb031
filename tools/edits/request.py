"""What an edit request is, and what performing one reports."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from models.errors import BadInputError

if TYPE_CHECKING:
    from tools.edits.context import EditContext

_LONGEST_TEXT = 500


@dataclass(frozen=True)
class StepReport:
    """What one performed edit did. `as_dict` is the report's public shape."""

    op: str
    message: str
    engine: str | None = None
    selection: str | None = None
    mask_area: int | None = None  # pixels with mask > 0: what was allowed to change
    outside_max_diff: int | None = None  # largest sample difference where the mask is 0; None = a new frame
    seconds: float = 0.0
    verdict: str | None = None
    version: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """A JSON-serialisable dict with the keys of the `--report` contract, and `version`."""
        return {
            "op": self.op,
            "engine": self.engine,
            "selection": self.selection,
            "mask_area": self.mask_area,
            "outside_max_diff": self.outside_max_diff,
            "seconds": round(self.seconds, 3),
            "verdict": self.verdict,
            "version": self.version,
            "message": self.message,
            **self.details,
        }


class EditRequest(BaseModel, ABC):
    """One request: an operation, what it is for, and how.

    Every operation speaks the same three words (op, target, value), so that plans, recipes, reports, the
    command line and a chat model's tool calls are one language. Every subclass declares `value` itself: what it may
    say differs by operation and is written in its field description, and a validator parses it, so that a bad one
    never starts work.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    op: ClassVar[str]
    spoken: ClassVar[bool] = True  # offered to planners; False: only for recipes and the command line
    target: str | None = Field(
        None,
        max_length=_LONGEST_TEXT,
        description="What it is about, as a noun phrase: 'red car on the left', 'background', 'this' for the "
        "person's own selection. Leave out for the whole picture.",
    )
    selection: str | None = Field(
        None, max_length=120, description="Name of a saved selection to use instead of finding the target."
    )
    seed: int = Field(0, ge=0, lt=2**31, description="Repeats a result that involves chance.")

    @field_validator("target", "value", "selection", mode="before", check_fields=False)
    @classmethod
    def _empty_is_absent(cls, text: Any) -> Any:
        if isinstance(text, (int, float)) and not isinstance(text, bool):
            return str(text)
        return None if isinstance(text, str) and not text.strip() else text

    @abstractmethod
    def perform(self, context: EditContext) -> StepReport:
        """Do it on the workspace's current version. Commits at most one version; raises PentimentoError."""

    @property
    def step(self) -> dict[str, str | None]:
        """The request as a plan's step."""
        return {"op": self.op, "target": self.target, "value": self.model_dump().get("value")}

    def as_dict(self) -> dict[str, Any]:
        """Everything that repeats this request, for the version tree and for recipes."""
        return {"op": self.op, **self.model_dump(exclude_none=True)}


def first_sentence(error: ValidationError) -> str:
    """The first thing that pydantic found wrong, as one sentence for a person."""
    problem = error.errors()[0]
    cause = problem.get("ctx", {}).get("error")
    if cause is not None:
        return str(cause)
    if problem["type"] == "missing" or problem.get("input") is None:
        return f"The {problem['loc'][-1]} is missing: say what it should be."
    where = ".".join(str(part) for part in problem["loc"]) or "the request"
    return f"{where}: {problem['msg']}."


def build(model: type[EditRequest], arguments: Mapping[str, Any]) -> EditRequest:
    """Validate arguments into a request; raises BadInputError with one sentence."""
    try:
        return model.model_validate(dict(arguments))
    except ValidationError as error:
        raise BadInputError(first_sentence(error)) from error
