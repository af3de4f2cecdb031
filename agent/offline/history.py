"""What a conversation has done so far: the edits, what they were about, and the question that is open."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.steps import Step

_QUESTION = re.compile(
    r"\?\s*$|\?\s+\(?[1aA][).:] |\b(?:which (?:one|of)|do you mean|did you mean|shall i|should i|want me to|"
    r"would you like|left or right)\b",
    re.I,
)
_OFFER = re.compile(
    r"(?:do you |would you )?(?:want|like) me to (?:also )?(?P<a>[^?.]+)\?|(?:shall|should|may|"
    r"can) i (?:also )?(?P<b>[^?.]+)\?",
    re.I,
)
_SHADOW = re.compile(r"\bshadows?$", re.I)
_AT = re.compile(
    r"^(?:to |on |at )?(?:the )?(?:left|right) (?:side )?of |"
    r"^(?:under(?:neath)?|beneath|below|behind|beside|around|on|to) ",
    re.I,
)
_SESSION = frozenset("undo redo compare clarify other".split())


@dataclass
class Edit:
    """One user message that was planned, and what the assistant said to it."""

    text: str
    steps: list[Step]
    reply: str = ""

    @property
    def asked_back(self) -> bool:
        """Whether the assistant answered with a question."""
        return bool(_QUESTION.search(self.reply.strip()))


@dataclass
class Conversation:
    """The edits still standing, oldest first; the texts said; what the assistant told about the picture."""

    edits: list[Edit] = field(default_factory=list)
    open_edit: Edit | None = None
    last_text: str = ""
    last_reply: str = ""
    told: list[str] = field(default_factory=list)
    just_undone: bool = False
    undone: Edit | None = None

    def copy(self) -> Conversation:
        """An independent conversation with the same past."""
        return Conversation(
            list(self.edits),
            self.open_edit,
            self.last_text,
            self.last_reply,
            list(self.told),
            self.just_undone,
            self.undone,
        )

    def add(self, text: str, steps: list[Step], reply: str) -> None:
        """Record a user message, its plan, and the assistant's answer."""
        self.last_text, self.last_reply = text, reply
        asked_about = re.search(
            r"\b(?:what|which|who)\b.*\b(?:see|in (?:the|this|my|it)|there|picture|photo|image)\b", text, re.I
        )
        if reply:
            self.told.append(
                f"I see {reply}" if asked_about and re.match(r"(?:an?|the|two|three|some)\b", reply, re.I) else reply
            )
        edit = Edit(text, steps, reply)
        self.open_edit = edit if edit.asked_back else None
        self.just_undone = any(step.op == "undo" for step in steps)
        if self.just_undone and self.edits:
            value = next(step.value for step in steps if step.op == "undo")
            self.undone = self.edits[-1]
            self.edits = [] if value in ("all", "everything") else self.edits[:-1]
        done = [step for step in steps if step.op not in _SESSION]
        if done:
            self.edits.append(Edit(text, done, reply))

    @property
    def last(self) -> Step | None:
        """The last step that changed the picture (or was asked for)."""
        return self.edits[-1].steps[-1] if self.edits else None

    @property
    def focus(self) -> str | None:
        """What "it" means: the thing the last edit brought in or worked on; None for the whole picture."""
        gone = [self.undone] if self.just_undone and self.undone else []
        for edit in [*gone, *reversed(self.edits[-3:])]:
            for step in reversed(edit.steps):
                if thing := thing_of(step):
                    return thing
            if edit.steps[-1].op in ("crop", "style", "rotate", "outpaint"):
                continue
        return None

    def offer(self) -> str | None:
        """What the assistant's last question offers to do, as a request."""
        found = None
        for match in _OFFER.finditer(self.last_reply):
            found = match["a"] or match["b"]
        return found


def thing_of(step: Step) -> str | None:
    """The thing a step leaves in the picture or worked on."""
    if step.op == "insert":
        if not step.value:
            return step.target
        if _SHADOW.search(step.value):  # that belongs to its thing, and nobody speaks of it as "it"
            caster = p.bare(_AT.sub("", step.target or ""))
            return caster if caster and not v.is_pronoun(caster) else None
        return p.bare(re.split(r"\s(?:wearing|with|under|on|in|at|near|next to|that)\s", step.value)[0])
    if step.op == "replace":
        return step.value and p.bare(step.value)
    if step.op.startswith("background_"):
        if step.target and not v.is_pronoun(step.target):
            return step.target  # what is cut out stays, and is spoken of
        return "background" if step.op == "background_replace" else None
    if step.op in _SESSION:
        return step.target
    return step.target if step.target and not v.is_pronoun(step.target) else None
