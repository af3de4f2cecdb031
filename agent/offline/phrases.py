"""Noun phrases: articles, heads, lists, the image named in passing, and colours inside them."""

from __future__ import annotations

import re
from functools import lru_cache

from agent.offline import vocabulary as v
from models.colour.naming import find_colours, is_colour

_ARTICLE = re.compile(
    r"^(?:(?:all|any|every|both|each|just|only|also)(?: of)? (?=the|these|those|my|his|her)|"
    r"(?:the|a|an|this|that|these|those|my|our|your|his|her|its|"
    r"their|some|any|all|every|each|existing|entire|whole|just|another(?= \w+ (?:to|on|in)))\s+(?:of the )?)+",
    re.IGNORECASE,
)
_OF_IMAGE = re.compile(
    rf"(?:^|[\s,]+)(?:(?:from|in|of|on|within|out of|inside|throughout|across|for|to|into|onto) (?:of )?{v.IMAGE}|"
    r"(?:from|in|on) (?:here|there)|in it|from it|(?:that is |that's |that are )?(?:visible|seen|"
    r"present|shown)(?: here)?|"
    r"(?:completely|entirely|altogether|totally|fully|permanently|directly|digitally|seamlessly|"
    r"naturally|carefully|only|alone))[\s,.]*$",
    re.IGNORECASE,
)
_JOINT = re.compile(
    r"\s*,\s*(?:and also |and then |and |& |plus |or )?|\s+(?:and also|and|&|plus|as well as|"
    r"along with|together with|\+|n|nd)\s+",
    re.IGNORECASE,
)
_PREPOSITION = (
    r"(?:of|in|on|at|with|near|next to|behind|from|to|by|under|above|below|over|inside|around|along|against|wearing|"
    r"holding|standing|sitting|that|who|which|between|beside|without|across|beneath|underneath|in front of|within)"
)
_GLUED = re.compile(
    r"\b(?:black and white|red and white|salt and pepper|bride and groom|between \S+(?: \S+){0,3} and|name and address|"
    r"names and addresses|up and down|left and right|top and bottom|bread and butter|rock and roll)\b",
    re.IGNORECASE,
)
_COLOUR_LEAD = re.compile(r"^(?:to |in |into |with |a |an |the |of |be |like )*", re.IGNORECASE)
_COLOUR_TAIL = re.compile(
    r"(?:[- ](?:in colou?r|colou?red|colou?rs?|one|hue|shade|tone|paint|finish|instead))+$", re.IGNORECASE
)


def bare(phrase: str) -> str:
    """A noun phrase without leading articles and possessives and without end marks."""
    phrase = phrase.strip(" .,!?:;-–—()[]{}\t\n")
    short = _ARTICLE.sub("", phrase).strip()
    return short or phrase


def without_image(phrase: str) -> str:
    """A noun phrase without "in the picture" and the like behind it, unless nothing else is left."""
    for _ in range(3):
        short = _OF_IMAGE.sub("", phrase).strip()
        if short == phrase or not short:
            break
        phrase = short
    return phrase


def noun_phrase(phrase: str) -> str | None:
    """What a step's target says: the thing, bare. None when it is the whole image or nothing at all."""
    phrase = without_image(phrase.strip(" .,!?:;"))
    if not phrase or v.is_image(phrase):
        return None
    return bare(phrase) or None


def head(phrase: str) -> str:
    """The head noun: the last word before the first preposition or relative word."""
    front = re.split(rf"\s{_PREPOSITION}\b", bare(phrase), maxsplit=1)[0]
    words = re.findall(r"[\w'-]+", front)
    return words[-1].lower() if words else ""


def singular(noun: str) -> str:
    """A plain English singular, good enough to compare two nouns."""
    irregular = {"people": "person", "men": "man", "women": "woman", "children": "child", "leaves": "leaf"}
    if noun in irregular:
        return irregular[noun]
    if noun.endswith("ies") and len(noun) > 4:
        return noun[:-3] + "y"
    if re.search(r"(?:sh|ch|x|ss|z)es$", noun):
        return noun[:-2]
    return noun[:-1] if noun.endswith("s") and not re.search(r"(?:ss|us|is)$", noun) and len(noun) > 3 else noun


def is_plural(phrase: str) -> bool:
    """Whether a phrase names several things."""
    noun = head(phrase)
    return singular(noun) != noun or bool(re.match(r"(?:all|both|every|two|three|several)\b", phrase, re.IGNORECASE))


def coordinated(phrase: str) -> list[str]:
    """The separately named things of a phrase: "the cat, the dog and a bowl" are three, "a black and white cat" is one.

    A part that is only a place ("the sign on the left and at the bottom") takes over the head before it.
    """
    if v.full(v.BLACK_WHITE, phrase):
        return [phrase]
    hidden = _GLUED.sub(lambda m: m[0].replace(" and ", "\0"), phrase)
    parts: list[str] = []
    for part in _JOINT.split(hidden):
        part = part.replace("\0", " and ").strip()
        if not part:
            continue
        if parts and re.match(r"(?:i|it|he|she|they|you|we|there|that's|it's|so|but|because|which|as)\b", part, re.I):
            continue
        if parts and _continues(parts[-1], part):
            parts[-1] = f"{parts[-1]} and {part}"
        elif parts and re.match(
            r"(?:in|on|at|behind|near|next to|under|above|below|to the|from)\b", part, re.IGNORECASE
        ):
            noun = re.split(rf"\s{_PREPOSITION}\b", parts[-1], maxsplit=1)[0]
            parts.append(f"{noun} {part}")
        else:
            parts.append(part)
    return parts or [phrase]


