"""Requests to take something away: things, text, private data, flaws, tints, the background."""

from __future__ import annotations

import re

from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.normalise import has_quotation
from agent.offline.steps import Step

_EXCEPT = re.compile(
    r"^(?:everything|everyone|everybody|all|anything|anyone|anybody)(?: else)?(?: \w+)? (?:except|but|"
    r"apart from|besides|"
    r"other than|aside from)(?: for)? (.+)$",
    re.I,
)
_ALL_BUT_ONE = re.compile(r"^(?:all|every|the) ?(?:of the )?(.*?) ?(?:but|except)(?: for)? (?:one|1)(?: .*)?$", re.I)
_TINT = re.compile(
    r"^(?:(?P<before>.+?) )?(?:colou?r )?(?:tints?|hues?|casts?|tinge|toning|overtones?|"
    r"undertones?)(?: (?:of|from|on|in) (?P<where>.+))?$",
    re.I,
)
_COLOUR = re.compile(r"^(?:all )?(?:the )?colou?rs?(?: (?:of|from|in|on) (?P<where>.+))?$", re.I)
_WHOLE_FLAWS = {
    r"noise|noisiness|grain\w*|static": "denoise", r"(?:motion |gaussian )?blur\w*": "deblur",
    r"haze|haziness|fog|mist": "dehaze", r"rain\w*(?: ?streaks?| ?drops?)?": "derain",
    r"compression|jpe?g artifacts?": "remove artifacts",
}  # fmt: skip
_INSTEAD_OF = re.compile(r"^(?P<old>.+?) (?:and|then) (?:leave|keep) .+$", re.I)
_FROM = re.compile(r"\s(?:from|off|off of|out of|on|in|of|around|under|along|across)\s", re.I)


def erase(rest: str) -> list[Step]:
    """Steps for what a removing verb takes away; one each for separately named things."""
    said = p.coordinated(rest)
    rest = _trim(rest)
    if not rest or v.is_image(rest):
        return [Step("remove")]
    if match := _ALL_BUT_ONE.match(rest):
        return [Step("remove", f"other {p.bare(match[1]) or 'things'}")]
    if re.match(rf"(?:all |any |the )*{v.WRITING} (?:except|but)\b", rest, re.I):
        return [Step("remove_text", p.bare(rest))]
    if match := _EXCEPT.match(rest):
        if re.match(r"(?:everyone|everybody|anyone|anybody|all (?:the )?(?:people|persons))\b", rest, re.I):
            return [Step("remove", f"everyone except the {p.bare(match[1])}")]
        return [Step("background_remove", p.noun_phrase(match[1]))]
    steps: list[Step] = []
    parts = p.coordinated(rest)
    for part, whole in zip(parts, said if len(said) == len(parts) else parts, strict=True):
        if steps and (own := _wish_of_its_own(whole)) is not None:
            steps += own
        elif (step := erase_one(part)) not in steps:
            steps.append(step)
    return merged_flaws(steps)


def _wish_of_its_own(part: str) -> list[Step] | None:
    """The steps of a later part that names no thing but a wish ("remove the tag, collar straight, bg white").

    None when it does name a thing. Empty when the wish cannot be read: it is not to be removed all the same.
    """
    from agent.offline.verbless import verbless

    stated = re.search(
        rf"\b(?:{v.QUALITY}|{v.TONE}|{v.SIZE}|straight|cent(?:er|re)(?:e?d)?|white|transparent)$", part, re.I
    )
    named = re.match(r"(?:the|his|her|my|their|all|any|every|that|this|those|these|an?|some)\b", part, re.I)
    behind = re.search(r"\w (?:bg|background|backdrop)$", part, re.I)
    return verbless(part) if (stated or behind) and not named else None


def merged_flaws(steps: list[Step]) -> list[Step]:
    """Several flaws named in one breath as one repair ("dust and scratches")."""
    if len(steps) < 2 or any(step.op != "restore" for step in steps) or any(step.target for step in steps[:-1]):
        return steps
    said = [str(step.value).removeprefix("remove ") for step in steps]
    if any(not str(step.value).startswith("remove ") and step.value != "denoise" for step in steps):
        return steps
    return [Step("restore", steps[-1].target, "remove " + " and ".join(said))]


