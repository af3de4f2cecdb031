"""Requests that put a thing of the picture elsewhere in it, or change its size."""

from __future__ import annotations

import re

from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.erasing import trim
from agent.offline.inserting import place_of
from agent.offline.steps import Step
from agent.offline.toning import split_amount, with_amount


def move(rest: str, verb: str = "move") -> list[Step]:
    """Steps for putting a thing of the picture elsewhere in it."""
    rest = trim(rest)
    if re.match(r"cent(?:er|re)|recent(?:er|re)", verb):
        thing = re.sub(r"\s*(?:in|within) the (?:frame|middle|cent(?:er|re)|shot)$", "", rest, flags=re.I)
        return [Step("move", p.noun_phrase(thing), "center")]
    if re.fullmatch(
        r"arms?|hands?|legs?|heads?|chin|eyebrows?|fingers?|tail|wings?|foot|feet|paws?|fists?|thumbs?|ears?",
        p.head(rest),
    ) and verb in ("raise", "lower", "lift", "push", "pull", "bring"):
        return [Step("other", p.noun_phrase(rest), f"{verb}d" if verb == "raise" else f"{verb}ed")]
    if verb == "align" and (line := re.match(r"(?P<what>.+?) (?P<where>(?:with|to|along|at|against) .+)$", rest, re.I)):
        return [Step("move", p.noun_phrase(line["what"]) or line["what"], line["where"])]
    if match := re.match(rf"(?P<what>.+?),? (?P<where>{v.POSITION})$", rest, re.I):
        return [Step("move", p.noun_phrase(part) or part, match["where"]) for part in p.coordinated(match["what"])]
    what, relation, where = place_of(rest)
    if relation:
        return [Step("move", p.noun_phrase(what) or what, f"{relation} {p.bare(where)}".strip())]
    if match := re.match(rf"(?P<where>{v.POSITION}) (?P<what>the .+|it|him|her|them)$", rest, re.I):
        return [Step("move", p.noun_phrase(match["what"]), match["where"])]
    if re.match(r"(?:the )?positions? of|places? of", rest, re.I) or verb == "rearrange":
        return [
            Step("move", p.noun_phrase(re.sub(r"^(?:the )?(?:positions?|places?) of ", "", rest)), "swap positions")
        ]
    return [Step("clarify", p.noun_phrase(rest))] if rest else [Step("clarify")]


def resize(rest: str, verb: str) -> list[Step]:
    """Steps for the size of a thing; the size of the whole picture is an export wish."""
    rest = trim(rest)
    rest = re.sub(r"^(?:up|down|out)\s+", "", rest)
    if match := re.match(  # noqa: SIM102
        r"(?:(?P<what>.*?)\s*\b)?(?:to|into|at|as)?\s*(?P<size>\d{2,5}\s*(?:px|pixels)?\s*(?:x|×|by|"
        r"\*)\s*\d{2,5}(?:\s*(?:px|pixels))?|\d{3,5}\s*(?:px|pixels)(?: wide| high| tall)?|"
        r"(?:full )?hd|4k|8k|\d+ ?(?:kb|mb|dpi|inch(?:es)?|cm|mm))(?: .*)?$",
        rest,
        re.I,
    ):
        if not match["what"] or v.is_image(match["what"]) or v.is_pronoun(match["what"]):
            return [Step("other", None, f"resize to {match['size']}")]
    rest, amount = split_amount(rest)
    if turned := re.search(r"\s+(up|down|in|out)$", rest):
        rest, verb = rest[: turned.start()], f"{verb} {turned[1]}"
    smaller = re.match(r"shrink|scale down|minify|downsize|slim|thin|shorten|squash|compress|narrow", verb)
    word = {
        "slim": "slimmer",
        "slim down": "slimmer",
        "thin": "thinner",
        "thin out": "thinner",
        "elongate": "longer",
        "lengthen": "longer",
        "shorten": "shorter",
        "fatten": "fatter",
        "thicken": "thicker",
        "narrow": "narrower",
        "widen": "wider",
        "stretch": "stretched",
        "bulk up": "more muscular",
        "beef up": "more muscular",
    }.get(verb, "smaller" if smaller else "larger")
    if match := re.match(
        rf"(?P<what>.+?) (?:to (?:be )?|so (?:that )?(?:it|they) (?:is|are) |"
        rf"until .+? )?(?P<how>(?:{v.DEGREE})(?:{v.SIZE}|(?:the )?(?:same )?size .+|half|double|"
        rf"twice .+|\w+ times .+|\d.*|fit .+|match .+))$",
        rest,
        re.I,
    ):
        rest, word = match["what"], match["how"]
    if not rest:
        return [Step("resize_object", None, with_amount(word, amount))]
    if v.is_image(p.without_image(rest)):
        if verb in ("enlarge", "scale up", "upsize", "blow up", "magnify", "supersize"):
            return [Step("restore", None, "upscale")]
        return [Step("other", None, f"resize {with_amount(word, amount)}")]
    if re.match(r"(?:the )?(?:background|canvas|borders?|frame|edges)", rest, re.I) and not smaller:
        return [Step("outpaint", None, p.bare(rest))]
    return [Step("resize_object", p.noun_phrase(part), with_amount(word, amount)) for part in p.coordinated(rest)]