def _continues(before: str, part: str) -> bool:
    """Whether `part` after "and" is not a thing of its own."""
    if is_plain_colour(before) and find_colours(part) and not is_plain_colour(part):
        return True
    if re.fullmatch(r"[\w-]+(?:ing|ed)(?: .*)?", part, re.IGNORECASE) and re.search(
        r"\b(?:is|are|who|that|which|standing|sitting|wearing|holding|\w+ing)\b", before, re.IGNORECASE
    ):
        return True
    opened = re.search(r"\b(?:with|wearing|holding|carrying|between|in)\s+(?!the\b)", before, re.IGNORECASE)
    return bool(opened) and not re.match(r"(?:the|all|that|this|these|those|his|her|their|my)\b", part, re.IGNORECASE)


@lru_cache(maxsize=2048)
def is_plain_colour(phrase: str) -> bool:
    """Whether all of the phrase names an absolute colour ("navy blue", "#1F3A93"); "darker" is none."""
    phrase = _COLOUR_TAIL.sub("", _COLOUR_LEAD.sub("", phrase.strip(" .,!?")))
    if (
        not phrase
        or len(phrase) > 60
        or (v.full(rf"{v.DEGREE}(?:{v.TONE}|{v.SIZE})", phrase) and not find_colours(phrase))
    ):
        return False
    if v.full(v.BLACK_WHITE, phrase) or re.search(r"\w (?:and|but) (?:more|less)\b", phrase, re.I):
        return False
    if re.match(r"(?:it|them|him|her|this|that|these|those|like|more|less)\b", phrase, re.I) or not is_colour(phrase):
        return False
    return bool(find_colours(phrase)) or (
        bool(re.match(r"(?:dark|light|pale|deep|bright|dusty|soft|rich|vivid|hot|muted)\s+(?!than\b)\w", phrase, re.I))
        and not v.full(rf"{v.DEGREE}{v.TONE}|(?:dark|light|bright|deep|soft|rich)", phrase)
    )


@lru_cache(maxsize=2048)
def could_be_colour(phrase: str) -> bool:
    """Whether the phrase can name a colour where one is asked for: "stone" and "rose" too."""
    phrase = _COLOUR_TAIL.sub("", _COLOUR_LEAD.sub("", phrase.strip(" .,!?")))
    return bool(phrase) and len(phrase) <= 60 and is_colour(phrase)


def colour_words(phrase: str) -> str:
    """A colour as a value: without "in", "to be", "colour" around it."""
    phrase = _COLOUR_LEAD.sub("", phrase.strip(" .,!?"))
    return _COLOUR_TAIL.sub("", phrase).strip() or phrase


def colour_suffix(phrase: str) -> tuple[str, str] | None:
    """A phrase that ends in a colour, as (what stands before, the colour): "the mug dark blue"."""
    words = phrase.split()
    if re.search(r"\b(?:and|,)\s", phrase):
        for start in range(max(1, len(words) - 8), len(words) - 1):
            if not re.match(r"(?:and|in|to|with)$", words[start], re.I) and colour_list(" ".join(words[start:])):
                return " ".join(words[:start]), " ".join(words[start:])
    for start in range(max(1, len(words) - 7), len(words)):
        tail = " ".join(words[start:])
        if (
            re.match(
                r"(?:in|to|with|be|into|and|or|of|the|color|colour|a|an)\b(?! (?:dark|light|bright|deep|pale))",
                tail,
                re.IGNORECASE,
            )
            and start < len(words) - 1
            and not re.match(
                r"(?:a |an )?(?:dark|light|bright|deep|pale|nice|shade|more|very|lighter|darker)", tail, re.IGNORECASE
            )
        ):
            continue
        if (
            re.fullmatch(
                r"(?:the|an?|this|that|these|those|my|his|her|their|our|its|all|all the)|(?:the |a |"
                r"an )?(?:first|second|third|last|left|right|other|big|small|top|bottom|middle|same|.* (?:and|"
                r"or|,))",
                " ".join(words[:start]),
                re.I,
            )
            or words[start - 1].endswith(",")
            or words[start - 1].lower() in ("more", "less", "bit", "little", "much")
        ):
            continue
        if is_plain_colour(tail):
            return " ".join(words[:start]), tail
    return None


def colour_list(phrase: str) -> list[str] | None:
    """The colours of an enumeration ("red, white and forest green"), or None when it is none."""
    parts = [part.strip() for part in _JOINT.split(re.sub(r"^in ", "", phrase.strip())) if part.strip()]
    parts = [part for part in (re.sub(r"^(?:in|a|an|one in|and)\s+", "", part) for part in parts) if part]
    if len(parts) > 1 and all(could_be_colour(part) for part in parts) and any(is_plain_colour(part) for part in parts):
        return parts if not any(v.full(rf"{v.DEGREE}{v.TONE}", part) for part in parts) else None
    return None
