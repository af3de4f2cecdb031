"""Limits on a chat model that errs: calls it garbles, calls it repeats, turns it never ends."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from langchain.agents import AgentState
from langchain.agents.middleware import AgentMiddleware, ModelCallLimitMiddleware, hook_config
from langchain.agents.middleware.types import ToolCallRequest
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from langgraph.runtime import Runtime
from langgraph.types import Command

from tools.edits.context import EditContext

MOST_MODEL_CALLS = 24  # a turn: far more than any sane request needs, and an end to a loop that never ends
_MOST_ALIKE = 2  # equal calls in a turn that are performed; who asks a third time has lost the thread
_MEANT_AGAIN = frozenset({"undo", "redo"})  # three times is three steps
_CUT_OFF = "length"  # how a server says that an answer ended at its limit of tokens


class ReadableCalls(AgentMiddleware[AgentState, EditContext]):
    """Sees that every call can be read and answered: garbled ones go back to the model, ids that lack are minted."""

    @hook_config(can_jump_to=["model"])
    def after_model(self, state: AgentState, runtime: Runtime[EditContext]) -> dict[str, Any] | None:
        """Answer calls whose arguments are no JSON object, or were cut off, in place of their tools."""
        last = state["messages"][-1]
        if not isinstance(last, AIMessage):
            return None
        named = _with_ids(last)
        cut_off = last.response_metadata.get("finish_reason") == _CUT_OFF
        garbled = [*named.invalid_tool_calls, *(named.tool_calls if cut_off else ())]
        if named.tool_calls and not cut_off:
            # One of them can be performed; the others are asked for anew when it is done.
            return {"messages": [named.model_copy(update={"invalid_tool_calls": []})]}
        if not garbled:
            return None
        answers = [
            ToolMessage(
                f"The arguments of {call['name'] or 'that call'} are no complete JSON object; call it again.",
                tool_call_id=call["id"],
                name=call["name"],
                status="error",
            )
            for call in garbled
        ]
        return {"messages": [named, *answers], "jump_to": "model"}


class NoRepetition(AgentMiddleware[AgentState, EditContext]):
    """Performs a call twice in a turn at most, so that a model that goes round in circles does no harm."""

    def wrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], ToolMessage | Command[Any]]
    ) -> ToolMessage | Command[Any]:
        """Answer a third equal call with a word to the model."""
        call = request.tool_call
        alike = sum(
            (one["name"], one["args"]) == (call["name"], call["args"])
            for message in _turn(request.state["messages"])
            if isinstance(message, AIMessage)
            for one in message.tool_calls
        )
        if alike > _MOST_ALIKE and call["name"] not in _MEANT_AGAIN:
            return ToolMessage(
                f"You have called {call['name']} with these arguments {_MOST_ALIKE} times in this turn already; it was "
                "not done again. Tell the person what was done.",
                tool_call_id=call["id"],
                name=call["name"],
                status="error",
            )
        return handler(request)


class BoundedCalls(ModelCallLimitMiddleware[Any, EditContext]):
    """Ends a turn after so many model calls, with a sentence on what was done until then."""

    def __init__(self, most: int = MOST_MODEL_CALLS) -> None:
        super().__init__(run_limit=most, exit_behavior="end")

    @hook_config(can_jump_to=["end"])
    def before_model(self, state: Any, runtime: Runtime[EditContext]) -> dict[str, Any] | None:
        """End the turn when it is too long."""
        ended = super().before_model(state, runtime)
        if ended is None:
            return None
        done = list(dict.fromkeys(done_in(state["messages"])))
        told = f"Done until then: {' '.join(done)}" if done else "Nothing was changed."
        said = f"I stopped, because I was going round in circles. {told} Say the rest in other words, step by step."
        return ended | {"messages": [AIMessage(said)]}


def done_in(messages: Sequence[AnyMessage]) -> list[str]:
    """What the tools of the last turn said of what they did."""
    return [
        message.text for message in _turn(messages) if isinstance(message, ToolMessage) and message.status != "error"
    ]


def _turn(messages: Sequence[AnyMessage]) -> Sequence[AnyMessage]:
    """The messages since the person spoke last."""
    spoken = [index for index, message in enumerate(messages) if isinstance(message, HumanMessage)]
    return messages[spoken[-1] + 1 :] if spoken else messages


def _with_ids(message: AIMessage) -> AIMessage:
    """The message with an id for each call that came without one: answers refer to them."""
    calls = [*message.tool_calls, *message.invalid_tool_calls]
    if all(call["id"] for call in calls):
        return message

    def named(call: Any) -> Any:
        return call if call["id"] else {**call, "id": f"call_{uuid.uuid4().hex[:12]}"}

    return message.model_copy(
        update={
            "tool_calls": [named(call) for call in message.tool_calls],
            "invalid_tool_calls": [named(call) for call in message.invalid_tool_calls],
        }
    )
