"""Wishes without a verb: "more contrast", "white background", "square 1:1", "brighter", "collar straight"."""

from __future__ import annotations

import re

from agent.offline import assigning, changing, erasing, framing, inserting, nominal, toning
from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.normalise import has_quotation, strip_preamble, strip_tail
from agent.offline.product_briefs import RULES as PRODUCT_RULES
from agent.offline.steps import Step
from agent.offline.tables import Rule, first_reading, rule

_LONGEST = 160


def _quantity_set(m: re.Match[str]) -> list[Step]:
    if m["way"]:
        return toning.level(m["what"], 1 if m["way"].lower() == "up" else -1, "")
    return toning.adjust(f"{m['what']} {m['n']}")


def _tones(m: re.Match[str]) -> list[Step]:
    return [] if p.is_plain_colour(m[0]) else [Step("adjust", None, part) for part in p.coordinated(m[0])]


def _in_colours(m: re.Match[str]) -> list[Step]:
    old = re.split(r"\s+(?:instead of|rather than|not)\s+", m["colours"], maxsplit=1)
    said = old[0]
    colours = p.colour_list(said) or ([said] if p.is_plain_colour(said) else None)
    if colours is None or (len(colours) == 1 and len(old) == 1) or not p.bare(m["what"]):
        return []
    return [Step("recolor", p.bare(m["what"]), p.colour_words(one)) for one in colours]


def _added_effect(m: re.Match[str]) -> list[Step]:
    stated = re.search(rf"\b(?:is|are|looks?|should|was|{v.SIZE}|[\w-]+er)$|\b(?:is|are|looks?|should|was)\b", m.string)
    return [] if stated else inserting.insert(m.string)


def _levels(m: re.Match[str]) -> list[Step]:
    direction = -1 if m["dir"].lower() in ("less", "lower", "reduced") else 1
    where = f" of {m['where']}" if m["where"] else ""
    return toning.level(re.sub(r"\b(?:more|less) ", "", m["what"]) + where, direction, "")


def _less_of_a_flaw(m: re.Match[str]) -> list[Step]:
    repair = erasing.flaw(m["what"])
    return [repair] if repair else []


def _in_style(m: re.Match[str]) -> list[Step]:
    named = v.found(v.STYLE, m.string) or len(m.string.split()) <= 4
    return [Step("style", None, p.bare(m["what"]))] if named else []


def _more_of_a_colour(m: re.Match[str]) -> list[Step]:
    return [Step("adjust", None, m[0])] if p.is_plain_colour(m["what"]) else []


def _more_things(m: re.Match[str]) -> list[Step]:
    return [] if "," in m.string else inserting.insert(m.string)


def _closer(m: re.Match[str]) -> list[Step]:
    return framing.crop(re.sub(r"^(?:closer|zoomed in|close-?up|close up)(?: of)?", "", m.string), "crop")


def _space(m: re.Match[str]) -> list[Step]:
    side = re.search(r"\b(?:on|at|to|above|below|around|for|in|over|under)\b.*$", m.string)
    return [Step("outpaint", None, side[0] if side and not re.search(r"\d", m.string) else m.string)]


def _state_before_thing(m: re.Match[str]) -> list[Step]:
    comparative = re.search(r"er$|^(?:more|less)", m["how"].split()[-1])
    return assigning.assign(m["np"], m["how"]) if comparative and len(m["np"].split()) <= 4 else []


_NOT_A_THING = re.compile(
    r"(?:no|nope|nah|yes|yeah|use|try|actually|maybe|perhaps|rather|instead|or|but|also|and|just|"
    r"only|still|match|i'd|i'll|let|please|i|it|he|she|they|we|you|this|that|these|there|thanks?|"
    r"thank|what|how|why|who|when|is|are|do|can|not|very|so|too|hi|hello|as|if|in|on|at|for|with|"
    r"would|could|should|will|my wife's)\b",
    re.I,
)
_PREDICATED = re.compile(r"\b(?:is|are|was|were|has|have|had|looks?|because|but)\b", re.I)
_STATEFUL = frozenset("recolor adjust resize_object blur background_replace background_remove".split())


