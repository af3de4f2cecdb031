"""Requests about the frame: crop, zoom, rotate, flip, straighten, extend."""

from __future__ import annotations

import re

from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.erasing import erase, trim
from agent.offline.moving import resize
from agent.offline.steps import Step

RATIO = (
    r"(?:(?:\d{1,2}(?:\.\d+)?)\s?[:x/]\s?(?:\d{1,2}(?:\.\d+)?)(?!\d)(?:\s?(?:mm|cm|in|"
    r"inch(?:es)?)\b)?|square|portrait(?: (?:mode|orientation|format))?|landscape(?: (?:mode|"
    r"orientation|format))?|widescreen|vertical|horizontal|panorama|passport(?: photo)?(?: size)?|"
    r"instagram(?: \w+)?|profile picture|circle|circular|round|banner|a4|headshot|letterbox|"
    r"cinema\w*)"
)
_DEGREES = re.compile(r"(?P<number>-?\d+(?:\.\d+)?)\s*(?:°|º|degrees?|deg\b|d\b)?", re.I)


def crop(rest: str, verb: str) -> list[Step]:
    """Steps for cropping and zooming in; "crop out the man" removes him."""
    centred = re.search(
        r"\bso (?:that )?(?P<what>(?:the|his|her|my) [\w' -]+?) (?:is|are|sits?|comes?|ends? up) (?:cent(?:er|"
        r"re)(?:e?d)|"
        r"in the (?:cent(?:er|re)|middle))$",
        rest,
        re.I,
    )
    if centred:
        return [Step("crop", p.noun_phrase(centred["what"]), "center")]
    rest = trim(re.sub(r"^(?:in|it in)\s+(?=on|to|closer|a|the|more|tight)", "", rest, flags=re.I))
    body = re.match(
        r"(?:(?P<what>.+?) )?(?P<how>from the \w+ (?:up|down|upwards?|downwards?)|(?:at|above|below|to) (?:the |"
        r"his |her )?"
        r"(?:waist|knees?|chest|hips?|shoulders?|neck|ankles?|elbows?|chin|head))$",
        rest,
        re.I,
    )
    if body:
        return [Step("crop", p.noun_phrase(body["what"] or ""), body["how"])]
    if match := re.match(r"(?:out|away) (.+)$|(.+?) (?:out|away)(?: of .*)?$", rest, re.I):
        thing = match[1] or match[2]
        if re.search(r"background", thing, re.I):
            return [Step("background_remove")]
        if re.search(
            r"\b(?:space|margins?|borders?|edges?|bars?|corners?|area|part|half|side|third|strip|sky|"
            r"bottom|top|left|right|frame|whitespace)\b",
            p.head(thing),
            re.I,
        ):
            return [Step("crop", None, p.bare(thing))]
        return erase(thing)
    rest = re.sub(r"^(?:down|out|away)\s+", "", rest)
    value = None
    if match := re.search(
        rf"\b(?:to|into|in|as|at|for|with)?\s*(?:an? |the )?(?P<ratio>{RATIO})(?: (?:crop|ratio|"
        rf"aspect(?: ratio)?|format|shape|size|photo|image|picture))?\b",
        rest,
        re.I,
    ):
        value = match["ratio"]
        rest = f"{rest[: match.start()]} {rest[match.end() :]}".strip()
        rest = re.sub(
            r"^(?:with|around|on|,|and)?\s*(?:the )?(.+?) (?:in (?:the )?(?:cent(?:er|re)|middle)|"
            r"cent(?:er|re)(?:ed)?)$",
            r"around \1",
            rest,
            flags=re.I,
        )
    if match := re.match(
        r"(?:(?:the |this |my )?(?:image|photo|picture|it|pic|shot|this)?\s*)?(?P<much>(?:a (?:bit|"
        r"little|touch|tad)(?: more)?|slightly|more|tighter|closer|in|by \d+\s?%?|\d+\s?(?:%|px|"
        r"pixels)|much|way|some)\s*)*(?:(?:off|from|on|at|of|to)\s+)?(?:the )?(?P<side>(?:left|right|"
        r"top|bottom|upper|lower|edges?|sides|borders?|corners?|whitespace|white space)(?:(?: and|"
        r",) (?:the )?(?:left|right|top|bottom|sides?))*(?:[- ]?(?:hand)?(?: (?:side|edge|part|half|"
        r"third|corner|border))?)?)(?: of .*)?$",
        rest,
        re.I,
    ):
        much = rest[: match.start("side")]
        number = re.search(r"\d+\s?(?:%|px|pixels)?", much)
        return [Step("crop", None, f"{match['side']} {number[0] if number else ''}".strip())]
    if match := re.match(
        r"(?:(?:the |this |my )?(?:image|photo|picture|it|pic|shot|this|"
        r"in)?\s*,?\s*)?(?P<how>(?:(?:in|a bit|a little|slightly|much|even|way|more|"
        r"closely) )*)(?:tight(?:ly|er)?|closer|close)?\s*(?:so (?:that )?only |so (?:that )?|"
        r"to (?:just |only )?(?:show |include |focus on |remove |keep |get )?|around |on(?:to)? |"
        r"in on |into |for |just |at |towards? |down to )(?P<what>.+)$",
        rest,
        re.I,
    ):
        what = re.sub(
            r"\s(?:is|are) (?:visible|shown|left|in (?:the )?frame|centered|in the (?:center|middle)|"
            r"showing|the focus)$",
            "",
            match["what"],
            flags=re.I,
        )
        what = re.sub(r"\s(?:is|are)$", "", what)
        tail = re.search(r",? ?(?:a bit |a little |slightly |even )?\b(?:tighter|tightly|closer)$", what, re.I)
        if tail:
            what, value = what[: tail.start()], value or tail[0].strip(" ,")
        if not v.full(r"(?:size|fit|it|remove .*|the (?:center|middle|frame))", what):
            return [Step("crop", p.noun_phrase(what), value or ("tighter" if "tight" in rest.lower() else None))]
    target = p.noun_phrase(rest)
    if target and v.full(
        r"(?:a bit |a little |slightly |even |much |way |more |it |in |the image )*(?:tighter|closer|"
        r"in|more|less|wider|looser|tightly|a bit|a little|slightly|\d+ ?%|by .+|further|now|"
        r"down)(?: .*)?",
        target,
    ):
        return [Step("crop", None, target)]
    if target and v.is_pronoun(target):
        target = None
    return [Step("crop", target, value)]


