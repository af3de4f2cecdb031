"""What becomes of a background or of a named property: "the colour of X", "the season", "the contrast"."""

from __future__ import annotations

import re

from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.steps import Step

_COLOUR_OF = re.compile(
    r"^(?:the |its |their |his |her |all )*(?:main |overall |exact )?(?:colou?rs?|colou?ring|"
    r"colou?r scheme|hue|shade|tint|paint(?: colou?r)?) (?:of|for|on|in) (?P<of>.+)$",
    re.I,
)


_OWN_COLOUR = re.compile(r"^(?P<of>.+?)(?:'s|s')?\s+(?:colou?rs?|colou?ring|hue|shade)$", re.I)


_MATERIAL_OF = re.compile(
    r"^(?:the )?(?:material|texture|fabric|surface|pattern|print|finish) (?:of|on|"
    r"for) (?P<of>.+)$|^(?P<own>.+?)(?:'s|s')? (?:material|texture|fabric|surface)$",
    re.I,
)


_SIZE_OF = re.compile(r"^(?:the )?size (?:of|for) (?P<of>.+)$|^(?P<own>.+?)(?:'s|s')? size$", re.I)


_PART = (
    r"(?:eyes|mouth|smile|expression|pose|posture|face expression|facial expression|gaze|gesture|"
    r"age|gender|emotion|mood of (?:the )?(?:man|woman|person|girl|boy)|hair ?style|"
    r"position of (?:his|her|the) (?:arm|hand|leg|head)s?|action|stance|viewpoint|camera angle|"
    r"perspective|angle|view|point of view|camera view)"
)


def change_background(value: str, said: str) -> list[Step]:
    """The steps of a background that becomes V."""
    if v.full(rf"{v.DEGREE}{v.TONE}", value) and not p.is_plain_colour(value):
        return [Step("adjust", "background", value)]
    if v.full(rf"{v.DEGREE}{v.BLURRED}", value):
        return [Step("blur", "background", value if re.match(r"more|less|very|a ", value) else None)]
    value = re.sub(r"\s+(?:back ?ground|backdrop)s?$", "", p.bare(value), flags=re.I)
    if re.search(r"\btransparent\b|\bpng\b|^(?:invisible|gone|removed|empty|disappear|nothing)$", value, re.I):
        return [Step("background_remove")]
    if v.full(rf"{v.DEGREE}(?:out[- ]of[- ]focus|{v.BLURRED}|soft|bokeh)(?: .*)?", value):
        return [Step("blur", "background", value if re.match(r"more|less|very|a ", value) else None)]
    if v.full(v.BLACK_WHITE, value):
        return [Step("adjust", "background", value)]
    if p.could_be_colour(value) and not v.full(rf"{v.DEGREE}{v.TONE}", value):
        return [Step("background_replace", None, p.colour_words(value))]
    if v.full(rf"{v.DEGREE}{v.TONE}", value):
        return [Step("adjust", "background", value)]
    if v.full(rf"(?:{v.DEGREE})(?:{v.QUALITY}|less busy|less distracting)", value):
        return [Step("restore", "background", value)]
    if v.full(rf"{v.DEGREE}(?:{v.SIZE})", value):
        return [Step("outpaint", None, value)]
    return [Step("background_replace", None, value)]


