"""How the clauses of one message lean on one another: topics, "it", and steps that finish earlier ones."""

from __future__ import annotations

import re
from dataclasses import replace as changed

from agent.offline import (
    erasing,
    lexicon,
    normalise,
    references,
)
from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.completing import NEVER_OF_A_THING, PERSON
from agent.offline.history import Conversation, Edit
from agent.offline.steps import Step


def topic_of(piece: str) -> str | None:
    """The thing a clause without a wish is about: "lint on the black sweater", "the ring looks dull"."""
    piece = normalise.strip_tail(normalise.strip_preamble(piece))
    if match := re.match(
        r".*\b(?:left|forgot|got|except(?: for)?|but|see|notice|have) (?:the colou?r of )?(?P<np>(?:a|"
        r"an|the|some|his|her|my|their|this|that) [\w' -]+?)(?: (?:in|on) (?:the |my |this )?(?:frame|"
        r"shot|picture|photo|background|image|corner).*)?$",
        piece,
        re.I,
    ):
        return p.noun_phrase(match["np"])
    if (lexicon.opening_verb(piece) and re.match(r"(?:keep|leave|don't|do)\b", piece)) or re.match(
        r"(?:rather|instead|keep|not)\b", piece, re.I
    ):
        return None
    if re.fullmatch(r"[\w' ]{0,12}", piece) and not p.is_plural(piece) and " " not in piece.strip():
        return None
    match = re.match(
        r"(?:there(?:'s| is| are) )?(?:(?:a|an|the|some|this|that|my|his|her|these|"
        r"those) )?(?P<np>[\w' -]{2,60}?)(?: (?:looks?|is|are|seems?|was|has|needs?)\b.*)?$",
        piece,
        re.I,
    )
    if match is None or re.match(
        r"(?:i|we|you|he|she|it|they|my wife|thank|thanks|this is|hoping|having|please|if)\b", piece, re.I
    ):
        return None
    return p.noun_phrase(match["np"])


def is_bare_remedy(step: Step) -> bool:
    """Whether a step only says that something be put right ("fix it", "extend"), not what or how."""
    if step.op == "outpaint":
        return step.value is None
    if step.op == "rotate":
        return step.target is None and step.value == "straighten"
    named = step.target is not None and not v.full(
        rf"{v.PRONOUN}|both|all(?: of (?:it|them|this|that))?|everything|each", step.target
    )
    return (
        not named
        and step.op == "restore"
        and re.fullmatch(r"(?:fix|correct|repair|improve|clean)(?: up)?", step.value or "") is not None
    )


def placed(steps: list[Step], piece: str) -> list[Step]:
    """Adds "he's by the tree" to the person an earlier step is about."""
    match = re.match(
        r"(?:he|she|it|they)(?:'s| is|'re| are) (?:the one |standing |sitting |right |just |"
        r"the person |the guy |the girl )*(?P<where>(?:by|in|on|at|near|next to|behind|under|wearing|"
        r"holding|with|to the)\b.+)$",
        piece,
        re.I,
    )
    if (
        match is None
        or not steps
        or not steps[-1].target
        or steps[-1].op not in ("remove", "blur", "segment", "replace")
    ):
        return steps
    return [*steps[:-1], changed(steps[-1], target=f"{steps[-1].target} {p.bare(match['where'])}")]


def about(step: Step, topic: str | None, earlier: list[Step]) -> Step:
    """A step whose "it" means something this very message has named."""
    if (
        step.op == "insert"
        and topic
        and not earlier
        and re.fullmatch(r"(?:a new )?(?:one|it|some|them)", step.value or "")
    ):
        return changed(step, value=topic)
    if step.target is None and step.op == "restore" and topic and not earlier and (flaw := erasing.flaw(topic)):
        return flaw
    if step.target and earlier and earlier[-1].target and re.match(r"(?:other )?ones?\b|other$", step.target, re.I):
        return changed(step, target=references.resolve(f"the {step.target}", earlier[-1].target, Conversation()))
    if step.target is None or not v.is_pronoun(step.target):
        return step
    named = Conversation(edits=[Edit("", earlier)]).focus if earlier else None
    if named and earlier[-1].op.startswith("remove") and step.op in ("insert", "adjust", "style"):
        return changed(step, target=None)  # what is gone cannot be given anything
    if topic and not named:
        if step.op == "restore":
            if flaw := erasing.flaw(topic):
                return flaw
            where = re.match(r"(?P<what>.+?) (?:on|in|from) (?:the |my |his |her )?(?P<where>.+)$", topic)
            if where:
                return Step("restore", where["where"], f"remove {where['what']}")
        return changed(step, target=topic) if step.op not in NEVER_OF_A_THING else changed(step, target=None)
    if named and step.op not in NEVER_OF_A_THING:
        if step.op == "rotate" and earlier[-1].op not in ("insert", "replace", "move"):
            return changed(step, target=None)
        if step.op in ("adjust", "restore") and earlier[-1].op not in (
            "insert",
            "replace",
            "recolor",
            "resize_object",
            "move",
        ):
            return changed(step, target=None)
        if step.target.lower() in PERSON and step.op not in ("recolor", "resize_object", "move", "remove"):
            return step
        return changed(step, target=named)
    return step


def joined(steps: list[Step], found: list[Step], piece: str = "") -> list[Step]:
    """Steps and those of the next clause, where the next clause finishes what the last began."""
    steps = list(steps)
    for step in found:
        last = steps[-1] if steps else None
        if last and step == last and step.op not in ("undo", "redo"):
            continue
        if last and last.op == step.op == "recolor" and step.value == "same color":
            step = changed(step, value=last.value)
        if last and step.op == "background_replace" and (last.op == "background_remove" or last.op == "segment"):
            steps[-1] = step
        elif last and step.op == "background_remove" and last.op in ("background_remove", "segment"):
            steps[-1] = Step("background_remove")
        elif (
            last
            and last.op == "remove"
            and step.op.startswith("background_")
            and re.match(
                r"(?:place|put|drop|set|paste|stick|move|lay)(?: (?:it|him|her|them|that))?(?: back)? (?:on|"
                r"onto|in|into|over|against)\b",
                piece,
                re.I,
            )
        ):
            steps[-1] = step
        elif (
            last
            and last.op == "background_remove"
            and step.op == "insert"
            and (one := re.match(r"(?P<kind>.+) (?:one|background)$", step.value or ""))
        ):
            steps[-1] = Step("background_replace", None, one["kind"])
        elif (
            last
            and last.op == "crop"
            and step.op in ("outpaint", "move")
            and ((step.op == "move" and step.value == "center") or re.search(r"\baround\b", step.value or ""))
        ):
            thing = step.target if step.op == "move" else p.noun_phrase(re.sub(r"^.*?\baround ", "", step.value or ""))
            steps[-1] = Step("crop", thing or last.target, last.value)
        elif last and last.op == "remove" and step.op == "replace" and step.target == last.target:
            steps[-1] = step
        elif (
            last
            and last.op == "background_remove"
            and step.op in ("recolor", "replace")
            and step.target in ("background", "it", None)
            and step.value
        ):
            steps[-1] = Step("background_replace", None, step.value)
        elif last and last.op == "background_replace" and step.op == "background_replace" and last.value is None:
            steps[-1] = step
        else:
            steps.append(step)
    return steps