def rotate(rest: str, verb: str) -> list[Step]:
    """Steps for rotating, flipping, mirroring and straightening, of the picture or of a thing in it."""
    rest = re.sub(
        r"^(?:it |the (?:image|photo|picture) )?(?:so (?:that )?|until |to make |such that )(?P<what>the [\w' -]+?|it) "
        r"(?:is|are|stands?|looks?|sits?|becomes?|appears?)(?: up)? (?=straight|level|upright|vertical|horizontal)",
        r"\g<what> ",
        trim_keep_purpose(rest),
        flags=re.I,
    )
    if re.match(r"straight|level|deskew|unti|un-ti|tilt.*straight|reorient|unrot", verb) or (
        re.search(r"\b(?:straight(?:en)?|level|upright|horizon(?:tal)?\b.*\b(?:level|straight))\b", rest, re.I)
        and not re.match(r"flip|mirror", verb)
    ):
        target = p.noun_phrase(re.split(r"\s(?:so|until|to|by|and|upright|straight|level)\b", rest, maxsplit=1)[0])
        if (
            target is None
            or v.is_pronoun(target)
            or re.search(r"horizon|image|photo|tower|building|line|perspective|scene|angle|frame", target)
        ):
            return [Step("rotate", None, "straighten")]
        return [Step("rotate", target, "straighten")]
    value = ""
    rest = re.sub(
        r"\b(?:a |one )?quarter(?:[- ]turn)?\b",
        "90 degrees",
        re.sub(r"\b(?:a |one )?half(?:[- ]turn)\b", "180 degrees", rest),
    )
    rest = (
        re.sub(r"\s*\bso (?:that )?(?:the|it|he|she|they|his|her)\b.*$", "", rest)
        if re.match(r"flip|mirror", verb)
        else rest
    )
    if (match := _DEGREES.search(rest)) and match[0].strip():
        value = f"{match['number']} degrees"
        rest = f"{rest[: match.start()]}{rest[match.end() :]}"
    if match := re.search(r"\b(?:counter[- ]?clock ?wise|anti[- ]?clock ?wise|ccw)\b", rest, re.I):
        value, rest = f"{value} counterclockwise".strip(), rest.replace(match[0], "")
    elif match := re.search(r"\b(?:clock ?wise|cw)\b", rest, re.I):
        value, rest = f"{value} clockwise".strip(), rest.replace(match[0], "")
    elif match := re.search(r"\bto (?:the |its |his |her )?(left|right)\b|\b(left|right)$", rest, re.I):
        value, rest = f"{value} {(match[1] or match[2]).lower()}".strip(), rest.replace(match[0], "")
    if re.match(r"flip|mirror|reflect|invert", verb):
        if re.search(r"\bvertical(?:ly)?\b|\bupside[- ]?down\b", rest, re.I) or "vertical" in verb:
            value = "flip vertically"
        elif re.search(r"\bhorizontal(?:ly)?\b|left to right|left-right|sideways", rest, re.I) or "horizontal" in verb:
            value = "flip horizontally"
        else:
            value = "mirror" if verb.startswith(("mirror", "reflect")) else f"flip {value}".strip()
        rest = re.sub(
            r"\b(?:vertical(?:ly)?|horizontal(?:ly)?|left to right|sideways|upside[- ]?down|along the .*|"
            r"around|over|on (?:its|the) .* axis|so .*)\b",
            "",
            rest,
            flags=re.I,
        )
    elif match := re.search(
        r"\bupside[- ]?down\b|\bsideways\b|\bslightly\b|\ba (?:bit|little)\b|\bmore\b|"
        r"\bthe other way\b|\bto (?:portrait|landscape|vertical|horizontal)\b|\bright[- ]side[- ]up\b",
        rest,
        re.I,
    ):
        value, rest = f"{value} {match[0]}".strip(), rest.replace(match[0], "")
    rest = re.sub(r"\b(?:by|around|about|so (?:that )?.*|to .*|until .*)\s*$", "", rest.strip(), flags=re.I).strip(" ,")
    rest = re.sub(r"\s+(?:by|to|around|so)$", "", rest)
    target = p.noun_phrase(rest) if rest else None
    if target and (re.fullmatch(r"by|to|around|view|orientation|image .*", target)):
        target = None
    return [Step("rotate", target, value or None)]