def change_attribute(target: str, value: str) -> list[Step] | None:
    """The steps when the target names a property (the colour of, the size of, the style …) and no thing."""
    bare = p.without_image(target)
    match = _COLOUR_OF.match(bare) or _OWN_COLOUR.match(bare)
    if (match and not v.full(r"(?:the )?(?:hair|skin|eye) colou?r", bare)) or v.full(
        r"(?:the |its )?colou?rs?(?: scheme)?", bare
    ):
        of = match["of"] if match else ""
        if re.fullmatch(r"(?:the|its|all|all the|overall|these|those|main|my|our)", of, re.I):
            of = ""  # "the colours" alone are the picture's
        value = re.sub(r"^(?:from )?.*?\bto ", "", value) if value.startswith("from ") else value
        if of and v.is_background(of):
            return (
                [Step("background_replace", None, p.colour_words(value))]
                if not v.full(rf"{v.DEGREE}{v.TONE}", value)
                else [Step("adjust", "background", value)]
            )
        if (
            not of
            and v.full(r"(?:the |its )?colou?rs?(?: scheme)?", bare)
            and p.without_image(target) == target.strip()
            and not v.full(rf"{v.DEGREE}{v.TONE}|{v.BLACK_WHITE}", value)
        ):
            return [Step("recolor", "it", p.colour_words(value))]
        if not of or v.is_image(of):
            return [Step("adjust", None, p.bare(value))]
        if v.full(v.BLACK_WHITE, value):
            return [Step("adjust", p.noun_phrase(of), value)]
        colours = p.colour_list(value)
        if colours and p.coordinated(of)[1:]:
            return [Step("recolor", p.noun_phrase(o), c) for o, c in zip(p.coordinated(of), colours, strict=False)]
        return [Step("recolor", p.noun_phrase(part), p.colour_words(value)) for part in p.coordinated(of)]
    if match := _MATERIAL_OF.match(bare):
        thing = p.noun_phrase(match["of"] or match["own"]) or "image"
        return [Step("replace", thing, f"{p.bare(value)} {p.head(thing)}")]
    if match := _SIZE_OF.match(bare):
        thing = match["of"] or match["own"]
        if v.is_image(thing):
            return [Step("other", None, f"resize to {value}")]
        return [Step("resize_object", p.noun_phrase(thing), value)]
    if v.full(
        r"(?:the |an? )?(?:(?:image|photo|picture)'?s? )?(?:(?:art(?:istic|work)?|visual|overall|"
        r"drawing|painting) )*(?:style|art style|look|theme|vibe|aesthetic|medium|art form|format|"
        r"genre|filter)(?: of .+)?",
        target,
    ):
        if re.search(r"format", target) and re.search(r"\b(?:jpe?g|png|webp|tiff?|heic|pdf|gif)\b", value, re.I):
            return [Step("other", None, f"export as {value}")]
        return [Step("style", None, value)]
    if v.full(
        r"(?:the )?(?:season|weather(?: conditions?)?|time(?: of (?:the )?(?:day|year))?|climate|"
        r"atmosphere|time period|era|day)(?: (?:in|of|from) .+)?",
        target,
    ):
        return [Step("style", None, value)]
    if v.full(
        rf"(?:the |overall |image |photo |picture |its )*(?:{v.QUANTITY}|mood)(?: (?:of|in|on) (?P<of>.+))?", target
    ) and not re.search(r"\blights?$|\btexture|\bshine$|shadow", target, re.I):
        owner = re.search(r"\b(?:of|in|on) (.+)$", target, re.I)
        where = p.noun_phrase(owner[1]) if owner else None
        noun = p.bare(target if not owner else target[: owner.start()])
        if re.search(r"mood", noun):
            return [Step("style", where, value)]
        if re.fullmatch(r"[-+]?\d+(?:\.\d+)?\s*%?", value):
            return [Step("adjust", where, f"{noun} {value if value[0] in '+-' else '+' + value}")]
        return [Step("adjust", where, f"{value} {noun}" if not v.full(rf"{v.DEGREE}{v.TONE}", value) else value)]
    if v.full(r"(?:the )?(?:aspect ratio|ratio|orientation)(?: of .*)?", target):
        return [Step("crop", None, value)]
    if v.full(r"(?:the )?(?:resolution|dimensions?|image size|file size|dpi|quality)(?: of .*)?", target):
        return (
            [Step("other", None, f"resize to {value}")] if re.search(r"\d", value) else [Step("restore", None, value)]
        )
    if (
        re.search(rf"(?:^|\s|'s ){_PART}(?:\s(?:of|on|in)\b.*)?$", target, re.I)
        and not p.is_plain_colour(value)
        and not v.full(
            rf"{v.DEGREE}(?:{v.SIZE}|{v.TONE}|{v.QUALITY}|{v.BLURRED}|(?:{'|'.join(v.HUES)})(?:d?ish|"
            rf"d?e?r))",
            value,
        )
    ):
        return [Step("other", p.noun_phrase(target), value)]
    return None
