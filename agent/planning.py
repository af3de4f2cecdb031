"""What a request is read as, without touching a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, SystemMessage, ToolMessage

from agent.edit_tools import edit_tools
from agent.middleware import INSTRUCTIONS, failure_in_words
from agent.offline import Turn, plan
from agent.offline_planner import HAS_SELECTION
from agent.planners import Planner

_MOST_TURNS = 12


def plan_steps(
    planner: Planner, text: str, context: Sequence[Turn] = (), *, has_selection: bool = False
) -> list[dict[str, Any]]:
    """The steps {"op", "target", "value"} that a planner reads in a request, in order.

    The offline planner answers at once. A chat model is told that every call succeeded until it calls no more. Raises
    UnavailableError, in one sentence, when it cannot be reached.
    """
    if planner.offline:
        steps = plan(text, context, has_selection=has_selection).steps
        return [{"op": step.op, "target": step.target, "value": step.value} for step in steps]
    model = planner.model.bind_tools(edit_tools())
    messages: list[AnyMessage] = [SystemMessage(INSTRUCTIONS)]
    messages += [HumanMessage(turn.text) if turn.role == "user" else AIMessage(turn.text) for turn in context]
    messages.append(HumanMessage(text, additional_kwargs={HAS_SELECTION: has_selection}))
    found: list[dict[str, Any]] = []
    for _ in range(_MOST_TURNS):
        try:
            answer = model.invoke(messages)
        except Exception as error:  # noqa: BLE001 - every provider has an error family of its own
            raise failure_in_words(planner.name, error) from None
        if not isinstance(answer, AIMessage) or not answer.tool_calls:
            break
        messages.append(answer)
        for call in answer.tool_calls:
            arguments = call["args"]
            found.append({"op": call["name"], "target": arguments.get("target"), "value": arguments.get("value")})
            messages.append(ToolMessage("Done.", tool_call_id=call["id"]))
    return found
