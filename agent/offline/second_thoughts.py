"""A wish taken back in the breath that says it: "make it bluer, no wait, greener"."""

from __future__ import annotations

import re

from agent.offline import followup
from agent.offline.history import Conversation, Edit
from agent.offline.reading import clause_by_clause
from agent.offline.steps import Step

_TAKEN_BACK = re.compile(
    r"^(?P<first>.+?)[\s,.;:–—-]+(?:(?:oh |uh |um |hmm |ah )?(?:no,? wait|wait,? no|no,? actually|actually,? no|"
    r"no,? sorry|sorry,? no|scratch that|strike that|i mean|i meant|or rather|wait|make that|no no|"
    r"correction)\b[\s,.;:–—-]*)+"
    r"(?:not [\w' ]+?[,;] ?)?(?:make (?:it|that) |do )?(?P<second>.+)$",
    re.I,
)


def second_thought(text: str, past: Conversation, has_selection: bool) -> list[Step]:
    """The steps of what is wanted in the end; empty when nothing is taken back.

    The second wish is read as a follow-up of the first ("greener" after "make it bluer"), and what the first
    asked for besides stays.
    """
    match = _TAKEN_BACK.match(text)
    if match is None or len(text) > 300:
        return []
    first = [step for step in clause_by_clause(match["first"], past, has_selection) if step.op != "clarify"]
    if not first:
        return []
    now = past.copy()
    now.edits.append(Edit(match["first"], first))
    again = followup.elliptical(match["second"], now) or followup.loose(match["second"], now)
    if not again:
        again = clause_by_clause(match["second"], past, has_selection)
    begun = first[-1]
    again = [
        Step("insert", begun.target, step.value) if begun.op == "insert" and step.op == "replace" else step
        for step in again
    ]
    again = [step for step in again if step.op not in ("undo", "clarify")]
    return [*first[:-1], *again] if again else []
