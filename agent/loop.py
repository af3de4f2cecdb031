"""The agent: a planner, the edit tools, and the rules between them."""

from __future__ import annotations

from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware, ModelCallLimitMiddleware
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph.state import CompiledStateGraph

from agent.edit_tools import edit_tools
from agent.middleware import FailuresInWords, OneAtATime, RepairUnanswered, Situation, errors_in_words
from agent.planners import Planner
from tools.edits.context import EditContext

MOST_MODEL_CALLS = 24  # a turn: far more than any sane request needs, and an end to a loop that never ends


def build_agent(planner: Planner, checkpointer: BaseCheckpointSaver | None) -> CompiledStateGraph[Any, Any, Any, Any]:
    """A compiled graph whose runtime context is an EditContext and whose threads are conversations."""
    middleware: list[AgentMiddleware[Any, Any]] = [
        RepairUnanswered(),
        OneAtATime(),
        errors_in_words(),
        ModelCallLimitMiddleware(run_limit=MOST_MODEL_CALLS, exit_behavior="end"),
    ]
    if not planner.offline:
        middleware = [FailuresInWords(planner.name), Situation(sees=planner.sees), *middleware]
    return create_agent(
        planner.model,
        edit_tools(),
        middleware=middleware,
        context_schema=EditContext,
        checkpointer=checkpointer,
    )
