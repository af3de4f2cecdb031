"""Requests of colouring: "paint X red", "tint", "whiten"."""

from __future__ import annotations

import re

from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.assigning import assign
from agent.offline.erasing import trim
from agent.offline.placing import insert
from agent.offline.steps import Step

# "Paint flames on the car": what is painted has no article, so it is new.
_ONTO = re.compile(
    r"(?!(?:the|it|his|her|my|all|this|that|these|those|them|their)\b)(?P<new>[\w' -]+?) (?:on|onto|across|along|over) "
    r"(?:the|his|her|my|both|each|every)\b",
    re.I,
)


def colour(rest: str, verb: str) -> list[Step]:
    """Steps for verbs of colouring: the colour is at the end, or missing."""
    rest = trim(re.sub(r"^(?:in|over)\s+(?=the|this|my)", "", rest))
    if re.match(r"whiten|blacken|redden|bleach|tan", verb):
        value = {"whiten": "white", "blacken": "black", "redden": "red", "bleach": "white", "tan": "tanned"}[
            verb.split()[0]
        ]
        target = p.noun_phrase(rest)
        return [Step("recolor", target, value if target else "it")] if target else [Step("adjust", None, value)]
    if not rest:
        return [Step("clarify")]
    if p.is_plain_colour(rest):
        return [Step("recolor", "it", p.colour_words(rest))]
    onto = _ONTO.match(rest) if re.match(r"paint|spray|draw", verb) else None
    if onto and not p.colour_suffix(onto["new"]) and not p.could_be_colour(onto["new"]):
        return insert(rest)
    if looked := re.match(r"(?P<what>.+?) (?:like|as) (?P<how>(?:an? |the ).+)$", rest, re.I):
        return assign(looked["what"], f"like {looked['how']}")
    if match := re.match(
        r"(?P<what>.+?) (?:in|with|to|into|using|as|to be|to match|to look|from .+? to) (?P<how>(?:the |a )?.+)$",
        rest,
        re.I,
    ):
        colours = p.colour_list(match["how"])
        if colours:
            return [Step("recolor", p.noun_phrase(match["what"]), p.colour_words(c)) for c in colours]
        if not re.match(r"the (?:background|foreground|middle|corner|left|right|front|back)\b", match["how"]) and (
            p.could_be_colour(match["how"]) or re.search(r"colou?r|match|same|to ", match[0])
        ):
            if v.is_image(match["what"]):
                return (
                    [Step("adjust", None, f"{match['how']} tint")]
                    if p.could_be_colour(match["how"])
                    else [Step("restore", None, "colorize")]
                )
            return (
                [
                    Step(
                        "recolor",
                        "background" if v.is_background(part) else p.noun_phrase(part),
                        p.colour_words(match["how"]),
                    )
                    for part in p.coordinated(match["what"])
                ]
                if not v.is_background(match["what"])
                else [Step("background_replace", None, p.colour_words(match["how"]))]
            )
    if suffix := p.colour_suffix(rest):
        pairs = [p.colour_suffix(part) for part in re.split(r",? and |, ", rest)]
        if len(pairs) > 1 and all(pairs):
            return [s for pair in pairs if pair for s in assign(*pair)]
        return assign(re.sub(r"\s+(?:in|to)$", "", suffix[0]), suffix[1])
    if match := re.match(
        rf"(?P<what>.+?) {v.DEGREE}(?P<how>darker|lighter|brighter|differently|another colou?r|a different colou?r)$",
        rest,
        re.I,
    ):
        if re.search("different|another", match["how"]):
            return [Step("clarify", p.noun_phrase(match["what"]))]
        return [Step("recolor", p.noun_phrase(match["what"]), match["how"])]
    if re.match(r"an? (?!photo|picture|image)", rest, re.I):
        return insert(rest)
    target = p.noun_phrase(rest)
    if verb in ("color", "colour", "color in", "colour in", "recolor", "recolour", "tint") and (
        target is None
        or v.is_pronoun(rest)
        or re.search(r"photo|picture|image|drawing|sketch|line ?art|grand|mother|father|portrait", rest, re.I)
    ):
        return [Step("restore", None, "colorize")]
    return [Step("clarify", target)]
