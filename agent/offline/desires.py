"""What somebody wants to have ("the logo removed", "the sky bluer", "a bird on the fence") put as plain imperatives."""

from __future__ import annotations

import re

from agent.offline import lexicon
from agent.offline import phrases as p
from agent.offline import vocabulary as v

BE = (
    r"(?:should|must|needs? to|has to|have to|ought to|could|can|might|shall|would) (?:all |also |"
    r"just |really |now |maybe )?be(?:come)?|(?:should|could|must) (?:all )?(?:look|appear|become|"
    r"turn|say|read|have)"
)
WANT = (
    r"(?:(?:i|we)(?:'d|'ll| would| will| also| just| really)* (?:want|need|like|love|prefer|wish|"
    r"require|get|have)|i'd (?:like|love)|need|want|looking to have|looking to get|hoping to have|"
    r"hoping to get|wanting to have|wanting|would like|would love|wishing|like to have|"
    r"like to get|love to have|love to get|love to see|like to see|want to see|want to have|"
    r"want to get|need to have|need to get|i wish|can (?:i|we) (?:get|have|see)|could (?:i|"
    r"we) (?:get|have|see)|may i have|get|have|see|there needs to be|trying to get|"
    r"trying to have)"
)


def done(phrase: str) -> str | None:
    """ "the logo removed from his shirt" -> "remove the logo from his shirt"."""
    listed = re.split(r",\s*(?:and )?|\s+and (?=(?:the|an?|his|her|my|their|this|that) )", phrase)
    if len(listed) > 1 and all(each := [done(part) for part in listed]):
        return ", ".join(filter(None, each))
    inner = lexicon.participle_pattern().search(phrase)
    if inner is not None and "," in phrase[: inner.start()]:
        return None  # a list, of which only a later part is a participle
    while inner is not None:
        verb = lexicon.base_of_participle(inner["verb"])
        thing, after = phrase[: inner.start()].strip(), phrase[inner.end() :].strip()
        thing = re.sub(r"\s+(?:to be|to get|being|is|are|be|also|all|completely|just)+$", "", thing, flags=re.I)
        if verb and thing and p.bare(thing) and not re.fullmatch(r"(?:i|you|we|the|a|an|it was|to|was)", thing, re.I):
            if joined := re.match(r"(?:,? ?and |, )(?:be |then )?(?P<next>\w+)\b(?P<rest>.*)$", after):
                base = lexicon.base_of_participle(joined["next"])
                after = f"and {base} it{joined['rest']}" if base else after
            if verb == "make":
                return f"make {thing} {after}"
            if verb in ("take", "put", "cut", "get", "set") and re.match(r"(?:out|off|away|down)\b", after):
                particle, _, after = after.partition(" ")
                verb = f"{verb} {particle}"
            return f"{verb} {thing} {after}".strip()
        inner = lexicon.participle_pattern().search(phrase, inner.end())
    return None


def desired(match: re.Match[str]) -> str | None:
    """The imperative of a wish for a thing or a state; its group `np` is what is wanted."""
    thing = match["np"].strip()
    listed = re.split(r",\s*(?:and )?|\s+and (?=the |his |her |my |their )", thing)
    if len(listed) > 1 and all(
        re.match(r"(?:the|his|her|my|their|this|that) [\w' -]+ [\w-]+", part) for part in listed
    ):
        return f"make {thing}"
    if re.match(r"(?:no |none of |nothing )", thing, re.I):
        return "remove " + re.sub(r"^no (?:more )?", "", thing, flags=re.I)
    if re.match(r"(?:it|this|that|him|her|them|everything) (?:to be |to look |to feel |to |be )?\w+", thing, re.I):
        return "make " + re.sub(
            r"\b(it|this|that|him|her|them|everything) (?:to be |to look |to feel |to |be )",
            r"\1 ",
            thing,
            count=1,
            flags=re.I,
        )
    if found := re.match(
        r"(.+?) to (be|look|feel|have|become|appear|wear|say|read|hold|face|show|match|stay) (.+)$", thing, re.I
    ):
        return f"make {found[1]} {found[2]} {found[3]}"
    if re.match(
        r"(?:to (?!have\b)|you|someone|somebody|help|your|this photo|the photo|some help|him to|it if|if |that )",
        thing,
        re.I,
    ):
        return None
    if re.search(
        r"\b(?:with no|without (?:an?|the|any)|with(?: an?)? (?:transparent|clear|empty)|"
        r"no) (?:background|backdrop)$",
        thing,
        re.I,
    ):
        return "remove the background"
    if found := re.match(r"(?:an? )?(?P<what>.+?) (?:background|backdrop)$", thing, re.I):
        return f"change the background to {found['what']}"
    if re.match(r"(?:an?|some|more|two|three|four|another|\d+|lots of|many|several)\b", thing, re.I):
        return f"add {thing}"
    if p.colour_suffix(thing):
        return f"make {thing}"
    if (
        found := re.match(
            r"(?:to have )?(?P<c>.+?) (?P<part>hair|eyes|skin|lips|teeth|nails)$", p.without_image(thing), re.I
        )
    ) and p.is_plain_colour(found["c"]):
        return f"make the {found['part']} {found['c']}"
    if found := re.match(
        rf"(.+?) ({v.DEGREE}(?:{v.TONE}|{v.SIZE}|{v.QUALITY}|{v.BLURRED}|{v.BLACK_WHITE}|transparent|gone|out))$",
        thing,
        re.I,
    ):
        if found[2].lower() == "out":
            return f"remove {found[1]}"
        return f"make {found[1]} {found[2]}"
    return None
