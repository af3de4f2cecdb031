"""Corrections of the last edit: something is still there, it was the wrong one, not that but the other."""

from __future__ import annotations

import re
from dataclasses import replace as changed

from agent.offline import lexicon, references
from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.complaints import wishes
from agent.offline.frames import parse_clause
from agent.offline.history import Conversation
from agent.offline.new_values import new_colour
from agent.offline.normalise import strip_preamble
from agent.offline.steps import Step

_STILL = re.compile(
    r"^(?:there(?:'s| is| are) still )(?P<a>.+?)(?: (?:left|there|visible|remaining|behind|"
    r"showing|on .+|in .+))?$|^(?P<b>.+?)(?: is| are|'s)? still (?:there|visible|here|showing|"
    r"in (?:it|the .+)|left|present|remains?|on .+|around|shows?)(?:.*)$|^(?:i can |you can |"
    r"we can )still see (?P<c>.+)$|^you(?:'ve| have)? (?:missed|forgot|overlooked|left|"
    r"skipped)(?: out)? (?P<d>.+?)(?: (?:out|behind|there|in))?$|^(?:it |that )?left (?:behind )?(?P<f>(?:an? |"
    r"the |some |its |his |her ).+?)"
    r"(?: behind| there| over)?$|^(?P<e>.+?) (?:remains?|"
    r"wasn't removed|was not removed|didn't (?:go|disappear)(?: away)?|was left(?: behind)?|"
    r"is left(?: behind)?|not (?:removed|gone)(?: yet)?)$",
    re.I,
)


_WRONG = re.compile(
    r"^(?:(?:no|nope|oops|wait|hey|ugh|sorry|argh|nah|um|well)[\s,.!]+)*(?:(?:that(?:'s| is|"
    r" was)?|it(?:'s| was| is)?|you (?:did|changed|removed|picked|got|took|edited|chose|selected|"
    r"have|used)|this is|thats) )?(?:the )?wrong (?P<what>[\w' -]+?)(?:[,.!;]+ ?(?P<right>.+))?$"
    r"|^(?:(?:no|nope|oops|wait|nah)[\s,.!]+)*(?:not (?:that|this)(?: one| \w+$)?|(?:i )?(?:meant|"
    r"mean|wanted)|that's not the (?:right )?(?:one|\w+)|you removed the wrong one|not him|"
    r"not her|not it|not those|not these)(?: one)?[\s,.;:–-]*(?:(?:but |i meant |i mean |rather |"
    r"it'?s )*(?P<right2>.+))?$"
    r"|^(?:(?:no|nope|oops|wait|nah)[\s,.!]+)*(?P<right3>(?:the other|the left|the right|"
    r"the \w+)(?: (?:one|\w+))?)[,;]? not (?:this|that|the .+?)(?: one)?$"
    r"|^(?:(?:no|nope|oops|wait|nah)[\s,.!]+)*not the (?P<old4>[\w' -]+?)[,;]+ ?(?:but )?(?:the )?(?P<right4>.+)$"
    r"|^(?:(?:no|nope|oops|wait|nah)[\s,.!]+)+(?:i (?:meant|mean|wanted|said|asked for) )?"
    r"(?P<right5>the (?:(?!not\b)[\w'-]+ ?)+?)(?:,? (?:and )?not .+)?$",
    re.I,
)


_OF_THING = re.compile(r"\bits (?=[a-z])", re.I)


_NOT_FOUND = re.compile(
    r"\b(?:can't|cannot|couldn't|could not|can not|didn't|did not|unable to) (?:find|see|locate|"
    r"spot)\b|\bnot found\b|\bthere is no\b|\bno \w+ (?:in|found)\b",
    re.I,
)


_SAID_VERB = re.compile(
    r"^(?:but |no,? )?i (?:said|asked (?:you )?(?:to|for)|told you to|wanted you to|"
    r"meant(?: to)?) (?P<verb>[a-z]+)(?: (?:it|"
    r"that|them|him|her))?,? (?:and )?(?:not|instead of|rather than) (?:to )?[a-z]+(?: (?:it|that|them|him|her))?$",
    re.I,
)


_STILL_SO = re.compile(
    r"^(?:it'?s |it is |that's |looks )?still (?:too |a bit |a little |very |so )*(?P<how>[a-z]+)$", re.I
)


