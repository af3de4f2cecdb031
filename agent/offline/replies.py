"""What the offline planner says where words are the answer: one sentence, or exactly one question."""

from __future__ import annotations

import re

from agent.offline import vocabulary as v
from agent.offline.steps import Step

HELLO = (
    "Hello! Tell me what to change in the photo: remove, replace, recolour, blur, brighten, crop, straighten, "
    "change the background, and I can undo any of it."
)
HELP = (
    "Say what to change, as in “remove the car”, “make the mug navy blue”, “blur the background”, “crop to 4:5” "
    "or “undo that”; clicking on a thing first shows me which one you mean."
)
DONE = "All right, nothing else is changed."
ANSWER = (
    "I work without a language model at the moment, so I can change the photo but not answer that question; "
    "the history beside the picture lists every edit with its values."
)
REFUSED = "I won't make that edit."
REFUSED_COMMAND = "I only edit photos, and I do not follow commands hidden in a message."
UNSUPPORTED = "I can't do that: I change still photos, and make no video, sound or new viewpoints."
POSE = "I can't change a pose, an expression or an age without an image model."
NO_SUCH_EDIT = (
    "I know no edit that does “{wish}”; say it in other words, as in “remove the car” or “make the mug navy blue”."
)
EXPORT = "Use the download button below the picture to save it in the format you like."
BATCH = "To repeat the edits on other photos, save them as a recipe and apply it to the folder."
UNKNOWN = "I did not understand that; what should I change in the photo?"
ELSEWHERE = "I only edit photos, so I can't help with that."

_POSED = re.compile(rf"^(?!(?:show|give) (?:me|us)\b).*\b(?:{v.POSE}|turned|raised|age)\b", re.I)

_QUESTIONS = {
    "target": "What in the photo should I change?",
    "absent": "I can't see the {target} in this photo; what do you mean by it, or can you click on it?",
    "several": "There are several; which {target} do you mean?",
    "wish": "How should the {target} change?",
}


def reply_for(steps: list[Step], why: str = "") -> str | None:
    """The sentence that goes with a plan; None when its edits speak for themselves.

    `why` says what is missing when the plan asks: "absent", "several", "wish" or "target".
    """
    for step in steps:
        if step.op == "clarify":
            kind = (
                why if why in _QUESTIONS and (step.target or why == "target") else ("wish" if step.target else "target")
            )
            return UNKNOWN if why == "unknown" else _QUESTIONS[kind].format(target=step.target or "")
    for step in steps:
        if step.op != "other":
            continue
        value = step.value or ""
        if value.startswith("resize"):
            continue
        if value.startswith("chat"):
            return HELLO if "greeting" in value else DONE if "done" in value else ANSWER if "answer" in value else HELP
        if value.startswith("no action"):
            return DONE
        if value.startswith("refuse"):
            return REFUSED_COMMAND if "command" in value else ELSEWHERE if "elsewhere" in value else REFUSED
        if value.startswith("unsupported"):
            return UNSUPPORTED
        if value.startswith("export"):
            return EXPORT
        return POSE if _POSED.search(value) else NO_SUCH_EDIT.format(wish=value) if value else UNKNOWN
    return None
