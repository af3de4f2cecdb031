"""A brief: wishes listed without a sentence around them ("bg white / no tag / 1:1", "earrings: cleaner, brighter")."""

from __future__ import annotations

import re
from dataclasses import replace as changed

from agent.offline import complaints, erasing, frames, intents, lexicon, verbless
from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.normalise import strip_preamble, strip_tail
from agent.offline.steps import Step

_JOINT = re.compile(
    r"\s*[,;|•·+]\s*(?:(?:and|but|plus|then|also)\s+)*|(?<=\w)\s+(?=no [\w-]+(?: no\b|$))|\s+/\s+|\s+[–—-]\s+(?!\d)|"
    r"(?<=[a-z]{3})/(?=[a-z]{3})",
    re.I,
)
_INNER_JOINT = re.compile(r"\s+(?:and|&|plus|with|then|but)\s+", re.I)
_LABEL = re.compile(r"(?P<label>[\w#' .-]{2,40}?)\s*(?::|\s[-–—]|\s?[-=]>)\s+(?P<wishes>.+)$")
# What a label may consist of when it names no thing to be edited: an article number, a shop, the picture itself.
_NO_THING = (
    r"(?:(?:sku|ref|item|art(?:icle)?|style|no|nr|product|listing|main|hero|image|img|photo|pic|shot|picture|"
    r"amazon|etsy|ebay|shopify|zalando|vinted|web ?shop|shop|catalog(?:ue)?|insta(?:gram)?|thumbnail|edits?|todo|"
    r"changes?|needed|needs|notes?|feedback|retouch(?:ing)?|request|brief|specs?|variant|cover|banner|for|the|this|"
    r"all|\#?\d[\w-]*|[a-z]{1,4}-?\d[\w-]*)[ .]*)+"
)
_POINTS_BACK = re.compile(r"\b(?:it|its|them|they|that|this|he|she|him|her|his|one|ones)\b", re.I)
# Words of a sentence with a subject and a verb of its own; a brief has none.
_SENTENCE = re.compile(
    r"\b(?:is|are|was|were|be|been|should|could|would|can|must|will|has|have|had|i|i'm|i'd|we|you|there's|there|"
    r"because|which|who|if|when|while|make|please can|instead)\b",
    re.I,
)
_MAX_WISHES = 12
_LONGEST = 240
_LONGEST_WISH = 8  # words
_CENTRED = Step("move", None, "center")
_RESERVED = re.compile(r"\s*(?:but )?(?:keep|leave|preserve|retain|don't|do not|without (?:touching|changing))\b", re.I)
_GOES_ON = re.compile(rf"{v.DEGREE}(?:{v.SIZE}|{v.TONE})|(?:\d+ ?\w+ )?{v.POSITION}", re.I)
_ATTRIBUTE = re.compile(
    r"(?:(?P<colour>colou?r|shade|tone)|length|height|width|size)(?: (?:should be|is|to be))?[ :]+(?P<how>.+)", re.I
)
_VERSION = re.compile(r"\b(?:version|variant|option|one)s?$", re.I)
_OWN = frozenset("adjust restore blur recolor resize_object rotate".split())


def wishes(text: str) -> list[Step]:
    """The steps of a brief in the order listed; empty when the text is no brief but sentences.

    A wish in the list that cannot be read is passed over when most of the others can: a brief is full of
    remarks ("see ref", "300 dpi") that ask for no edit here.
    """
    if len(text) > _LONGEST or _SENTENCE.search(text) or _POINTS_BACK.search(text):
        return []
    label, listed = _labelled(strip_tail(strip_preamble(text)))
    parts = [part for part in _JOINT.split(listed) if re.search(r"\w", part) and not _RESERVED.match(part)]
    if not 1 <= len(parts) <= _MAX_WISHES or (label is None and len(parts) < 2):
        return []
    if any(len(part.split()) > _LONGEST_WISH for part in parts):
        return []
    verbal = [lexicon.opening_verb(strip_preamble(part)) is not None for part in parts]
    if label is None and (all(verbal) or (verbal[0] and len(parts[0].split()) > 3)):
        return []
    if label is None and _mere_values(parts):
        return []
    thing = None if label is None or v.full(_NO_THING, label) else p.noun_phrase(label)
    if thing and (coloured := p.colour_suffix(thing)):  # "cap gold -> silver"
        thing = coloured[0]
    if all(erasing.flaw(part) for part in parts):
        return erasing.merged_flaws([flaw for part in parts if (flaw := erasing.flaw(part))])
    read: list[list[Step]] = []
    for part in parts:
        before = read[-1][-1].target if read and read[-1] else None
        read.append(_wish(part, thing or (before if _GOES_ON.fullmatch(part) else None), label is not None))
    unread = sum(not steps for steps in read)
    if (
        unread * (3 if label is None else 2) > len(parts)
        or len(parts) - unread < (1 if label is not None else 2)
        or (unread and verbal[0])
    ):
        return []
    return [step for steps in read for step in steps]


def _labelled(text: str) -> tuple[str | None, str]:
    match = _LABEL.match(text)
    if match is None or v.full(v.QUANTITY, match["label"]):
        return None, text
    if lexicon.opening_verb(match["label"]) and not v.full(rf"{v.CLOTHES}|{v.ACCESSORY}", match["label"]):
        return None, text
    if v.is_background(match["label"]) or v.full(rf".*\b(?:in|to|be|colou?rs?|{v.STYLE_NOUN})", match["label"]):
        return None, text
    return match["label"].strip(), match["wishes"]


def _mere_values(parts: list[str]) -> bool:
    """Whether the later parts only go on with the first ("in red, blue and green")."""
    return any((p.is_plain_colour(part) and not _VERSION.search(part)) or part.isdigit() for part in parts[1:])


def _wish(part: str, thing: str | None, labelled: bool) -> list[Step]:
    part = strip_tail(strip_preamble(part))
    if (valued := _ATTRIBUTE.fullmatch(part)) and (thing or labelled):
        if valued["colour"] and p.could_be_colour(valued["how"]):
            return [Step("recolor", thing or "product", p.colour_words(valued["how"]))]
        if not valued["colour"]:
            return [Step("resize_object", thing or "product", valued["how"])]
    if not part or intents.chat(part):
        return []
    if labelled and not thing and v.full(r"(?:pure|plain|solid|bright) white", part):
        return [Step("background_replace", None, part)]
    if labelled and (p.is_plain_colour(part) or v.full(rf"{v.DEGREE}(?:{v.SIZE}|{v.QUALITY}|{v.MATERIAL})", part)):
        return _readable(f"make the {thing or 'product'} {part}")
    if thing and _GOES_ON.fullmatch(part):
        if not v.full(rf"{v.DEGREE}(?:{v.SIZE}|{v.TONE})", part):
            return [Step("move", thing, part)]
        return _readable(f"make the {thing} {part}")
    steps = _readable(part)
    if not steps:
        inner = [_readable(piece) for piece in _INNER_JOINT.split(part) if not _RESERVED.match(piece)]
        steps = [step for found in inner for step in found] if inner and all(inner) else []
    steps = [changed(step, target=thing or "product") if step == _CENTRED else step for step in steps]
    if thing:
        steps = [changed(step, target=thing) if step.op in _OWN and step.target is None else step for step in steps]
    return steps


def _readable(part: str) -> list[Step]:
    for wish in complaints.wishes(part) or [part]:
        steps = frames.parse_clause(wish) or verbless.wanted_thing(wish)
        if steps and all(step.op != "clarify" for step in steps):
            return steps
    return []
