"""Requests about tone: brightness, contrast, saturation, warmth, sharpness; more, less, by how much."""

from __future__ import annotations

import re

from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.erasing import flaw, trim
from agent.offline.steps import Step

_AMOUNT = re.compile(
    r"\s*\b(?:by|to|at|of)?\s*(?P<number>[-+]?\d+(?:\.\d+)?|(?:(?:one|two|three|four|five|ten|"
    r"half) )?(?:an? )?(?:one|two|three|four|five|ten|half|twenty|thirty|fifty)(?= ?(?:(?:an? )?stops?|ev\b|"
    r"percent|per cent|points?|degrees?|%)))\s*(?P<unit>%|percent|per cent|points?|degrees?|"
    r"(?:of )?(?:an? )?(?:f-)?stops?|ev|x|times)?$",
    re.I,
)
_BY_DEGREE = re.compile(
    r"\s*,?\s*\b(?:by )?(?P<degree>a (?:little|tiny|wee|small)? ?(?:bit|touch|tad|lot|little|"
    r"smidge|notch|hair|shade)(?: bit| more)?|slightly|a lot|somewhat|significantly|drastically|"
    r"dramatically|considerably|way up|way down|much more|more|further|half|even more|a bit more|"
    r"just a little)$",
    re.I,
)
_NUMBERS = {
    "half": "0.5", "half a": "0.5", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "ten": "10",
    "twenty": "20", "thirty": "30", "fifty": "50",
}  # fmt: skip
_VERB_VALUES = {
    "brighten": "brighter", "lighten": "lighter", "darken": "darker", "dim": "darker", "sharpen": "sharpen",
    "saturate": "more saturated", "desaturate": "desaturate", "desat": "desaturate", "warm": "warmer", "cool": "cooler",
    "illuminate": "brighter", "underexpose": "darker", "overexpose": "brighter", "relight": "relight",
    "liven": "more vivid", "spice": "more vivid", "perk": "more vivid", "jazz": "more vivid",
    "invert": "invert colours",
    "dodge": "brighter", "burn": "darker", "light": "brighter", "posterize": "posterize", "solarize": "solarize",
    "color": "colour correction", "colour": "colour correction", "grade": "colour grading", "balance": "balanced",
    "white": "white balance", "equalize": "equalize", "expose": "brighter", "color-correct": "colour correction",
    "colour-correct": "colour correction",
}  # fmt: skip
_LIGHTNESS_OF_THINGS = re.compile(r"^(?:darken|lighten)$")
_TONED_AREAS = (
    r"(?:.*\b)?(?:sky|skies|face|faces|skin|shadows?|highlights?|room|foreground|background|side|"
    r"corner|area|edges?|scene|clouds?|person|people|man|woman|subject|water|lights?|lighting|"
    r"bottom|top|half|mid-?tones|wall|eyes|center|rest|exposure|colou?rs?|tones?|whites|blacks|"
    r"trees?|grass|mountains?|ocean|sea|sunset|street|image|photo|him|her|them|me|us|buildings?|"
    r"landscape|portrait|product|child|baby|girl|boy|dog|cat|window)\b.*"
)


def tone(rest: str, verb: str) -> list[Step]:
    """Steps for a verb that names its tone ("brighten the sky")."""
    stem = verb.split()[0]
    value = _VERB_VALUES.get(stem, verb)
    if verb in ("auto-level", "auto level", "auto adjust", "autocorrect"):
        value = "auto"
    rest, amount = split_amount(trim(rest))
    value = with_amount(value, amount)
    if m := re.match(r"(?:the )?(?:image|photo|picture|it|this)?\s*(?:with|using|to) (.+)$", rest, re.I):
        rest, value = "", f"{value} {m[1]}" if stem not in ("warm", "cool") else value
    if m := re.search(r"\s*\bto ((?:black and white|gr[ae]yscale|b&w|monochrome))$", rest, re.I):
        rest, value = rest[: m.start()], m[1]
    if stem in ("warm", "cool") and re.match(r"(?:up|down)$", rest):
        rest = ""
    if stem in ("invert",) and v.full(r"(?:the )?colou?rs?(?: of .+)?", rest):
        rest = ""
    targets = [p.noun_phrase(strip_quantity(part)) for part in p.coordinated(rest)] if rest else [None]
    steps = []
    for target in targets:
        if (
            target
            and stem in ("darken", "lighten")
            and not target.startswith(("every", "all "))
            and not v.full(_TONED_AREAS, target)
        ):
            steps.append(Step("recolor", target, value))
        elif target and v.is_background(target):
            steps.append(Step("adjust", "background", value))
        elif (step := Step("adjust", target, value)) not in steps:
            steps.append(step)
    return steps


def strip_quantity(phrase: str) -> str:
    """What is left of "the colours of the sky" and the like: whose tone it is; empty for the image's own."""
    if match := re.match(
        rf"(?:the |its |overall |image |photo )*{v.QUANTITY}(?: (?:of|in|on|from) (?P<where>.+))?$",
        phrase.strip(),
        re.I,
    ):
        noun = match[0].lower()
        if match["where"]:
            return match["where"]
        if re.search(r"shadow|highlight|black|white|mid-?tone", noun):
            return phrase
        return "" if not re.search(r"\blights?$|texture|details?$", noun) else phrase
    return phrase