def trim_keep_purpose(rest: str) -> str:
    """The rest of a rotation without the image named in it, its purpose kept ("so the tower is straight")."""
    return p.without_image(rest.strip(" .,!?")) if not v.is_image(rest) else ""


def outpaint(rest: str, verb: str) -> list[Step]:
    """Steps for making the frame wider; lengthening a thing of the picture is its size."""
    rest = trim(rest)
    rest = re.sub(
        r"^(?:out|the (?:image|photo|picture|canvas|frame|view|scene|borders?|shot|edges)|"
        r"this (?:image|photo|picture)|it|image|photo|picture|my (?:photo|picture))\b\s*",
        "",
        rest,
        flags=re.I,
    )
    rest = re.sub(r"^(?:out|of|on|from|so)\b\s*", "", rest)
    if not rest or v.is_image(rest):
        return [Step("outpaint")]
    ratio = re.search(rf"\b(?:to|into|as) (?:an? )?({RATIO}|\d{{3,5}}\s?x\s?\d{{3,5}})", rest, re.I)
    if ratio:
        return [Step("outpaint", None, ratio[1])]
    if re.match(
        r"(?:to|on|at|by|in|towards?|a (?:bit|little)|more|further|slightly|left|right|up|down|"
        r"outwards?|beyond|all|both|\d|and)\b",
        rest,
        re.I,
    ):
        return [Step("outpaint", None, re.sub(r"^(?:to|on|at|towards?)\s+(?:the )?", "", rest))]
    if re.match(
        r"(?:the )?(?:background|sky|canvas|borders?|edges?|sides?|top|bottom|left|right|foreground|"
        r"view|ground|beach|floor|wall|image|field of view|landscape|crop|margins?|grass|road|water|"
        r"sea)\b",
        rest,
        re.I,
    ):
        return [Step("outpaint", None, p.bare(rest))]
    if verb in ("widen", "lengthen", "extend", "expand", "broaden"):
        return resize(rest, {"extend": "lengthen", "expand": "enlarge", "broaden": "widen"}.get(verb, verb))
    return [Step("outpaint", None, p.bare(rest))]
