"""Every edit as a LangChain tool. Names, schemas and descriptions come from the request models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langchain_core.tools import BaseTool, StructuredTool
from langgraph.runtime import get_runtime
from langgraph.types import interrupt

from models.errors import UnavailableError
from tools.edits.catalogue import OPERATIONS, request_for
from tools.edits.context import EditContext
from tools.edits.request import EditRequest, StepReport
from tools.grounding import keep_candidates
from tools.questions import NeedsAnswerError

# Operations that end the turn: what they say is the answer.
_FINAL = frozenset({"clarify", "other"})
NONE_OF_THESE: dict[str, Any] = {"none_of_these": True}
"""The answer to a question with numbered candidates when the right one is not among them."""
AGREED: dict[str, Any] = {"agreed": True}
"""The answer to a question whether a part of the picture may be sent away; any other means no."""
_NOT_SENT = "Nothing was sent and nothing changed; with a painting model on this machine I could do it here."
_SHOW_ME = "Then click what you mean, or brush over it, on the picture."


def edit_tools() -> list[BaseTool]:
    """One tool per operation that can be asked for in words.

    A tool answers with a sentence, and carries the step's report as its artifact.
    """
    return [_tool(model) for model in OPERATIONS.values() if model.spoken]


def _tool(model: type[EditRequest]) -> BaseTool:
    def run(**arguments: Any) -> tuple[str, dict[str, Any]]:
        context = get_runtime(EditContext).context
        report = perform_with_answers(model.op, arguments, context)
        return report.message, report.as_dict()

    return StructuredTool.from_function(
        run,
        name=model.op,
        description=(model.__doc__ or model.op).strip(),
        args_schema=model,
        response_format="content_and_artifact",
        return_direct=model.op in _FINAL,
    )


def perform_with_answers(op: str, arguments: Mapping[str, Any], context: EditContext) -> StepReport:
    """Perform an edit; when it asks back, stop the graph until the person has answered, then go on.

    The graph runs this function again from its start after an answer, so nothing before the question may
    change the workspace: an edit only commits at its end.
    """
    arguments = {key: value for key, value in arguments.items() if value is not None}
    arguments["seed"] = arguments.get("seed") or context.seed
    while True:
        try:
            return request_for(op, arguments).perform(context)
        except NeedsAnswerError as stopped:
            names = keep_candidates(context.workspace, stopped.question.candidates)
            asked = {"op": op, "text": stopped.question.text, "candidates": names, "consent": stopped.question.consent}
            answer = interrupt(asked)
            if stopped.question.consent:
                if answer != AGREED:
                    raise UnavailableError(_NOT_SENT) from None
                context.consent.give()
                continue
            while answer == NONE_OF_THESE:
                answer = interrupt({"op": op, "text": _SHOW_ME, "candidates": []})
            arguments = {**arguments, **answer}
