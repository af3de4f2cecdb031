"""What "X becomes V" means: what X is and what kind of word V is decide which edit it is."""

from __future__ import annotations

import re

from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.erasing import erase_one, is_writing, trim
from agent.offline.framing import RATIO
from agent.offline.normalise import has_quotation
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
_SAME_COLOUR = re.compile(
    r"^(?:the |be |have |a )*(?:same|matching|similar) colou?r(?: (?:as|like|of|to|with))?\b|"
    r"^match(?:ing)?\b.*|.*\bcolou?r of (?:the|his|her)\b.*",
    re.I,
)
GONE = v._any(
    """gone|disappear(?:ed)?|vanish(?:ed)?|invisible|go away|removed|deleted|erased|absent|be gone|not there|go"""
)
_PART = (
    r"(?:eyes|mouth|smile|expression|pose|posture|face expression|facial expression|gaze|gesture|"
    r"age|gender|emotion|mood of (?:the )?(?:man|woman|person|girl|boy)|hair ?style|"
    r"position of (?:his|her|the) (?:arm|hand|leg|head)s?|action|stance|viewpoint|camera angle|"
    r"perspective|angle|view|point of view|camera view)"
)
_VIEW = re.compile(
    r"\b(?:viewpoint|camera angle|perspective|point of view|camera view|bird'?s[- ]eye|"
    r"from (?:above|below|behind|the (?:side|back|front|top)))\b",
    re.I,
)
_HUES = (
    "red",
    "green",
    "blue",
    "yellow",
    "purple",
    "pink",
    "orange",
    "brown",
    "white",
    "black",
    "gr[ae]y",
    "gold",
    "teal",
    "beige",
)


def assign(target_text: str, value_text: str) -> list[Step]:
    """The steps of "X becomes V", decided by what X is and what kind of word V is."""
    target_text = target_text.strip(" .,!?:;")
    value = _clean_value(value_text)
    if not value:
        return [Step("clarify", p.noun_phrase(target_text))]
    of_scene = re.match(r"(?:the )?(?:\w+ )?scene(?:ry)?$", target_text, re.I) and (
        v.found(v.WEATHER, value) or v.found(v.STYLE, value) or v.found(v.STYLE_NOUN, value)
    )
    if of_scene:
        return [Step("style", None, _style_value(value))]
    if v.is_background(target_text) or v.full(
        rf"(?:the )?(?:{v.BACKGROUND}|whole background|(?:location|setting|scenery|scene|environment|"
        rf"place|venue|studio)(?: (?:of|in|for) .+)?)",
        target_text,
    ):
        return change_background(value, target_text)
    attribute = change_attribute(target_text, value)
    if attribute is not None:
        return attribute
    target = p.noun_phrase(target_text)
    if target and re.fullmatch(
        r"(?:day(?:time)?|night(?:time)?|summer|winter|outdoor|indoor|city|street) scene|view|setting", target, re.I
    ):
        target = None
    pronoun = v.is_pronoun(target_text)
    if target is None or pronoun:
        whole = _whole(value, target_text if pronoun else None)
        if whole is not None:
            return whole
    return _thing(target or target_text, value)


def _clean_value(value: str) -> str:
    value = trim(value.strip(" .,!?:;"))
    value = re.sub(rf"^in(?:to)? (?={v.BLACK_WHITE}$)", "", value, flags=re.I)
    value = re.sub(
        r"^(?:it|they|he|she)(?:'s| is| was| are| were|'re) (?=\w+ing\b|made\b|covered\b|\w+$)", "", value, flags=re.I
    )
    value = re.sub(
        r"^(?:made|built|carved|crafted|constructed) (?:of|from|out of|entirely of|with) ", "", value, flags=re.I
    )
    value = re.sub(
        r"^(?:be |look |appear |become |seem |being |like |to |into |a bit like |say |have |of |really )+",
        "",
        value,
        flags=re.I,
    )
    value = re.sub(r",? (?:instead|please|maybe|now|rather)$", "", value, flags=re.I)
    return re.sub(r"\s+(?:instead of|rather than|not) .+$", "", value, flags=re.I).strip()


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
            rf"{v.DEGREE}(?:{v.SIZE}|{v.TONE}|{v.QUALITY}|{v.BLURRED}|(?:{'|'.join(_HUES)})(?:d?ish|"
            rf"d?e?r))",
            value,
        )
    ):
        return [Step("other", p.noun_phrase(target), value)]
    return None


