"""What "X becomes V" means: what X is and what kind of word V is decide which edit it is."""

from __future__ import annotations

import re

from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.attributes import change_attribute, change_background
from agent.offline.erasing import erase_one, is_writing, trim
from agent.offline.normalise import has_quotation
from agent.offline.steps import Step
from agent.offline.whole_picture import become, style_value

_SAME_COLOUR = re.compile(
    r"^(?:the |be |have |a )*(?:same|matching|similar) colou?r(?: (?:as|like|of|to|with))?\b|"
    r"^match(?:ing)?\b.*|.*\bcolou?r of (?:the|his|her)\b.*",
    re.I,
)


_BESIDE = re.compile(
    r"(?:on|at|to) the (?:other|opposite|far|left|right|near) (?:side|end|edge|half|corner|wall|hand)\b|"
    r"(?:next to|beside|behind|in front of|underneath|beneath|between|closer to|further from|farther from|away from|"
    r"on top of|in the (?:middle|cent(?:er|re)|corner) of) ",
    re.I,
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
        return [Step("style", None, style_value(value))]
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
        whole = become(value, target_text if pronoun else None)
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
        r"^(?:be |look |feel |appear |become |seem |being |like |to |into |a bit like |say |have |of |really )+",
        "",
        value,
        flags=re.I,
    )
    value = re.sub(r",? (?:instead|please|maybe|now|rather)$", "", value, flags=re.I)
    return re.sub(r"\s+(?:instead of|rather than|not) .+$", "", value, flags=re.I).strip()


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
    if v.full(v.GONE, value):
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
    shade = re.fullmatch(rf"[a-z-]+(?: [a-z-]+)? (?P<base>{'|'.join(v.HUES)}|silver|navy|turquoise)", value, re.I)
    if shade and not re.match(r"(?:an?|the|some|more|less|very) ", value, re.I):
        return each("recolor", value)
    if (
        p.could_be_colour(value)
        and not re.match(r"(?:an?|the|some) ", value, re.I)
        and not v.full(rf"{v.DEGREE}(?:{v.TONE}|{v.MATERIAL})", value)
    ):
        return each("recolor", p.colour_words(value))
    if v.full(
        rf"{v.DEGREE}(?:whiter|pinker|redder|bluer|greener|yellower|blacker|(?:{'|'.join(v.HUES)})d?ish|"
        rf"blonder?|tanner|tanned)",
        value,
    ) or re.match(rf"(?:a (?:bit|little) |slightly |much )*(?:more|less) (?:{'|'.join(v.HUES)})$", value, re.I):
        return each("recolor", value)
    if v.full(rf"{v.DEGREE}(?:dark|light|bright|deep|pale|cool|warm)?(?:er|est)?", value) and v.full(
        rf"{v.DEGREE}(?:dark|light|deep|pale)(?:er|est)?", value
    ):
        op = (
            "adjust"
            if re.search(
                r"\b(?:sky|skies|face|skin|shadows?|highlights?|foreground|room|side|area|corners?|edges?|"
                r"lighting|clouds?|scene|him|her|them|man|woman|person|subject|water|lights?|colou?rs?|"
                r"mid-?tones|whites|blacks|else|everything|rest)$",
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
    if _BESIDE.match(value):
        return [Step("move", target, value)]
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
    if v.full(r"(?:not|less) (?:so )?(?:hazy|foggy|misty)", value):
        return each("restore", "dehaze")
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
        return [Step("style", target, style_value(value))]
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
