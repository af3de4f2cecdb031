"""Answers to the question the assistant has just asked: yes, no, which one, what colour."""

from __future__ import annotations

import re
from dataclasses import replace as changed

from agent.offline import intents, lexicon, references
from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.frames import parse_clause
from agent.offline.history import Conversation
from agent.offline.normalise import strip_preamble, strip_tail
from agent.offline.steps import Step

_YES_AND = re.compile(
    r"^(?:yes|yeah|yep|yup|sure|ok|okay|go ahead|do it|correct|exactly|right|please do)(?: please)?[\s,.!]+"
    r"(?:and |but (?!only|just|not|without)|also |plus |then |oh |(?:while|since) you(?:'re| are) (?:at it|"
    r"there),? )+(?P<rest>.+)$",
    re.I,
)


def answer(text: str, past: Conversation) -> list[Step]:
    """The steps when the text answers the question the assistant has just asked; empty when it does not."""
    asked = past.open_edit
    if asked is None and not past.last_reply.strip().endswith("?"):
        return []
    raw = text.strip(" ,.!;")
    if intents.chat(raw) and not re.match(
        r"(?:yes|yep|yeah|yup|no|nope|sure|ok|both|all|great|perfect|right|exactly|thanks|not|never|nothing)\b",
        raw,
        re.I,
    ):
        return []
    steps = [step for step in (asked.steps if asked else []) if step.op not in ("undo", "redo", "compare")]
    wanted = [step for step in steps if step.op not in ("clarify", "other")]
    if re.fullmatch(
        r"(?:(?:yes|yeah|yep|yup|sure|ok|okay|please|please do|do it|do that|go ahead|go for it|"
        r"of course|absolutely|definitely|correct|exactly|that's (?:right|it)|sounds good|y|yea|ya|"
        r"fine|why not|aye|indeed|perfect|great|do so|proceed|alright|certainly|by all means|both|"
        r"all(?: of (?:them|it))?|remove (?:them|it|both)|thanks|thank you|that would be (?:great|"
        r"nice|good)|i do|let's do (?:it|that)|make it so)[\s,.!]*)+",
        raw,
        re.I,
    ):
        offer = past.offer()
        if re.fullmatch(r"(?:both|all|all of (?:them|it)|remove both)", raw, re.I) and wanted:
            return [changed(step, target=_plural(step.target)) for step in wanted]
        if offer:
            offered = parse_clause(offer)
            if offered and offered[0].op not in ("clarify", "other"):
                if not any(
                    step.target and (v.is_pronoun(step.target) or re.match(r"(?:all|both|any)\b", step.target))
                    for step in offered
                ):
                    return offered
                if not wanted and past.last:
                    return [changed(step, target=past.focus) for step in offered]
        return wanted
    if (also := _YES_AND.match(raw)) and (agreed := answer("yes", past)):
        more = parse_clause(also["rest"])
        if not more or more[0].op == "clarify":
            named = re.sub(r"[\s,]+(?:too|as well|also)$", "", also["rest"], flags=re.I)
            more = [changed(agreed[-1], target=p.noun_phrase(part)) for part in p.coordinated(named)]
        return [*agreed, *more]
    if re.fullmatch(
        r"(?:(?:no|nope|nah|no thanks|no thank you|not now|don't|leave it|never ?mind|cancel|"
        r"that's (?:it|all|fine)|it's fine|i'm good|not really|no need|neither|none(?: of them)?|"
        r"thanks|skip(?: it| that)?|forget (?:it|about it))[\s,.!]*)+",
        raw,
        re.I,
    ):
        return [Step("other", None, "no action")]
    if wanted and (
        but := re.match(
            r"(?:all(?: of them)?|everyone|everybody|every one|both)(?:,)? (?:but|except)(?: for)? (?P<who>.+)$",
            raw,
            re.I,
        )
    ):
        return [changed(step, target=f"{_plural(step.target)} except the {p.bare(but['who'])}") for step in wanted]
    short = re.sub(
        r"^(?:(?:neither|none|no|nope|but|yes|yeah|um|uh|hmm|oh|well|sorry|i mean|i meant|i want|it's|"
        r"it is|that's|please|just|only|ok|the one i mean is|let's say|make it|do|"
        r"actually)[\s,:;.–-]+)+",
        "",
        raw,
        flags=re.I,
    )
    short = re.sub(r"[\s,]+(?:please|pls|thanks|thank you|i think|i guess|maybe)$", "", short, flags=re.I)
    if lexicon.opening_verb(strip_preamble(short)) and not references.is_reference(short):
        return []
    numbered = references.numbered_options(past.last_reply)
    if (
        which := re.fullmatch(r"(?:the )?(?:option|number|no\.?|nr\.?|#|choice|answer)? ?(\d|[a-d])\)?", short, re.I)
    ) and (named := numbered.get(which[1].lower())):
        short = named
    options = references.options(past.last_reply)
    if wanted:
        picked = re.split(r"\s*,\s*(?:and )?|\s+and\s+", short)
        if len(picked) > 1 and all(references.is_pointing(f"the {part.removeprefix('the ')}") for part in picked):
            return [
                changed(step, target=references.pick(part, step.target or step.value or "", past.last_reply))
                for step in wanted
                for part in picked
            ]
        if references.is_reference(short) or (options and references.choose(short, options)):
            return [
                changed(step, target=references.pick(short, step.target or step.value or "", past.last_reply))
                for step in wanted
            ]
        if p.is_plain_colour(short) and wanted[-1].op == "recolor":
            return [changed(wanted[-1], value=p.colour_words(short))]
    if asked is not None and len(short.split()) <= 12:
        question = strip_tail(asked.text)
        for joint in (" ", " to ", " with ", " by ", " on "):
            found = parse_clause(f"{question}{joint}{short}")
            if found and found[0].op not in ("clarify", "other") and found != wanted and _uses(found, short):
                return found
        if (
            wanted
            and not re.match(r"(?:i|you|we|what|why|how|who|can|could|is|are|do)\b", short, re.I)
            and wanted[-1].op not in ("undo",)
        ):
            if wanted[-1].op == "insert":
                return [changed(wanted[-1], target=p.bare(re.sub(r"^(?:on|in|at|to) ", "", short)))]
            return [changed(step, target=references.pick(short, step.target or "", past.last_reply)) for step in wanted]
        targets = [step.target for step in steps if step.op == "clarify" and step.target]
        if targets and p.could_be_colour(short):
            return [Step("recolor", targets[0], p.colour_words(short))]
    return []


def _uses(steps: list[Step], phrase: str) -> bool:
    said = {
        word
        for word in re.findall(r"\w+", phrase.lower())
        if word not in ("the", "a", "to", "it", "please", "one", "by", "in", "on")
    }
    read = set(re.findall(r"\w+", " ".join(f"{step.value} {step.op}" for step in steps).lower()))
    return bool(said) and bool(said & read or any(step.op in ("crop", "rotate", "outpaint") for step in steps))


def _plural(target: str | None) -> str | None:
    if target is None or p.is_plural(target):
        return target
    noun = p.head(target)
    return target.replace(noun, noun + "s", 1) if noun else target