def erase_one(phrase: str) -> Step:
    """The step that takes one thing away."""
    phrase = _trim(phrase)
    if v.is_background(phrase) or v.full(
        rf"(?:all (?:of )?)?{v.BACKGROUND}(?: (?:completely|entirely|noise|objects|stuff))?", phrase
    ):
        if v.full(r".*(?:objects|stuff|noise)", phrase):
            return Step("remove", p.noun_phrase(phrase))
        return Step("background_remove")
    if (match := _TINT.match(phrase)) and not re.search(r"\bwindow|glass\b", phrase, re.I):
        colour = p.bare(match["before"] or "")
        return Step(
            "adjust", p.noun_phrase(match["where"] or ""), f"less {colour}".strip() if colour else "neutral colours"
        )
    if match := _COLOUR.match(phrase):
        return Step("adjust", p.noun_phrase(match["where"] or ""), "desaturate")
    if v.full(rf"(?:the |some |any |of )*{v.QUANTITY}", phrase) and not re.search(
        r"light|colou?r|shadow|glare|detail|shine|texture|white|black|glow", phrase, re.I
    ):
        return Step("adjust", None, f"less {p.bare(phrase)}")
    if step := flaw(phrase):
        return step
    if is_writing(phrase):
        return Step("remove_text", p.noun_phrase(phrase))
    return Step("remove", p.noun_phrase(phrase) or p.bare(phrase))


def is_writing(phrase: str) -> bool:
    """Whether the head of a phrase is text or a watermark."""
    noun = p.bare(phrase)
    front = re.split(
        r"\s(?:of|in|on|at|from|with|that|which|saying|reading|near|under|above|below|across|over)\b", noun, maxsplit=1
    )[0]
    if re.search(r"\b(?:logo|sign|poster|sticker|banner|book|letter box|mailbox)s?$", front, re.I):
        return False
    if has_quotation(front) and v.full(rf"(?:(?:the |{v.WRITING} )*Qtxt\d+z(?: {v.WRITING})?)", front):
        return True
    return v.full(rf"(?:[\w'&-]+ ){{0,4}}?{v.WRITING}", front)


def flaw(phrase: str) -> Step | None:
    """The repair that a flaw ("noise", "wrinkles on his face") asks for; None when the phrase names no flaw."""
    noun = p.bare(p.without_image(phrase))
    noun = re.sub(
        r"^(?:of|some|any|little|small|tiny|annoying|ugly|digital|colou?r|iso|excess(?:ive)?|old|"
        r"unwanted|visible|most of|heavy|thick|minor|bad|weird)\s+(?:the )?",
        "",
        noun,
        flags=re.I,
    )
    match = re.match(rf"(?:[\w-]+ ){{0,2}}?(?P<flaw>{v.FLAW})(?P<rest>(?:\s.*)?)$", noun, re.I)
    if match is None:
        return None
    rest = match["rest"].strip()
    place = re.match(r"(?:from|on|in|off|of|around|under|along|across|over|at|to)\s+(.+)$", rest, re.I)
    if rest and not place:
        return None
    where = p.noun_phrase(place[1]) if place else None
    name = match["flaw"].lower()
    for pattern, value in _WHOLE_FLAWS.items():
        if re.fullmatch(pattern, name):
            return Step("restore", where, value)
    return Step("restore", where, f"remove {noun[: match.start('rest')].strip() if where else noun}")


