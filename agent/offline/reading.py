"""A message read sentence by sentence, clause by clause."""

from __future__ import annotations

import re
from dataclasses import replace as changed

from agent.offline import (
    briefs,
    clauses,
    complaints,
    followup,
    frames,
    intents,
    lexicon,
    normalise,
    references,
    session,
    transferring,
    verbless,
)
from agent.offline import phrases as p
from agent.offline.history import Conversation, Edit
from agent.offline.joining import about, is_bare_remedy, joined, placed, topic_of
from agent.offline.steps import Step
from agent.offline.unfolding import unfolded

_PURPOSE = re.compile(
    r"(?:just |only |mainly |this is |it's |it is |it'll be |we need (?:it|this) |i need (?:it|this) |mostly )*for "
    r"(?:fun|laughs|a laugh|the lulz|kicks|print(?:ing)?|work|school|church|christmas|(?:an?|my|"
    r"our|his|her|their) (?!(?:shirt|hat|hair|dress)\b)"
    r"[\w' -]+|instagram|facebook|linkedin|tinder|ebay|etsy|amazon|shopify|social media|the web(?:site| ?shop)?)$",
    re.I,
)


# "My shirt looks orange, it was red": what a complaint says of the true colour.
_ONCE = re.compile(
    r"(?:but )?(?:it|they) (?:was|were|is|are|used to be|should have been)(?: really| actually| supposed to be)* "
    r"(?P<colour>[\w# -]+?)(?: (?:originally|before|in (?:real life|reality)|in person|irl))?$",
    re.I,
)


_DISLIKED = re.compile(
    r"(?:i|we) (?:really |just |kind of |kinda |absolutely |honestly )*(?:dislike|hate|don't (?:really )?like|"
    r"can't stand|"
    r"am not (?:a fan|fond) of|loathe)(?: how)? (?P<np>(?:the|this|that|my|his|her|their|these|those) [\w' -]+?)"
    r"(?:, (?:and |but |so )?|\s+(?:and|but|so) )(?P<rest>(?:can|could|would|should|may|make|change|turn|please|"
    r"i'd|it should) .+)$",
    re.I,
)
_GIVEN = re.compile(r"(?:have|has|get|gets|wear|wears|hold|holds) (?:an?|some|two|three)\b", re.I)
_COMMENT = re.compile(r"(?:please |just )?look at (?:that|this|those|these|how|the|it|him|her|them)\b", re.I)


def clause_by_clause(text: str, past: Conversation, has_selection: bool) -> list[Step]:
    """Reads sentence by sentence, clause by clause; what an earlier clause named is what a later "it" means."""
    steps: list[Step] = []
    now = past.copy()
    topic: str | None = None
    held_verb: str | None = None
    complained: list[str] = []
    for sentence in normalise.sentences(text):
        if disliked := _DISLIKED.match(sentence):
            topic = p.noun_phrase(disliked["np"])
            sentence = disliked["rest"]
        if intents.chat(sentence):
            if there := re.match(r"(?:why|how come) (?:is|are) there (?P<np>.+)$", sentence.strip(" ?"), re.I):
                topic = p.noun_phrase(there["np"])
            continue
        if not now.last and (listed := briefs.wishes(sentence)):
            steps = joined(steps, listed)
            now.edits.append(Edit(sentence, steps))
            continue
        pieces = [part for piece in clauses.clauses(sentence) for part in unfolded(piece)]
        for piece in pieces:
            if topic and (once := _ONCE.match(piece)) and p.is_plain_colour(once["colour"]):
                piece = f"it should be {once['colour']}"
            found = _clause(piece, now, bool(steps), held_verb, has_selection)
            if found is None:
                held_verb = normalise.strip_tail(normalise.strip_preamble(piece))
                continue
            held_verb = None
            if not found:
                bare = normalise.strip_tail(normalise.strip_preamble(piece))
                wrong = complaints.wishes(bare)
                complained += wrong
                topic = (complaints.subject(bare) if wrong else None) or topic_of(piece) or topic
                steps = placed(steps, piece)
                continue
            if complained and len(found) == 1 and is_bare_remedy(found[0]):
                found = [step for wish in complained for step in frames.parse_clause(wish)] or found
                complained = []
            if steps and steps[-1].target and _GIVEN.match(piece) and found[0] == Step("insert", None, found[0].value):
                found = [changed(step, target=steps[-1].target) for step in found]
            found = [about(step, topic, steps) for step in found]
            steps = joined(steps, found, piece)
            if any(step.op not in ("clarify", "other", "undo", "redo", "compare") for step in found):
                now.edits.append(Edit(piece, [step for step in steps if step.op not in ("clarify", "other")] or steps))
    if held_verb and topic and not steps:  # "the reflection in the kettle - remove"
        steps = frames.parse_clause(f"{held_verb} the {topic}")
    wishes = [step for step in steps if step.op != "clarify"]
    return wishes or steps[:1]


