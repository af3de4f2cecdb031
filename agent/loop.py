"""The agent: a planner, the edit tools, and the rules between them."""

from __future__ import annotations

from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph.state import CompiledStateGraph

from agent.edit_tools import edit_tools
from agent.limits import BoundedCalls, NoRepetition, ReadableCalls
from agent.middleware import FailuresInWords, OneAtATime, RepairUnanswered, Situation, errors_in_words
from agent.planners import Planner
from tools.edits.context import EditContext


def build_agent(planner: Planner, checkpointer: BaseCheckpointSaver | None) -> CompiledStateGraph[Any, Any, Any, Any]:
    """A compiled graph whose runtime context is an EditContext and whose threads are conversations."""
    middleware: list[AgentMiddleware[Any, Any]] = [
        RepairUnanswered(),
        OneAtATime(),
        ReadableCalls(),
        errors_in_words(),
        BoundedCalls(),
    ]
    if not planner.offline:
        middleware = [FailuresInWords(planner.name), Situation(sees=planner.sees), *middleware, NoRepetition()]
    return create_agent(
        planner.model,
        edit_tools(),
        middleware=middleware,
        context_schema=EditContext,
        checkpointer=checkpointer,
    )