def corrected(raw: str, text: str, past: Conversation, last: Step) -> list[Step]:
    """Complaints: still there, wrong one, not that one but the other."""
    if match := re.match(
        r"(?:and |but |now )?(?:there(?:'s| is| are)|i (?:can )?(?:still )?see|"
        r"it left) (?P<what>(?:a |an |some |still )*(?:\w+ )?(?:smudge|mark|blur|artifact|trace|"
        r"outline|halo|stain|ghost|spot|line|seam|patch)s?)(?: .*)?$",
        text,
        re.I,
    ):
        return [Step("restore", p.bare(match["what"]), "clean")]
    if (match := _SAID_VERB.match(raw)) and (steps := parse_clause(f"{match['verb']} the {last.target or past.focus}")):
        return [Step("undo"), *steps]
    if match := _STILL_SO.match(text):
        steps = [step for wish in wishes(f"it is {match['how']}") for step in parse_clause(wish)]
        if steps and steps[0].op == last.op:
            return [last]
        return [
            changed(step, target=past.focus if step.target and v.is_pronoun(step.target) else step.target)
            for step in steps
        ]
    for candidate in (raw, text):
        if match := _STILL.match(candidate):
            what = next(group for group in match.groups() if group)
            what = re.sub(
                r"^(?:the )?(?:bit|part|one|ones|some|spot|piece)s? (?=(?:on|in|at|near|behind|of)\b)",
                "",
                what,
                flags=re.I,
            )
            if re.match(r"(?:on|in|at|near|behind)\b", what) and last.target:
                what = f"{p.head(last.target)} {what}"
            if re.match(r"(?:it|that|this|he|she|they|them)$", what, re.I):
                return [last]
            if re.match(r"its ", what, re.I) and past.focus:
                what = _OF_THING.sub(f"{past.focus}'s ", what)
            if re.match(r"(?:a |an |some )?(?:smudge|mark|blur|artifact|trace|outline|halo|stain|ghost)", what, re.I):
                return [Step("restore", p.bare(what), "clean")]
            target = references.resolve(what, last.target or "", past)
            if last.op in ("remove", "remove_text", "blur", "redact_text", "replace", "recolor"):
                return [changed(last, target=target)]
            return [Step("remove", target)]
        if match := _WRONG.match(candidate):
            right = match["right"] or match["right2"] or match["right3"] or match["right4"] or match["right5"]
            if (
                not right
                and not match["what"]
                and not re.match(r".*\b(?:not (?:that|this|him|her|it)|other)\b", candidate, re.I)
            ):
                continue
            if (
                match["right5"]
                and not (references.is_reference(right) or (last.target and p.head(right) == p.head(last.target)))
                and last.op in ("insert", "style")
            ):
                continue
            aspect = match["what"] and re.match(
                r"colou?r|shade|way|direction|size|place|spot|side", match["what"], re.I
            )
            if aspect and not right:
                return [Step("undo"), Step("clarify", last.target)]
            target_was = last.target or last.value or ""
            if right and (verb := lexicon.opening_verb(strip_preamble(right))) and verb[1]:
                return [Step("undo"), *parse_clause(right)]
            if right and p.is_plain_colour(right):
                return [Step("undo"), *new_colour(right, past, last)]
            if not right:
                right = "the other one"
            right = re.sub(
                r"^(?:but |i (?:meant|wanted|mean|said) |it(?:'s| is| was| should be| should have been) |use |"
                r"take |do |try )+",
                "",
                right,
                flags=re.I,
            )
            target = references.resolve(right, target_was, past)
            if _NOT_FOUND.search(past.last_reply):
                return [changed(last, target=target)]
            return [Step("undo"), changed(last, target=target)]
    if match := re.match(
        r"^(?P<op>blur|remove|recolou?r|crop|replace|hide|pixelate|darken|brighten) (?:it|him|her|"
        r"them|that|this)(?: (?P<more>.+?))? (?:instead of|rather than|not) \w+(?:ing)?(?: (?:it|him|"
        r"her|them|that))?$",
        text,
        re.I,
    ):
        steps = parse_clause(f"{match['op']} the {past.focus or last.target or 'image'} {match['more'] or ''}")
        return [Step("undo"), *steps]
    if match := re.match(r"^(?P<op>blur|remove|pixelate|hide) (?:it|him|her|them|that|this) instead$", text, re.I):
        return [Step("undo"), *parse_clause(f"{match['op']} the {past.focus or last.target or 'image'}")]
    return []
