"""The planner that needs no model: from a request in plain words to a plan, by grammar and lexicon."""

from agent.offline.planner import plan
from agent.offline.references import is_reference
from agent.offline.steps import Plan, Step, Turn

__all__ = ["Plan", "Step", "Turn", "is_reference", "plan"]