def _whole(value: str, pronoun: str | None) -> list[Step] | None:
    """The steps when the whole picture (or an "it" that may be it) takes on a look."""
    plain = p.bare(value)
    keep = pronoun
    if re.search(r"\btransparent\b", value, re.I):
        return [Step("background_remove")]
    if v.full(
        rf"(?:an? |completely |fully |in(?:to)? |all )*{v.BLACK_WHITE}(?: (?:photo|image|picture|"
        rf"version|look|style|film))?",
        value,
    ):
        return [Step("adjust", None, re.sub(r"^(?:an? |in(?:to)? )+", "", value))]
    if match := re.search(r"\b(\d{2,5}\s*(?:x|×|by)\s*\d{2,5})\b|^(?:to )?(\d{3,5} ?(?:px|pixels).*)$", value):
        return [Step("other", None, f"resize to {match[1] or match[2]}")]
    if v.full(
        rf"(?:an? |in(?:to)? )*{RATIO}(?: (?:crop|ratio|aspect ratio|format|shape|size|image|photo|"
        rf"picture|wallpaper))?",
        value,
    ):
        return [Step("crop", None, re.match(rf"(?:an? |in(?:to)? )*({RATIO})", value, re.I)[1])]  # type: ignore[index]
    if re.search(
        r"\b(?:video|gif|animation|animated|movie clip|3d model|slideshow|live photo|boomerang)\b|"
        r"^(?:move|play|sing|talk|speak|dance)\b",
        value,
        re.I,
    ) and not re.search(r"style|look|poster|scene", value):
        return [Step("other", None, "unsupported")]
    if re.match(r"(?:an? )?(?:jpe?g|png|webp|tiff?|heic|pdf|svg|raw|gif)\b", value, re.I):
        return [Step("other", None, f"export as {value}")]
    if p.is_plain_colour(value) and not pronoun:
        return [Step("adjust", None, f"{p.colour_words(value)} tint")]
    if p.is_plain_colour(value):
        return None
    if v.full(r"(?:a bit |slightly |more |less )*(?:centered|centred|in the (?:center|middle))", value) and keep:
        return None
    if v.full(rf"{v.DEGREE}{v.TONE}(?:(?:,| and|, and) {v.DEGREE}{v.TONE})*", value) or (
        v.full(r"(?:more|less|not so|not as) \w+", value) and v.found(v.TONE, value)
    ):
        return [Step("adjust", keep, part) for part in p.coordinated(value)]
    if match := re.match(
        rf"(?P<how>(?:a (?:little )?bit |slightly |much |a lot )?(?:more|less|higher|"
        rf"lower)) (?P<what>{v.QUANTITY}|colou?r)$",
        plain,
        re.I,
    ):
        return [Step("adjust", keep, plain)]
    if v.full(rf"{v.DEGREE}{v.BLURRED}", value):
        return [Step("blur", keep, value)]
    if v.full(
        rf"{v.DEGREE}(?:{v.QUALITY}|enhanced|restored|fixed|colou?ri[sz]ed|in colou?r|colou?r|"
        rf"colou?red)(?:(?:,| and|, and) {v.DEGREE}(?:{v.QUALITY}|{v.TONE}))*",
        value,
    ) or v.found(r"(?:high(?:er)?|better)[- ](?:res\w*|quality|def\w*)|hd|4k", value):
        return [
            Step(
                "restore",
                keep,
                "colorize" if re.search(r"colou?r", value) and not re.search("quality", value) else value,
            )
        ]
    if v.full(rf"{v.DEGREE}{v.SIZE}", value):
        if keep:
            return None
        return (
            [Step("outpaint", None, value)] if re.search(r"wide", value) else [Step("other", None, f"resize {value}")]
        )
    if v.full(r"(?:more |less )?(?:straight|level|upright|straighter)", value):
        return [Step("rotate", None, "straighten")]
    if v.full(r"upside[- ]down|mirrored|flipped.*|rotated.*|mirror image|sideways", value):
        return [Step("rotate", None, value)]
    if _VIEW.search(value) or v.full(GONE, value):
        return [Step("other", None, "unsupported: viewpoint")] if _VIEW.search(value) else None
    if (
        v.full(
            r"(?:\d+ years |much |a bit |a little |more |look )*(?:older|younger|smile|smiling|happy|"
            r"happier|sad|open|closed|run|jump|sit|stand|fly|walk)(?: .*)?",
            value,
        )
        and keep
    ):
        return [Step("other", keep, value)]
    if re.match(r"(?:it (?:is|was|were|'s)|it's|it) ", value, re.I):
        value = re.sub(r"^it(?:'s| is| was| were)? ", "", value, flags=re.I)
        plain = p.bare(value)
    if (
        re.match(r"(?:at|in|on) ", value, re.I)
        and v.found(v.PLACE, value)
        and not v.found(rf"{v.STYLE_NOUN}", value)
        and not v.full(rf".*\b{v.WEATHER}", value)
    ):
        return [Step("background_replace", None, p.bare(re.sub(r"^(?:at|in|on) (?:the middle of )?", "", value)))]
    if (
        v.found(v.STYLE_NOUN, value)
        or v.found(v.STYLE, value)
        or v.found(v.WEATHER, value)
        or re.search(r"\b(?:as if|taken|painted|drawn|era|century|world|universe|movie|game)\b", value, re.I)
    ):
        if (
            pronoun
            and re.match(r"(?:an? )", value)
            and not (
                v.found(v.STYLE, value)
                or v.found(v.STYLE_NOUN, value)
                or v.full(rf"an? (?:\w+ )*?{v.WEATHER}(?: \w+)?", value)
            )
        ):
            return None
        return [Step("style", None, _style_value(value))]
    if pronoun is None:
        if re.match(r"(?:an? )", value) and v.found(v.PLACE, value):
            return [Step("background_replace", None, plain)]
        return [Step("style", None, _style_value(value))]
    return None


