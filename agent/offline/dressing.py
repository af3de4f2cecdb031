"""Requests that give somebody or something a thing: accessories, garments, looks."""

from __future__ import annotations

import re

from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.erasing import trim
from agent.offline.inserting import counted, insert
from agent.offline.steps import Step
from agent.offline.toning import level


def give(rest: str) -> list[Step]:
    """Steps for "give X a Y": accessories come in, colours and garments change, looks are styles."""

    rest = trim(rest)
    if match := re.match(r"(?:me|us) (?P<what>.+?) in (?P<colours>.+)$", rest, re.I):
        colours = p.colour_list(match["colours"]) or (
            [match["colours"]] if p.is_plain_colour(match["colours"]) else None
        )
        if colours:
            return [
                Step("recolor", p.bare(re.sub(r"^the same ", "", match["what"])), p.colour_words(c)) for c in colours
            ]
    if (
        match := re.match(
            r"(?P<what>(?:an? |some |the )?.+?) to (?P<who>the .+|him|her|them|it|this|my .+)$", rest, re.I
        )
    ) and re.match(r"(?:an?|some)\b", match["what"]):
        return [Step("insert", p.noun_phrase(match["who"]), counted(match["what"]))]
    several = re.split(r",? and (?=(?:the|him|her|his|my|them|it) )", rest)
    if len(several) > 1:
        return [step for part in several for step in give(part)]
    if pronoun := re.match(r"(?P<who>it|him|them|me|us|everyone|everybody) (?P<what>.+)$", rest, re.I):
        return given(pronoun["who"], pronoun["what"])
    match = re.match(
        r"(?P<who>it|him|her|them|this|that|me|us|everyone|everybody|(?:(?:the|my|his|our|their|all|"
        r"both|every|each|that|this|these|those) )?(?!the\b)[\w'-]+(?: [\w'-]+)*?) (?P<what>(?:an?|"
        r"some|more|two|three|four|the|no|less|another|his|her|their|bigger|longer|shorter|smaller|"
        r"larger|blonde?|curly|wings?|back|(?:sun)?glasses|(?:\w+ ){0,2}(?:eyes|hair|skin|shoes|teeth|"
        r"legs|ears|makeup|clothes|wings|tails?|horns|stripes|spots|hats?|shirt|lips|background))\b.*|"
        r"[\w-]+)$",
        rest,
        re.I,
    )
    if match is None:
        return []
    return given(match["who"], match["what"])


_COAT = re.compile(
    r"(?:an? )?(?:fresh |new |nice |thin )*(?:coat|lick|splash|layer)s? of (?:paint in )?(?P<colour>.+?)(?: paint)?$",
    re.I,
)