def _clause(
    piece: str, now: Conversation, later: bool, held_verb: str | None, has_selection: bool
) -> list[Step] | None:
    """The steps of one clause; None when it is a verb that waits for the next clause's object."""
    if re.match(
        r"(?:please |but |and )*(?:do not|don't|dont|never|no need to|without|avoid|"
        r"not to) (?:\w+ )*?(?:change|changing|touch|touching|remove|removing|alter|altering|edit|"
        r"modify|affect|crop|mess|delete|move|blur|recolor|replace|make|add|lose|cut|ruin|use|forget|"
        r"include)\b",
        piece,
        re.I,
    ) and not re.match(r"(?:please )?(?:don't|do not) forget", piece, re.I):
        return []
    if re.match(
        r"(?:but |and |please |just )*(?:keep|leave|preserve|maintain|retain|ensure)\b(?! (?:only|just)\b)", piece, re.I
    ) and not p.colour_suffix(piece):
        return []
    if not intents.chat(piece) and (steps := session.session(piece, now)):
        return steps
    if intents.is_unsupported(piece):
        return [Step("other", None, "unsupported")]
    if _PURPOSE.match(piece) or _COMMENT.match(piece):
        return []
    if now.last and not later and (steps := followup.elliptical(piece, now)):
        return steps
    if (
        later
        and now.last
        and (
            match := re.match(
                r"(?:do|try|take|pick|choose) (?P<what>(?:the|his|her|my|their|its) [\w' -]+?)(?: (?:instead|"
                r"rather|too))?$",
                piece,
                re.I,
            )
        )
    ):
        return transferring.transfer(now.last, match["what"], now)
    bare = normalise.strip_tail(normalise.strip_preamble(piece))
    if complaints.wishes(bare):
        return []
    opening = lexicon.opening_verb(bare)
    if (
        opening
        and not opening[1]
        and opening[2][0]
        in ("erase", "segment", "blur", "colour", "replace", "move", "resize", "cutout", "redact", "change")
    ):
        return None
    steps = frames.parse_clause(piece)
    if not steps and later:
        steps = verbless.wanted_thing(piece)
    if held_verb and opening:
        shared = frames.parse_clause(f"{held_verb} {opening[1]}")
        return [step for step in shared if step.op != "clarify"] + steps
    if (
        not steps
        and later
        and now.last
        and now.last.op in ("remove", "blur", "recolor", "redact_text", "segment", "remove_text")
        and references.is_reference(piece)
    ):
        return transferring.transfer(now.last, piece, now)
    if (not steps or steps[0].op == "clarify") and now.last and (later or len(piece) < 60):
        again = followup.elliptical(piece, now)
        if again and not (later and now.last and again == [now.last]):
            return again
        if later and again:
            return []
    if not steps:
        parts = [
            part
            for part in re.split(r"\s*,\s*(?:and |but )?|\s+(?:and|but|&|\+)\s+|\s+(?=no [a-z]+(?: [a-z]+)?$)", piece)
            if part
        ]
        if len(parts) > 1:
            read = [
                frames.parse_clause(part) or (followup.elliptical(part, now) if now.last and not later else [])
                for part in parts
            ]
            steps = [step for part in read for step in part if step.op != "clarify"]
            if steps and len([part for part in read if part]) < len(parts) and not read[0] and len(read) > 2:
                return steps
    return steps