def level(rest: str, direction: int, verb: str = "") -> list[Step]:
    """Steps for raising (+1) or lowering (-1) what is named: tone, size, blur, noise, space, number."""
    rest = trim(rest)
    rest, amount = split_amount(rest)
    parts = p.coordinated(rest) if rest else [""]
    if any(re.search(r"\bby [-+]?\d+ ?%?$", part) for part in parts):
        return [
            step
            for part, own in map(split_amount, [*parts[:-1], f"{parts[-1]} by {amount}" if amount else parts[-1]])
            for step in _level_one(part, direction, own, None, verb)
        ]
    where = None
    if (match := re.match(r"(.+?) (?:of|in|on) ([^,]+)$", parts[-1])) and len(parts) > 1:
        where = match[2]
    steps: list[Step] = []
    for part in parts:
        found = _level_one(part, direction, amount, where, verb)
        steps += [step for step in found if step not in steps]
    return steps


def _level_one(part: str, direction: int, amount: str, where: str | None, verb: str) -> list[Step]:
    part = re.sub(r"^(?:the |its |overall |general |level of |amount of |some )+", "", part, flags=re.I)
    part = re.sub(r"\blevels?\b(?= of)? ?(?:of )?", "", part, flags=re.I).strip() or part
    more = "more" if direction > 0 else "less"
    if match := re.match(r"(?:the )?(?:number|amount|count|quantity) of (.+)$", part, re.I):
        part = match[1]
        if not v.found(v.QUANTITY, part):
            return [
                Step("insert", None, f"more {p.bare(part)}")
                if direction > 0
                else Step("remove", f"some {p.bare(part)}")
            ]
    size = re.match(
        r"(?:the )?(?:size|scale|height|width|length|thickness|volume)(?: (?:of|for) (?P<of>.+))?$|"
        r"(?P<whose>.+?)(?:'s|s')? (?:size|scale|height|width|length|thickness)$",
        part,
        re.I,
    )
    if size:
        thing = size["of"] or size["whose"] or where or ""
        word = "larger" if direction > 0 else "smaller"
        for dimension, (up, down) in {
            "height": ("taller", "shorter"),
            "width": ("wider", "narrower"),
            "length": ("longer", "shorter"),
        }.items():
            if re.search(dimension, part, re.I):
                word = up if direction > 0 else down
        if not thing or v.is_image(thing):
            return [Step("other", None, f"resize {with_amount(word, amount)}")]
        return [Step("resize_object", p.noun_phrase(thing), with_amount(word, amount))]
    if re.search(r"\b(?:resolution|quality|dpi|ppi|pixel count)\b|^pixels?$", part, re.I):
        if direction > 0:
            return [Step("restore", None, "upscale" if "resol" in part.lower() else "higher quality")]
        return [Step("other", None, "resize smaller")]
    if re.search(r"\b(?:space|margins?|padding|canvas|headroom|room)\b", part, re.I) and direction > 0:
        return [Step("outpaint", None, part)]
    if match := re.match(
        r"(?:the )?(?:background )?(?:blur(?:riness)?|bokeh|depth of field)(?: (?:of|in|on|to) (?P<of>.+))?$",
        part,
        re.I,
    ):
        target = match["of"] or (
            "background" if "background" in part.lower() or "bokeh" in part.lower() or "depth" in part.lower() else None
        )
        return (
            [Step("blur", target and p.bare(target), with_amount(more, amount))]
            if direction > 0
            else [Step("restore", target and p.noun_phrase(target), "deblur")]
        )
    if direction < 0 and (step := flaw(part)):
        return [step]
    if not part or v.is_image(part) or v.is_pronoun(part):
        value = {
            "intensify": "more intense",
            "soften": "softer",
            "mute": "muted",
            "tone down": "toned down",
            "subdue": "muted",
            "deepen": "deeper",
        }.get(verb, more)
        return [Step("adjust", part if v.is_pronoun(part) else None, with_amount(value, amount))]
    match = re.match(
        rf"(?P<before>(?:[\w'-]+ ){{0,5}}?)(?P<what>(?:{v.QUANTITY})(?: (?:level|balance|intensity|"
        rf"saturation|temperature|levels))?)(?: (?:of|in|on|for|from|to) (?P<of>.+))?$",
        part,
        re.I,
    )
    if match:
        of = match["of"] or where or ""
        before = (
            p.bare(match["before"].strip())
            if match["before"].strip() not in ("", "the", "image", "photo", "picture")
            else ""
        )
        before = re.sub(r"(?:'s|s')$", "", before)
        if (
            not of
            and before
            and not v.is_image(before)
            and not p.is_plain_colour(before)
            and before.lower() not in ("color", "colour", "natural", "some", "overall", "warm", "bright", "white")
        ):
            of = before
        colour = f"{before} " if before and p.is_plain_colour(before) else ""
        target = p.noun_phrase(of) if of else None
        if target and v.is_background(target):
            target = "background"
        what = match["what"].lower().replace("brightess", "brightness")
        if re.fullmatch(r"shadows?|highlights?|blacks|whites|mid-?tones", what) and not target:
            return [
                Step(
                    "adjust",
                    what,
                    with_amount(
                        "brighter"
                        if direction > 0 and re.fullmatch("lift|raise|boost|brighten|(?:bring|pull|push) up", verb)
                        else more,
                        amount,
                    ),
                )
            ]
        if re.fullmatch(r"colou?rs?|colou?ring|tones?|vividness", what):
            what = f"{colour}saturation" if not colour else colour.strip()
        if re.fullmatch(r"lighting|lights?|light level|glow", what):
            what = "brightness"
        if what == "darkness":
            return [Step("adjust", target, with_amount("darker" if direction > 0 else "brighter", amount))]
        return [Step("adjust", target, quantity(what, direction, amount))]
    if (step := flaw(part)) and verb in ("improve", "enhance"):
        return [step]
    if p.is_plain_colour(part):
        return [Step("adjust", None, with_amount(f"{more} {p.bare(part)}", amount))]
    target = p.noun_phrase(part)
    if verb in ("enhance", "improve"):
        return [Step("restore", target, "enhance")]
    if verb in ("soften", "mute", "tone down", "subdue", "turn down", "dim"):
        return [Step("adjust", target, "softer" if verb == "soften" else "less intense")]
    if verb in ("double", "triple"):
        return [
            Step(
                "resize_object" if not p.is_plural(part) else "insert",
                target if not p.is_plural(part) else None,
                f"{verb} size" if not p.is_plural(part) else f"more {target}",
            )
        ]
    if p.is_plural(part) and verb in ("increase", "reduce", "decrease", "boost"):
        return [Step("insert", None, f"more {target}") if direction > 0 else Step("remove", f"some {target}")]
    if verb in ("increase", "decrease", "reduce"):
        return [Step("resize_object", target, with_amount("larger" if direction > 0 else "smaller", amount))]
    return [Step("adjust", target, with_amount(more, amount))]


