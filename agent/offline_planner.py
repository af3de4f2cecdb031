"""The offline planner as a LangChain chat model: the same tool calls as any other, from a grammar."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, ToolMessage
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.utils.function_calling import convert_to_openai_tool

from agent.offline import Step, Turn, plan

HAS_SELECTION = "has_selection"
HAS_ATTACHMENT = "has_attachment"
TO_FOLLOW = "to_follow"
"""Key of a message for the names and arguments of the calls that will be made after the one it holds."""


class OfflinePlanner(BaseChatModel):
    """Plans by rules, without a network: one tool call a turn, then one or two sentences on what was done.

    Reads only the messages it is given, so it is as stateless as a remote model. A human message carries
    `additional_kwargs["has_selection"]` when the person selected something together with it, and `["has_attachment"]`
    when another picture came with it.
    """

    tool_names: tuple[str, ...] = ()

    @property
    def _llm_type(self) -> str:
        return "pentimento-offline"

    def bind_tools(self, tools: Sequence[Any], *, tool_choice: Any = None, **kwargs: Any) -> OfflinePlanner:
        """Know which tools there are."""
        names = tuple(convert_to_openai_tool(tool)["function"]["name"] for tool in tools)
        return self.model_copy(update={"tool_names": names})

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self._next(messages))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        message = self._next(messages)
        identity = f"run-{uuid.uuid4().hex}"
        for word in re.findall(r"\S+\s*", str(message.content)):
            chunk = ChatGenerationChunk(message=AIMessageChunk(content=word, id=identity))
            if run_manager:
                run_manager.on_llm_new_token(word, chunk=chunk)
            yield chunk
        calls = [
            tool_call_chunk(name=call["name"], args=json.dumps(call["args"]), id=call["id"], index=index)
            for index, call in enumerate(message.tool_calls)
        ]
        yield ChatGenerationChunk(
            message=AIMessageChunk(
                content="",
                id=identity,
                tool_call_chunks=calls,
                additional_kwargs=message.additional_kwargs,
            )
        )
        yield ChatGenerationChunk(message=AIMessageChunk(content="", id=identity, chunk_position="last"))

    def _next(self, messages: list[BaseMessage]) -> AIMessage:
        """The next tool call of the plan for the last human message, or the closing sentence."""
        last = max(index for index, message in enumerate(messages) if isinstance(message, HumanMessage))
        asked = messages[last]
        found = plan(
            asked.text,
            turns_of(messages[:last]),
            has_selection=bool(asked.additional_kwargs.get(HAS_SELECTION)),
            has_attachment=bool(asked.additional_kwargs.get(HAS_ATTACHMENT)),
        )
        calls = [call for step in found.steps if (call := tool_call_for(step, found.reply)) is not None]
        done = [message for message in messages[last + 1 :] if isinstance(message, ToolMessage)]
        if len(done) < len(calls):
            name, arguments = calls[len(done)]
            call = {
                "name": name,
                "args": arguments,
                "id": f"call_{uuid.uuid4().hex[:12]}",
                "type": "tool_call",
            }
            later = [[name, arguments] for name, arguments in calls[len(done) + 1 :]]
            return AIMessage(content="", tool_calls=[call], additional_kwargs={TO_FOLLOW: later} if later else {})
        said = without_repeats([str(message.text) for message in done])
        if found.reply and found.reply not in said and not calls:
            said.append(found.reply)
        return AIMessage(content=" ".join(said) or "I did not understand that. What should I change?")


def without_repeats(said: Sequence[str]) -> list[str]:
    """What the steps of a turn say, a remark that several of them make kept at the last one only.

    The first sentence of each step tells what it did and stays, were it the same twice.
    """
    parts = [re.split(r"(?<=[.!?]) (?=[A-Z])", text) for text in said]
    kept = []
    for number, (deed, *remarks) in enumerate(parts):
        later = {remark for _, *after in parts[number + 1 :] for remark in after}
        kept.append(" ".join([deed, *(remark for remark in remarks if remark not in later)]))
    return kept


def tool_call_for(step: Step, reply: str | None) -> tuple[str, dict[str, Any]] | None:
    """The tool and its arguments for a plan's step; None for a step that is answered in words alone."""
    if step.op == "other":
        size = re.fullmatch(r"resize to (.+)", step.value or "")
        return ("resize", {"value": size[1]}) if size else None
    if step.op == "clarify":
        return "clarify", {"value": reply}
    return step.op, {key: value for key in ("target", "value") if (value := getattr(step, key)) is not None}


def turns_of(messages: Sequence[BaseMessage]) -> list[Turn]:
    """The conversation so far as the grammar reads it: what was said, without the tool calls."""
    turns = []
    for message in messages:
        if isinstance(message, HumanMessage) and message.text:
            turns.append(Turn("user", message.text))
        elif isinstance(message, AIMessage) and message.text:
            turns.append(Turn("assistant", message.text))
    return turns