def _thing_and_state(m: re.Match[str]) -> list[Step]:
    """ "door blue", "sole clean", "lights off": a thing, and the state it should be in."""
    text = m[0]
    if not 2 <= len(text.split()) <= 7 or "," in text or _NOT_A_THING.match(text) or _PREDICATED.search(text):
        return []
    steps = changing.make(text)
    if not steps or (steps[0].op == "recolor" and steps[0].target and len(steps[0].target.split()) > 3):
        return []
    return steps if all(map(_is_a_state, steps)) else []


def _is_a_state(step: Step) -> bool:
    if step.op == "other":
        return v.full(r"open|closed|shut|lit|on|off|smiling|awake|asleep", step.value or "")
    if step.op == "restore":
        return bool(step.target and step.value)
    if step.op == "rotate":
        return step.value == "straighten"
    return step.op in _STATEFUL and bool(step.value or step.op in ("blur", "background_remove"))


def _as_text(m: re.Match[str]) -> list[Step]:
    return inserting.insert(m.string) if has_quotation(m.string) else []


# The first rule that reads the whole wish decides; what a rule only half recognises it leaves to the next.
_RULES: tuple[Rule, ...] = (
    rule(
        rf"(?:the )?(?P<what>{v.QUANTITY})\s*(?:by |at |to |=)?\s*(?P<n>[-+]\s?\d+(?:\.\d+)?\s?%?|"
        rf"(?P<way>up|down)\b.*|\d+\s?%?)$",
        _quantity_set,
    ),
    rule(
        r"(?:an? )?(?:(?:subtle|soft|natural|light|realistic|contact|drop|long)[ -])+(?:shadow|reflection)s?$",
        lambda m: [Step("insert", None, p.bare(m[0]))],
    ),
    rule(
        r"auto[- ]?(?:enhance|fix|correct|levels?|tone|adjust|contrast|colou?r)$",
        lambda m: [Step("adjust", None, "auto")],
    ),
    rule(rf"{v.DEGREE}{v.TONE}(?:(?:,| and|, and) {v.DEGREE}{v.TONE})*$", _tones),
    rule(
        r"(?P<what>[\w' -]+?) in (?P<same>(?:the |exactly )*(?:same|matching|that|this) (?:colou?r|shade|tone|hue))$",
        lambda m: [Step("recolor", p.bare(m["what"]), "same color")],
    ),
    rule(r"(?:the |a )?(?:same )?(?P<what>[\w' -]+?) in (?P<colours>.+)$", _in_colours),
    rule(
        r"(?:an? |the |some )?(?:[\w-]+[ -]){0,3}?(?:shadows?|reflections?|border|frame|outline|"
        r"vignette|caption|text|logo|highlight|glow)s? (?:under|below|beneath|around|behind|on|over|"
        r"at|next to|above|in|across)\b",
        _added_effect,
    ),
    rule(
        rf"(?P<how>(?:a (?:little |tiny )?(?:bit|touch|tad) |a little |slightly |much |a lot |way |"
        rf"even |some |just )*(?P<dir>more|less|higher|lower|extra|increased|reduced|"
        rf"better)) (?P<what>(?:{v.QUANTITY})(?:(?:,| and|, and) (?:(?:more|"
        rf"less) )?{v.QUANTITY})*)(?: (?:in|on|to|for) (?P<where>.+))?$",
        _levels,
    ),
    rule(
        rf"(?:some |a bit |a little |much )*(?:more|less) {v.TONE} (?:colou?rs?|tones?|light|lighting|"
        rf"shadows|look|feel)$",
        lambda m: [Step("adjust", None, m[0])],
    ),
    rule(r".+", lambda m: nominal.nominal(m.string)),
    rule(
        r"(?P<what>(?:the )?[\w' -]{2,40}?) off (?:of )?(?P<where>(?:the|his|her|my|its|their) .+)$",
        lambda m: [erasing.erase_one(f"{m['what']} on {m['where']}")] if not m["what"].endswith("ing") else [],
    ),
    rule(r"(?:a (?:bit|little) |much |way |slightly )?(?:less|no|fewer) (?P<what>.+)$", _less_of_a_flaw),
    *PRODUCT_RULES,
    rule(
        rf"(?:in |to |an? )*{v.BLACK_WHITE}(?: (?:please|version|photo|image))?$",
        lambda m: [Step("adjust", None, m[0])],
    ),
    rule(
        rf"(?:an? |in |to )*(?:\d{{3,5}} ?(?:px|"
        rf"pixels)? )?(?P<ratio>{framing.RATIO})(?: (?P<r2>\d+:\d+))?(?: \d{{3,5}} ?(?:px|"
        rf"pixels))?(?: (?:crop|ratio|aspect ratio|"
        rf"format|photo|image))?(?: (?:for|on) (?:my |the )?[\w ]+)?$",
        lambda m: [Step("crop", None, m["r2"] or m["ratio"])],
    ),
    rule(
        r"(?:\d+ ?%|\d+ ?px|some|more|extra|even) (?:padding|margin|space|room|empty space|white ?space)\b|"
        r"(?:some |a bit |a little |a lot |much |)(?:more|extra) (?:empty |blank |white |negative |"
        r"breathing |head)? ?(?:space|room|padding|margin|sky|canvas|headroom)\b",
        _space,
    ),
    rule(r"(?:in (?:the )?)?(?P<what>.+?) style$", _in_style),
    rule(
        r"(?:higher|better|high|max(?:imum)?) (?:res|resolution|quality|def|definition)$|(?:hd|4k|8k|uhd)$",
        lambda m: [Step("restore", None, m[0])],
    ),
    rule(r"(?:more|less|a bit more|a little more|slightly more) (?P<what>.+)$", _more_of_a_colour),
    rule(
        r"(?:some|more|another|a few more|one more|a couple more|two more|three more|extra) (?!of\b)(?P<what>.+)$",
        _more_things,
    ),
    rule(r"(?:closer|tighter|zoomed in|closeup|close-up|close up)\b", _closer),
    rule(r"(?:wider|zoomed out|farther away|wide shot)\b", lambda m: [Step("outpaint", None, m.string)]),
    rule(r"(?:a )?(?:side by side|before (?:and|/|&|vs\.?) after)(?: .*)?$", lambda m: [Step("compare")]),
    rule(
        r"(?P<what>(?:the |my |his |her )?[\w' -]{2,40}?) (?:cent(?:er|re)(?:e?d)?|in the (?:cent(?:er|re)|middle))$",
        lambda m: [Step("move", p.noun_phrase(m["what"]), "center")],
    ),
    rule(
        rf"(?P<how>(?:(?:a bit|slightly|much|even) )?(?:{v.TONE}|{v.SIZE}|{v.BLURRED})) (?P<np>[\w' ]+)$",
        _state_before_thing,
    ),
    rule(rf"(?:an? |the |in |with )*(?:\w+ )?{v.STYLE} {v.STYLE_NOUN}$", lambda m: [Step("style", None, p.bare(m[0]))]),
    rule(r".+$", _thing_and_state),
    rule(r"Qtxt\d+z (?:on|at|in|under|above|below|over|across|next to)\b", _as_text),
)


def verbless(clause: str) -> list[Step]:
    """The steps of a wish without a verb; empty when no rule reads it."""
    text = erasing.trim(clause)
    if not text or len(text) > _LONGEST:
        return []
    return first_reading(_RULES, text)


_SAID_OF = re.compile(
    r"\b(?:is|are|was|were|has|have|had|took|takes|did|does|went|got|said|i|we|he|she|they|it's|"
    r"i'm|you|of (?:mine|ours|me|us)|because|but)\b",
    re.I,
)


def wanted_thing(clause: str) -> list[Step]:
    """A new thing merely named with its place ("a dragon flying over the castle"); empty for anything else."""
    text = re.sub(r"^(?:and|plus|maybe|also|with)\s+", "", erasing.trim(strip_tail(strip_preamble(clause))), flags=re.I)
    named = re.match(
        r"(?:an?|some|two|three|four|five|several|a few|lots of|more|another) (?!(?:bit|little|lot|"
        r"touch|tad|friend|few)\b)",
        text,
        re.I,
    )
    if named is None or len(text.split()) > 12 or _SAID_OF.search(text):
        return []
    what, relation, where = inserting.place_of(text)
    return inserting.insert(text) if what and relation and where else []