def quantity(what: str, direction: int, amount: str) -> str:
    """A change of one quantity as a value: "brightness +20", "less contrast", "slightly more contrast"."""
    if re.fullmatch(r"[-+]?\d+(?:\.\d+)?%?", amount):
        sign = "-" if direction < 0 else "+"
        return f"{what} {sign}{amount.lstrip('+-')}"
    return with_amount(f"{'more' if direction > 0 else 'less'} {what}", amount)


def split_amount(text: str) -> tuple[str, str]:
    """A phrase and the amount behind it ("contrast by 20%" -> "contrast", "20%"); empty when there is none."""
    if match := _AMOUNT.search(text):
        number = _NUMBERS.get(match["number"].lower(), match["number"])
        unit = "%" if (match["unit"] or "").startswith(("%", "per")) else (" " + match["unit"] if match["unit"] else "")
        return text[: match.start()].strip(), number + unit
    if match := _BY_DEGREE.search(text):
        return text[: match.start()].strip(), match["degree"].lower()
    return text, ""


def with_amount(value: str, amount: str) -> str:
    """A value with its amount: "slightly brighter", "brighter by 20%"."""
    if not amount:
        return value
    if re.match(r"[-+]?\d", amount):
        return f"{value} by {amount.lstrip('+')}"
    degree = re.sub(r"\s+more$", "", amount) or amount
    degree = {"a little bit": "a bit", "more": "more", "further": "more"}.get(degree, degree)
    if degree == "more" and re.match(r"(?:more|less)\b|.*er\b", value):
        return f"even {value}"
    return f"{degree} {value}"


def adjust(rest: str) -> list[Step]:
    """Steps for "adjust the brightness to 20", "set contrast +10", "adjust the white balance"."""
    rest = trim(rest)
    if match := re.match(
        rf"(?:the )?(?P<what>{v.QUANTITY})(?: (?:of|in|on) (?P<of>.+?))?\s*(?:to|by|at|=|"
        rf":)?\s*(?P<number>[-+]?\s?\d+(?:\.\d+)?)\s*(?P<unit>%?)$",
        rest,
        re.I,
    ):
        number = match["number"].replace(" ", "")
        sign = number if number[0] in "+-" else f"+{number}"
        return [Step("adjust", p.noun_phrase(match["of"] or ""), f"{match['what'].lower()} {sign}{match['unit']}")]
    if match := re.match(
        rf"(?:the )?(?:(?P<whose>[\w' ]+?)(?:'s)? )?(?P<what>{v.QUANTITY}(?:,? (?:and )?(?:the )"
        rf"?{v.QUANTITY})*)(?: (?:of|in|on|for) (?P<of>.+?))?(?: (?:to|so|for) (?:be |make it |"
        rf"look )?(?P<how>.+))?$",
        rest,
        re.I,
    ):
        owner = match["of"] or match["whose"] or ""
        target = p.noun_phrase(owner) if owner and not v.is_image(owner) else None
        how = match["how"]
        return [
            Step("adjust", target, f"{how} {part}" if how else p.bare(part)) for part in p.coordinated(match["what"])
        ]
    return []