def _style_value(value: str) -> str:
    value = re.sub(
        r"^(?:in(?:to)?|as|like|the|an?|of|with|look like|to|more|art) (?:the )?(?:style of (?:an? )?)?",
        "",
        value.strip(),
        flags=re.I,
    )
    return re.sub(r"^(?:an?|the) ", "", value).strip()


def _thing(target: str, value: str) -> list[Step]:
    """The steps when a thing of the picture takes on a new state."""
    value = re.sub(
        r"^(?:parked|placed|located|positioned|situated|set) (?=(?:in|on|at|next|under|by|near|"
        r"behind)\b)",
        "",
        value,
    )
    plain = p.bare(value)
    things = [p.noun_phrase(part) or part for part in p.coordinated(target)]
    noun = p.head(target)

    def each(op: str, what: str) -> list[Step]:
        return [Step(op, thing, what) for thing in things]

    if v.full(r"(?:more |perfectly )?(?:straight|level|upright|straightened|horizontal)", value) and not re.search(
        r"hair|teeth|man|woman|person|him|her|them|dog|cat|posture|back$", noun
    ):
        upright = re.search(r"horizon|image|photo|tower|building|line|perspective|scene|frame|view", noun)
        return [Step("rotate", None if upright else thing, "straighten") for thing in things]
    if v.full(GONE, value):
        return [erase_one(thing) for thing in things]
    stated = p.is_plain_colour(value) or v.full(rf"{v.DEGREE}(?:{v.TONE}|{v.SIZE})", value)
    if has_quotation(value) or (has_quotation(target) and is_writing(target) and not stated):
        return [Step("replace", target, plain)]
    colours = p.colour_list(value)
    if colours and len(colours) == len(things) > 1:
        return [Step("recolor", t, p.colour_words(c)) for t, c in zip(things, colours, strict=True)]
    if colours:
        return each("recolor", value)
    if re.match(r"(?:I'm|(?:I|he|she|they|like)) \w+", value):
        return [Step("other", target, value)]
    a_thing = re.match(r"an? [\w-]+$", value, re.I)  # "an orange" is a fruit
    if p.is_plain_colour(value) and not a_thing:
        return each("recolor", p.colour_words(value))
    if a_thing:
        return (
            [Step("style", target, plain)]
            if v.full(v.STYLE, plain) and noun in ("photo", "image")
            else [Step("replace", thing, plain) for thing in things]
        )
    if (
        re.match(r"(?:more|less|not|not so|not as|very|really|too) \w+$|[a-z]+$", value)
        and re.fullmatch(
            r"(?:man|woman|person|people|boy|girl|me|him|her|them|us|he|she|they|guy|lady|child|kid|face|"
            r"expression|dad|mom|wife|husband|friend|baby|everyone|couple|bride|groom)",
            noun,
        )
        and not v.full(rf"{v.DEGREE}(?:{v.TONE}|{v.SIZE}|{v.QUALITY})", value)
    ):
        return each("other", value)
    found = re.match(
        rf"(?:an? |the )?(?P<colour>.+?) (?:{re.escape(noun)}|one|ones|colou?r(?:ed)?|"
        rf"{re.escape(p.singular(noun))}s?)$",
        value,
        re.I,
    )
    if found and p.is_plain_colour(found["colour"]):
        return each("recolor", found["colour"])
    adjectives = p.coordinated(value)
    if (
        len(adjectives) == 2
        and sum(map(p.is_plain_colour, adjectives)) == 1
        and not re.search(r"\b(?:an?|the|of|with)\b", value)
    ):
        return each("recolor", value)
    if _SAME_COLOUR.match(value):
        return each(
            "recolor", re.sub(r"^match(?:ing|es)? (?:the colou?r of )?(?:the |his |her )?", "colour of the ", plain)
        )
    if v.full(v.BLACK_WHITE, value):
        return each("adjust", value)
    shade = re.fullmatch(rf"[a-z-]+(?: [a-z-]+)? (?P<base>{'|'.join(_HUES)}|silver|navy|turquoise)", value, re.I)
    if shade and not re.match(r"(?:an?|the|some|more|less|very) ", value, re.I):
        return each("recolor", value)
    if (
        p.could_be_colour(value)
        and not re.match(r"(?:an?|the|some) ", value, re.I)
        and not v.full(rf"{v.DEGREE}(?:{v.TONE}|{v.MATERIAL})", value)
    ):
        return each("recolor", p.colour_words(value))
    if v.full(
        rf"{v.DEGREE}(?:whiter|pinker|redder|bluer|greener|yellower|blacker|(?:{'|'.join(_HUES)})d?ish|"
        rf"blonder?|tanner|tanned)",
        value,
    ) or re.match(rf"(?:a (?:bit|little) |slightly |much )*(?:more|less) (?:{'|'.join(_HUES)})$", value, re.I):
        return each("recolor", value)
    if v.full(rf"{v.DEGREE}(?:dark|light|bright|deep|pale|cool|warm)?(?:er|est)?", value) and v.full(
        rf"{v.DEGREE}(?:dark|light|deep|pale)(?:er|est)?", value
    ):
        op = (
            "adjust"
            if re.search(
                r"\b(?:sky|skies|face|skin|shadows?|highlights?|foreground|room|side|area|corners?|edges?|"
                r"lighting|clouds?|scene|him|her|them|man|woman|person|subject|water|lights?|colou?rs?|"
                r"mid-?tones|whites|blacks)$",
                noun,
                re.I,
            )
            or re.match(r"(?:the )?(?:left|right|top|bottom)", target, re.I)
            else "recolor"
        )
        return each(op, value)
    if v.full(rf"{v.DEGREE}{v.BLURRED}", value):
        return each("blur", value)
    if v.full(rf"{v.DEGREE}{v.SIZE}(?: (?:and|,) {v.DEGREE}{v.SIZE})*(?: (?:than|as|in|like) .*)?", value):
        return each("resize_object", value)
    if (
        v.full(rf"(?:\w+ )*(?:smile|smiling|open|closed|{v.POSE})(?: .+)?", value)
        and not re.match(r"(?:an? )\w+ (?!years)", value)
        and not re.match(r"(?:cool|warm|hot|old)er$", value)
    ):
        if re.match(r"(?:hold(?:ing)?|carry(?:ing)?|wear(?:ing)?) ", value, re.I) and (
            found := re.match(r"\w+ (.+)$", value)
        ):
            return [Step("insert", target, p.bare(found[1]))]
        if not v.full(rf"{v.DEGREE}{v.TONE}", value) or noun in ("him", "her", "man", "woman", "person"):
            return [Step("other", target, value)]
    if v.full(rf"{v.DEGREE}{v.TONE}(?:(?:,| and|, and) {v.DEGREE}{v.TONE})*", value):
        return [Step("adjust", thing, part) for thing in things for part in p.coordinated(value)]
    if v.full(r"(?:see-through|see through|transparent|translucent)", value):
        return [Step("replace", target, f"transparent {noun}")]
    if v.full(v.POSITION, value) and not re.search(r"\bout$|^away$", value):
        return [Step("move", target, value)]
    if v.full(rf"{v.DEGREE}{v.QUALITY}(?:(?:,| and|, and) {v.DEGREE}{v.QUALITY})*", value):
        return each("restore", value)
    if v.full(r"(?:the |an? )?(?:same )?size (?:of|as) .+", value):
        return [Step("resize_object", target, plain)]
    if re.match(r"(?:sky|skies)$", noun) and v.full(rf"(?:an? )?(?:\w+ )*?{v.WEATHER}(?: (?:sky|with .+))?", value):
        return [Step("replace", target, plain if re.search("sky", plain) else f"{plain} sky")]
    if v.full(rf"(?:an? |of )*(?:[\w-]+ )?{v.MATERIAL}", value) and not re.match(r"an? ", value, re.I):
        return [Step("replace", thing, f"{plain} {p.head(thing)}") for thing in things]
    if (
        re.match(r"(?:at|in|on) (?:the |an? )?", value, re.I)
        and v.found(v.PLACE, value)
        and re.fullmatch(
            r"(?:he|she|it|they|him|her|them|man|woman|bear|dog|cat|car|person|people|boy|girl|bird|child|"
            r"horse|animal|group|couple|product|me|us|family|elephant|bus|boat|train|plane)",
            noun,
        )
    ):
        return [Step("background_replace", None, p.bare(re.sub(r"^(?:at|in|on) ", "", value)))]
    if re.match(r"(?:at|in|on|next to|behind|under|above|between|near|beside|inside) ", value, re.I):
        return [Step("move", target, value)]
    if v.full(rf"(?:in )?(?:the )?(?:style of )?(?:an? )?{v.STYLE}(?: {v.STYLE_NOUN})", value):
        return [Step("style", target, _style_value(value))]
    if (
        re.fullmatch(r"[a-z]+", value, re.I)
        and not re.match(r"(?:an?|the|some)\b", value)
        and re.search(r"(?:y|ed|en|ish|ful|less|ous|ive|ic|ing|wet|rotten|ripe|dry|empty|full|broken)$", value)
        and not re.search(
            r"(?:berry|city|baby|puppy|kitty|bunny|pony|fairy|lady|toy|boy|key|monkey|donkey|turkey|king|"
            r"ring|being|music|chicken|kitchen|garden|kitten)$",
            value,
        )
    ):
        return [Step("replace", target, f"{plain} {noun}")]
    if re.fullmatch(r"(?:(?:a (?:bit|little)|much|slightly|way) )*(?:less|not so|not as) [\w-]+", value, re.I):
        return each("restore", value)
    return [Step("replace", thing, plain) for thing in things]