def given(who: str, what: str) -> list[Step]:
    """Steps for somebody or something getting something."""
    from agent.offline.assigning import assign

    what = re.sub(
        r"^(?:just )?(?:an? )?(?:little |tiny )?(?:bit|touch|hint|tad) (?:more )?of (?=an? )", "", what, flags=re.I
    )
    plain = p.bare(what)
    target = p.noun_phrase(who)
    if v.full(rf"(?:[\w-]+ )?(?:{v.TONE}|golden|rosy|healthy) (?:glow|tone|tint|cast|tinge)", plain) and (
        v.is_pronoun(who) or target is None
    ):
        return [Step("adjust", who if target else None, plain)]
    if (coat := _COAT.match(what)) and p.could_be_colour(coat["colour"]):
        return [Step("recolor", target, p.colour_words(coat["colour"]))]
    whole = target is None or v.is_pronoun(who)
    if re.search(r"\bbackground$|\bbackdrop$", plain, re.I):
        kind = re.sub(r"\s*\b(?:colou?red )?(?:background|backdrop)$", "", plain, flags=re.I)
        return (
            [Step("background_remove")]
            if re.search(r"transparent", kind)
            else [Step("background_replace", None, kind or None)]
        )
    if match := re.match(rf"(?:more |a bit more |some |a little |extra |less )+{v.QUANTITY}$", what, re.I):
        return level(
            f"{re.sub(r'^(?:a bit more|a little|more|some|extra|less) ', '', what)}"
            + (f" of {who}" if target and not v.is_pronoun(who) else ""),
            -1 if what.startswith("less") else 1,
        )
    if match := re.match(rf"(?P<kind>.+?) {v.STYLE_NOUN}$", plain, re.I):  # noqa: SIM102
        if whole or v.full(v.STYLE, match["kind"]):
            return [Step("style", target if target and not v.is_pronoun(target) else None, plain)]
    if v.full(rf"(?:\w+ )*?(?:{v.STYLE}|{v.WEATHER})", plain) and whole and not v.full(r".*(?:glasses|hat)", plain):
        return [Step("style", None, plain)]
    if match := re.match(  # noqa: SIM102
        r"(?P<colour>.+?) (?P<part>hair|eyes|skin|lips|teeth|fur|feathers|shoes|paint(?: job)?|shirt|"
        r"dress|nails|colou?r|coat of paint|tone|hue|tint|wings|highlights|finish)$",
        plain,
        re.I,
    ):
        if p.is_plain_colour(match["colour"]) or match["colour"].lower() in ("blonde", "blond", "brunette"):
            if re.match(r"paint|colou?r|coat|finish", match["part"]):
                return [Step("recolor", target or who, p.colour_words(match["colour"]))]
            if re.match(r"tone|hue|tint", match["part"]):
                return [Step("adjust", target if not v.is_pronoun(who) else None, plain)]
            if match["part"] in ("hair", "eyes", "skin", "lips", "teeth", "fur", "nails", "feathers"):
                return [Step("recolor", owned(target, match["part"]), match["colour"])]
    if v.full(rf"(?:[\w-]+ )*?{v.CLOTHES}", plain) and not v.full(rf"(?:[\w-]+ )*?{v.ACCESSORY}", plain):
        return [Step("replace", owned(target, "clothes"), plain)]
    if v.full(r"(?:[\w-]+ )*(?:smile|grin|frown|wink|expression|look|pose|facelift|haircut|hairstyle|tan)", plain):
        return [Step("other", target, plain)]
    if v.full(r"(?:[\w-]+ )*(?:outline|border|frame|shadow|drop shadow|glow|reflection)", plain):
        return [Step("insert", target, plain)]
    if v.full(rf"{v.DEGREE}(?:{v.SIZE}) .+", plain):
        return [
            Step(
                "resize_object",
                f"{target}'s {plain.split()[-1]}" if target else plain.split()[-1],
                plain.rsplit(" ", 1)[0],
            )
        ]
    if re.match(r"(?:me|us)$", who, re.I):
        return assign("image", what) if v.full(v.STYLE, plain) else insert(what)
    return [Step("insert", target, counted(part)) for part in p.coordinated(what)]


def wear(who: str, what: str) -> list[Step]:
    """Steps for somebody wearing something: accessories come in, garments replace garments."""
    target = p.noun_phrase(re.sub(r"\s+(?:be|is|are|to)$", "", who)) or None
    steps = []
    for part in p.coordinated(trim(what)):
        thing = counted(part)
        if re.search(r"\binstead of\b", part):
            new, old = re.split(r"\s+instead of\s+", part, maxsplit=1)
            steps.append(Step("replace", p.bare(old), p.bare(new)))
        elif v.full(rf"(?:[\w'#-]+ )*?{v.ACCESSORY}(?:\s(?:on|of|with|around)\b.*)?", thing):
            steps.append(Step("insert", target, thing))
        else:
            steps.append(Step("replace", owned(target, "clothes"), thing))
    return steps


def owned(owner: str | None, part: str) -> str:
    """A part as its owner's: "man's hair", "her hair", or just "hair"."""
    if owner is None or v.is_pronoun(owner) or re.fullmatch(r"me|us|everyone", owner, re.I):
        pronouns = {
            "him": "his",
            "he": "his",
            "her": "her",
            "she": "her",
            "them": "their",
            "they": "their",
            "me": "my",
            "us": "our",
        }
        return f"{pronouns[owner.lower()]} {part}" if owner and owner.lower() in pronouns else part
    return f"{owner}'s {part}"