def redact(rest: str, verb: str) -> list[Step]:
    """Steps for hiding something: private data is redacted, faces are blurred, other things go away."""
    rest = _trim(rest)
    if not rest:
        return [Step("clarify")]
    if match := re.match(r"(?P<old>.+?) (?:with|by|using|behind) (?P<new>.+)$", rest, re.I):
        new = p.bare(match["new"])
        if v.full(r"(?:an? )?(?:\w+ )?(?:blur|mosaic|pixels?|pixelation)\w*", new):
            return blur(match["old"], verb)
        if not is_private(match["old"]) and verb.startswith("cover"):
            return [Step("insert", p.noun_phrase(match["old"]), new)]
        rest = match["old"]
    parts = p.coordinated(rest)
    if len(parts) > 1 and all(re.match(r"(?:the|my|his|her|their|our|all|any|every)\b", part, re.I) for part in parts):
        return [step for part in parts for step in redact(part, verb)]
    if is_private(rest):
        return [Step("redact_text", p.bare(p.without_image(rest)))]
    if re.search(rf"\b{v.FACE}\b", p.head(rest)):
        return [Step("blur", p.noun_phrase(part)) for part in p.coordinated(rest)]
    if is_writing(rest):
        return [Step("redact_text", p.noun_phrase(rest))]
    if verb in (
        "redact",
        "censor",
        "anonymize",
        "anonymise",
        "black out",
        "obfuscate",
        "de-identify",
        "bleep out",
        "blank out",
        "block out",
        "white out",
    ):
        return [Step("redact_text", p.noun_phrase(rest))]
    if v.is_background(rest):
        return [Step("background_remove")]
    if verb == "obscure":
        return [Step("blur", p.noun_phrase(rest))]
    return erase(rest)


def is_private(phrase: str) -> bool:
    """Whether the phrase names something that must not be read: a plate, a name, a number."""
    return any(
        v.full(rf"(?:[\w'-]+ ){{0,4}}?{v.PRIVATE}(?: (?:and|or|of|on|in|from|at) .+)?", p.bare(part))
        and not v.full(r"(?:.* )?(?:dinner|metal|paper|white|food|empty) plates?(?: .*)?", part)
        for part in p.coordinated(phrase)
    )


def blur(rest: str, verb: str = "blur") -> list[Step]:
    """Steps for softening or pixelating what is named."""
    value = "pixelate" if re.match(r"pix|mosaic", verb) else None
    rest = _trim(rest)
    rest = re.sub(r"^(?:out|in)\s+", "", rest)
    if match := re.search(
        r"\s*\b(?P<much>a (?:little|tiny)? ?(?:bit|tad|touch|lot|little)(?: more)?|slightly|heavily|"
        r"strongly|completely|softly|more|less|by \d+\s?%?|with .+|using .+)$",
        rest,
        re.I,
    ):
        value, rest = value or match["much"], rest[: match.start()]
    if match := _EXCEPT.match(rest):
        return [Step("blur", "background", value)]
    if (
        re.match(
            r"(?:everything|everyone|the area|all)(?: else)?(?: (?:behind|around|in the back|in the background)\b.*)?$",
            rest,
            re.I,
        )
        and rest.lower() != "everything"
    ):
        return [Step("blur", "background", value)]
    if v.is_background(rest):
        return [Step("blur", "background", value)]
    if value == "pixelate" and is_private(rest):
        return [Step("redact_text", p.noun_phrase(rest))]
    if not rest:
        return [Step("blur", None, value)]
    return [
        Step("blur", "background" if v.is_background(part) else p.noun_phrase(part), value)
        for part in p.coordinated(rest)
    ]


def _trim(rest: str) -> str:
    rest = p.without_image(rest.strip(" .,!?:;"))
    rest = re.sub(
        r"\s(?:so (?:that )?(?:i|it|we|you|one|people|everyone|the|there|only|they)\b.*|to (?:make|create|reveal|give|"
        r"show|get|have|focus|clean)\b.*|because\b.*|leaving (?:only|just|the|a)\b.*|"
        r"without (?:changing|affecting|touching|altering|ruining|losing)\b.*|while (?:keeping|"
        r"leaving|maintaining|preserving)\b.*|but (?:keep|leave)\b.*|and (?:keep|leave|nothing)\b.*|"
        r"keeping\b.*)$",
        "",
        rest,
        flags=re.I,
    )
    rest = p.without_image(rest)
    rest = re.sub(r"\s+(?:again|already|anyway|afterwards)$", "", rest, flags=re.I)
    rest = re.sub(r"(?: would be (?:nice|great|good|lovely|cool|awesome|perfect))$", "", rest, flags=re.I)
    return re.sub(r"^(?:of|out|away|off)\s+(?=the|my|his|her|this|that|all)", "", rest, flags=re.I)


def trim(rest: str) -> str:
    """What a verb governs, without purposes and reservations behind it ("…, keeping the rest")."""
    return _trim(rest)
