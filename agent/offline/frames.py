"""From one clause to steps: the verb it opens with chooses the frame that reads the rest."""

from __future__ import annotations

import re
from collections.abc import Callable

from agent.offline import (
    assigning,
    changing,
    erasing,
    framing,
    imperative,
    lexicon,
    nominal,
    placing,
    supposing,
    toning,
)
from agent.offline import phrases as p
from agent.offline import vocabulary as v
from agent.offline.normalise import has_quotation, strip_preamble, strip_tail
from agent.offline.steps import Step

_Frame = Callable[[str, str], list[Step]]


def parse_clause(clause: str) -> list[Step]:
    """The steps of one clause; empty when it asks for nothing the grammar knows."""
    if typo := re.search(
        r"(?P<old>Qtxt\d+z) (?:should|must|needs to|has to|ought to) (?:read|say|be|become) (?P<new>Qtxt\d+z)", clause
    ):
        return [Step("replace", typo["old"], typo["new"])]
    if steps := supposing.outcome(clause):
        return steps
    clause = supposing.as_imperative(clause) or clause
    clause = strip_tail(strip_preamble(clause))
    if not clause:
        return []
    if steps := _colon(clause):
        return steps
    clause = re.sub(r",\s*(?:and )?not (?:the |that |his |her )[^,]{1,60}(?:,|$)", " ", clause).strip()
    clause = re.sub(rf"^([a-z]+) ({v.PRONOUN}|[\w' ]{{0,0}}) (up|out|off|away|down)$", r"\1 \3 \2", clause, flags=re.I)
    readings = imperative.imperatives(clause)
    opening = lexicon.opening_verb(clause)
    if opening and not (readings and readings[0].startswith(("remove ", "replace ")) and _separated(clause)):
        readings = [clause, *readings]
    clarification: list[Step] = []
    for reading in readings:
        steps = _imperative(reading)
        if steps and steps[0].op != "clarify":
            return steps
        clarification = clarification or steps
    return clarification or verbless(clause)


def opens_with_verb(clause: str) -> bool:
    """Whether a clause, politeness aside, opens with a verb of editing."""
    return lexicon.opening_verb(strip_preamble(clause)) is not None


def _separated(clause: str) -> bool:
    """Whether the verb and its particle stand apart ("take the tag off", "crop him out"), or "instead of" rules."""
    return bool(
        (
            re.match(
                r"(?:take|get|cut|crop|edit|photoshop|wipe|throw|clear|airbrush|clone|paint|pull|leave|strip|"
                r"rub|move|erase|magic|brush|kick)\b.* (?:out|off|away)\b|(?:make|have|let|"
                r"get) .* (?:disappear|vanish|gone|go away|go)\b|(?:have|leave|keep|only) .*\bone\b",
                clause,
                re.I,
            )
            and not re.match(r"(?:\w+) (?:out|off|away)\b", clause, re.I)
        )
        or re.match(r"(?:keep|leave|have) (?:just|only)\b", clause, re.I)
    )


def _colon(clause: str) -> list[Step]:
    """ "the sky: more dramatic", "background - white", "colour = navy"."""
    match = re.match(r"(?P<what>(?:the |his |her |my |all )?[\w' ]{2,40}?)\s*(?::|=|->|→| - )\s*(?P<how>.+)$", clause)
    if (
        match is None
        or (lexicon.opening_verb(match["what"]) and not v.is_background(match["what"]))
        or match["what"].lower().endswith("http")
    ):
        return []
    if opening := lexicon.opening_verb(match["how"]):
        if p.noun_phrase(opening[1]) is None or v.is_pronoun(opening[1]):
            return _imperative(f"{opening[0]} {match['what']}")
        return parse_clause(match["how"])
    if v.full(v.QUANTITY, match["what"]):
        return toning.adjust(f"{match['what']} {match['how']}") or assigning.assign(match["what"], match["how"])
    steps = assigning.assign(match["what"], match["how"])
    return steps if steps and steps[0].op != "replace" else []


def _imperative(clause: str) -> list[Step]:
    opening = lexicon.opening_verb(clause)
    if opening is None:
        return verbless(clause)
    verb, rest, frames = opening
    rest = re.sub(r"^(?:me |us )(?=(?:a|an|the|some|to)\b)", "", rest) if verb not in ("give", "make") else rest
    for frame in _ordered(frames, verb, rest):
        if steps := _FRAMES[frame](rest, verb):
            return steps
    return []


def _ordered(frames: tuple[str, ...], verb: str, rest: str) -> list[str]:
    """The frames a verb can open, the one that fits what follows first."""
    order = list(frames)

    def first(name: str) -> None:
        if name in order:
            order.remove(name)
            order.insert(0, name)

    has_to = re.search(r"\s(?:to|into|from .+ to)\s", f" {rest} ") is not None
    quantity = re.match(
        rf"(?:the |your |overall |image |photo |some )*(?:[\w']+ )?{v.QUANTITY}(?: (?:of|in|on|by|a|to|"
        rf"and|,|half|one|two|three|ten|[-+]?\d+)\b|$|,)",
        rest,
        re.I,
    )
    if verb in ("enhance", "improve"):
        first("raise" if quantity and not v.full(r"(?:the )?details?(?: .*)?", rest) else "restore")
    elif verb in ("hide", "cover", "cover up", "conceal"):
        over = re.match(r".+? (?:in|with) (?P<cover>.+)$", rest, re.I)
        adorns = (
            over
            and verb.startswith("cover")
            and not re.search(
                r"\b(?:box|bars?|patch|blur|mosaic|emoji|rectangle|pixels|blocks?)\b", over["cover"], re.I
            )
        )
        if adorns and not erasing.is_private(rest):
            return ["insert", *order]
        first("redact")
    elif verb in ("drop", "lower", "reduce", "take down", "raise", "push", "lift", "bring up", "bring down"):
        if quantity or re.match(r"(?:the )?(?:noise|grain|size|blur|glare|opacity)\b", rest):
            first("raise" if verb in ("raise", "push", "lift", "bring up") else "lower")
        elif verb == "drop":
            first("put" if re.search(r"\b(?:on|onto|in|into)\b", rest) else "erase")
        elif verb in ("push", "lift", "bring up", "bring down", "raise", "lower"):
            first("move")
    elif verb in ("turn", "switch", "set", "shift", "update", "edit", "transfer", "render"):
        if verb in ("set", "edit") and quantity:
            first("adjust")
        elif verb == "set" and re.search(r"\s(?:in|on|at|against|into|inside|by|near)\s", rest) and not has_to:
            first("put")
        elif (verb == "shift" and not has_to) or (verb == "shift" and re.search(v.POSITION + "$", rest, re.I)):
            first("move")
        elif verb == "switch" and re.search(r"\b(?:with|for|and)\b", rest):
            first("replace")
        elif verb == "set" and re.search(r"\b(?:on fire|on top of|next to|beside)\b", rest):
            first("put")
        elif (
            verb == "transfer" and re.match(r"the (?!image|photo|picture|style)", rest) and not re.search("style", rest)
        ):
            first("move")
        else:
            first("change")
    elif verb in ("place", "lay", "rest", "stand", "sit", "position", "stick"):
        first("put")
    elif verb in ("correct", "tweak"):
        first("adjust" if quantity else "restore")
    elif verb in ("up", "double", "triple", "help"):
        pass
    elif verb in ("smooth", "smooth out"):
        first("restore")
    elif verb == "cut" and re.search(r"\b(?:in half|in two|into (?:pieces|slices|halves|\w+))$|\bopen$", rest, re.I):
        first("state")
    elif verb in ("cut",):
        first("erase" if re.search(r"\b(?:off|out of)\b", rest) else "cutout")
    elif verb in ("crop out",):
        first("crop")
    elif verb in ("invert", "widen", "lengthen"):
        first("tone" if verb == "invert" else "outpaint")
    elif verb in ("fill", "fill in") and re.match(
        r"(?:the |any |all )*(?:missing|gaps?|holes?|blanks?|empty|white (?:areas?|space|parts?)|"
        r"torn)\b",
        rest,
        re.I,
    ):
        return ["outpaint"]
    elif verb in ("fill", "fill in"):
        first("colour" if p.colour_suffix(rest) else "insert")
    elif verb in ("mask", "outline"):
        first("segment")
    elif verb == "thin":
        first("resize")
    return order


def _restore(rest: str, verb: str) -> list[Step]:
    rest = erasing.trim(re.sub(r"^(?:up|out)\s+", "", rest))
    stem = verb.replace("-", "")
    if v.found(r"horizon|perspective|crooked|tilt", rest) and stem.startswith(("fix", "correct")):
        return [Step("rotate", None, "straighten")]
    if re.match(
        rf"(?:the |its |my |this |image |photo )*{v.QUANTITY}(?:(?:,| and|"
        rf", and) (?:the )?{v.QUANTITY})*(?: (?:of|in|on) .+)?$",
        rest,
        re.I,
    ) and not re.match(r"color|colour", stem):
        how = {"fix": "correct", "correct": "correct", "even out": "even"}.get(stem, stem)
        owner = re.search(r"\b(?:of|in|on) (.+)$", rest)
        what = p.bare(rest[: owner.start()] if owner else rest)
        if re.match(r"details?|texture", what):
            return [Step("restore", p.noun_phrase(owner[1]) if owner else None, f"{how} {what}")]
        return [
            Step("adjust", p.noun_phrase(owner[1]) if owner else None, f"{how} {part}") for part in p.coordinated(what)
        ]
    if re.match(r"(?:the |this |any |that )?(?:colou?r |\w+ )?(?:cast|tint)s?\b", rest, re.I):
        return [Step("adjust", None, f"{stem} {p.bare(rest)}")]
    values = {
        "denoise": "denoise", "deblur": "deblur", "unblur": "deblur", "dehaze": "dehaze", "defog": "dehaze",
        "derain": "derain",
        "desnow": "desnow", "upscale": "upscale", "upsample": "upscale", "upres": "upscale", "superresolve": "upscale",
        "colorize": "colorize", "colourize": "colorize", "colorise": "colorize", "colourise": "colorize",
    }  # fmt: skip
    value = values.get(stem, verb)
    if (value == "upscale" or re.match(r"enhance|improve", stem)) and (
        match := re.search(
            r"\s*\b(?:to|by|in|into)?\s*(?P<to>\d{3,5}\s?x\s?\d{3,5}|4k|8k|hd|full hd|[248] ?(?:x|times)|"
            r"\d+ ?(?:%|percent|dpi))(?: .*)?$",
            rest,
            re.I,
        )
    ):
        value, rest = f"upscale to {match['to']}", rest[: match.start()]
    if match := re.match(
        r"(?:the |my |this )?(?P<what>.+?) (?:to look|to be|to make (?:it|them|him|her)|so (?:it|"
        r"that)|into) (?:like )?(?P<how>.+)$",
        rest,
        re.I,
    ):
        rest = match["what"]
    if verb in ("smooth", "smooth out", "soften", "airbrush") and v.is_background(rest):
        return [Step("blur", "background")]
    if value == "whiten" and not v.is_image(rest):
        return [Step("recolor", p.noun_phrase(rest), "whiter")]
    if value == "help" or (stem in ("better", "improve", "help") and not rest):
        return []
    if re.match(
        r"(?:the )?(?:quality|resolution)(?: of .*)?$|(?:the )?(?:image|photo|picture)(?:'s)? (?:quality|resolution)$",
        rest,
        re.I,
    ):
        return [Step("restore", None, "upscale" if "resol" in rest.lower() else "higher quality")]
    if (
        not rest
        or v.is_image(p.without_image(rest))
        or v.full(
            r"(?:old |torn |damaged |faded |ruined |scanned |black and white |this |the |my |our |an? |"
            r"\w+'s |\w+ )*(?:photo|picture|image|pic|photograph|portrait|print|polaroid|slide|"
            r"negative)s?(?: (?:of|from|that|which) .+)?",
            rest,
        )
    ):
        return [Step("restore", None, value)]
    steps = []
    for part in p.coordinated(rest):
        found = erasing.flaw(part)
        if found and value in (
            "fix",
            "fix up",
            "repair",
            "clean",
            "clean up",
            "cleanup",
            "retouch",
            "touch up",
            "heal",
            "tidy up",
            "smooth",
            "smooth out",
            "iron out",
            "iron",
            "steam",
            "steam out",
            "press out",
            "mend",
            "patch",
            "patch up",
            "even out",
            "help",
            "better",
            "airbrush",
            "clear up",
            "correct",
            "smooth over",
            "restore",
            "tidy",
        ):
            steps.append(found)
            continue
        if v.is_background(part):
            steps.append(Step("restore", "background", value))
            continue
        if erasing.is_writing(part) and re.match(r"fix|correct", stem):
            steps.append(Step("clarify", p.noun_phrase(part)))
            continue
        steps.append(Step("restore", p.noun_phrase(toning.split_amount(part)[0]), value))
    return erasing.merged_flaws(steps)


def _cutout(rest: str, verb: str) -> list[Step]:
    rest = erasing.trim(rest)
    if re.search(r"\btransparent\b|\bpng\b", rest, re.I):
        return [Step("background_remove")]
    if match := re.match(
        r"(?P<what>.+?) (?:and )?(?:on|onto|against|with|put on|to) (?:an? )?(?P<bg>.+?) (?:background|backdrop|bg)$",
        rest,
        re.I,
    ):
        return [Step("background_replace", None, match["bg"])]
    if (match := re.match(r"(?P<what>.+?) (?:on|onto|against) (?P<bg>.+)$", rest, re.I)) and p.is_plain_colour(
        match["bg"]
    ):
        return [Step("background_replace", None, p.colour_words(match["bg"]))]
    return [Step("background_remove", p.noun_phrase(re.sub(r"\s(?:from|out of|off) .+$", "", rest)))]


def _style(rest: str, verb: str) -> list[Step]:
    rest = erasing.trim(rest)
    if verb in ("cartoonify", "cartoonize", "cartoonise"):
        return [Step("style", p.noun_phrase(rest), "cartoon")]
    if verb in ("ghiblify", "pixarify", "anime-fy", "christmasify", "caricature", "vectorize", "yassify"):
        return [Step("style", p.noun_phrase(rest), re.sub(r"if?y$|-fy$|ize$", "", verb))]
    if verb == "animate":
        return [Step("other", None, "unsupported")]
    if verb == "age":
        return [Step("other", p.noun_phrase(re.split(r"\s(?:by|to)\s", rest)[0]), "older")]
    if verb == "apply":
        match = re.match(r"(?:an? |the |some |more )*(?P<what>.+?)(?: (?:to|on|onto|over) (?P<where>.+))?$", rest, re.I)
        if match is None:
            return []
        what, where = match["what"], p.noun_phrase(match["where"] or "")
        if re.search(r"\bblur\b", what):
            return [Step("blur", where)]
        if p.is_plain_colour(what):
            return [Step("recolor", where or "it", p.colour_words(what))]
        if v.full(rf"{v.QUANTITY}|(?:{v.BLACK_WHITE})(?: (?:filter|effect))?|.*(?:correction|sharpening|tint)", what):
            return [Step("adjust", where, what)]
        if re.search(r"\b(?:lipstick|makeup|make-up|sticker|logo|label|text|watermark|frame|border)\b", what):
            return [Step("insert", where, p.bare(what))]
        return [Step("style", where, re.sub(r"^style of ", "", what))]
    match = re.match(
        r"(?P<what>.*?)\s*\b(?:in(?: the style of)?|as(?: an?)?|like(?: an?)?|with|into|"
        r"to(?: look like)?)\s+(?:an? |the )?(?P<how>.+)$",
        rest,
        re.I,
    )
    if match:
        return [Step("style", p.noun_phrase(match["what"]), match["how"])]
    if verb in ("redraw", "reimagine", "re-imagine"):
        return [Step("clarify", p.noun_phrase(rest))]
    return [Step("style", None, p.bare(rest))] if rest and not v.is_image(rest) else [Step("clarify")]


def _segment(rest: str, verb: str) -> list[Step]:
    rest = erasing.trim(rest)
    if not rest:
        return [Step("clarify")]
    if verb in ("highlight",) and (match := re.match(r"(?P<what>.+?) (?:in|with) (?P<how>.+)$", rest, re.I)):
        rest = match["what"]
    if verb == "extract" and re.search(r"\b(?:transparent|white) background\b|\bpng\b", rest, re.I):
        return [Step("background_remove")] if "white" not in rest else [Step("background_replace", None, "white")]
    rest = re.sub(r"\s(?:from|out of) .+$", "", rest) if verb == "extract" else rest
    rest = re.sub(r"^(?:out|me|where)\s+", "", rest)
    rest = re.sub(r"\s+(?:is|are)$", "", rest)
    return [
        Step("segment", "background" if v.is_background(part) else p.noun_phrase(part)) for part in p.coordinated(rest)
    ]


def _outpaint_or_zoom(rest: str, verb: str) -> list[Step]:
    return framing.outpaint(rest, verb)


def _match(rest: str, verb: str) -> list[Step]:
    """ "match the shoes to the bag", "match the colour of the shoes with the bag"."""
    rest = re.sub(r"^(?:up )?(?:the )?colou?rs? of ", "", erasing.trim(rest), flags=re.I)
    match = re.match(r"(?P<what>.+?) (?:to|with|and) (?P<model>.+)$", rest, re.I)
    if match is None:
        return []
    return [Step("recolor", p.noun_phrase(match["what"]), f"colour of the {p.bare(match['model'])}")]


def _state(rest: str, verb: str) -> list[Step]:
    """Verbs that change what state a thing is in ("peel the banana"): no tool of ours does that."""
    target = p.noun_phrase(re.split(r"\s(?:in|into|with|on|for|until|open)\b", erasing.trim(rest))[0]) if rest else None
    return (
        [Step("other", target, f"{verb} {rest}".strip() if target is None else verb)] if target else [Step("clarify")]
    )


def _duplicate(rest: str, verb: str) -> list[Step]:
    rest = erasing.trim(rest)
    if not rest or v.is_image(rest):
        return [Step("other", None, "copy")]
    thing = p.noun_phrase(re.split(r"\s(?:and|to|on|in|so)\b", rest)[0])
    return [Step("insert", None, f"another {thing}")]


def _pose(rest: str, verb: str) -> list[Step]:
    if verb in ("look",):
        return []
    target = p.noun_phrase(erasing.trim(rest))
    if verb in ("light", "ignite") and target:
        return [Step("other", target, verb)]
    return [Step("other", target, verb)]


def _adjust(rest: str) -> list[Step]:
    if re.match(
        r"(?:the )?(?:colou?r|size|style|material|position|background|pose|text) (?:of|on|for)\b|.*\bto the size of\b",
        rest,
        re.I,
    ):
        return changing.change(rest, "adjust")
    return toning.adjust(rest) or changing.change(rest, "adjust")


def _export(rest: str, verb: str) -> list[Step]:
    return [Step("other", None, f"export {rest}".strip()[:60])]


def _combine(rest: str, verb: str) -> list[Step]:
    return [Step("other", None, "unsupported: combining pictures")]


def _compare(rest: str, verb: str) -> list[Step]:
    return [Step("compare")]


def _wear(rest: str, verb: str) -> list[Step]:
    if match := re.match(r"(?P<who>.+?) (?:in|as|up as|up in|with) (?P<what>.+)$", rest, re.I):
        return placing.wear(match["who"], match["what"])
    return []


def _put(rest: str, verb: str) -> list[Step]:
    return placing.put(rest)


def _give(rest: str, verb: str) -> list[Step]:
    return placing.give(rest)


def _erase(rest: str, verb: str) -> list[Step]:
    if verb == "crop out":
        return framing.crop(f"{rest} out", "crop")
    if verb == "hide" and erasing.is_private(rest):
        return erasing.redact(rest, verb)
    if match := re.match(
        r"(?P<old>.+?) (?:and (?:replace|fill|substitute) (?:it|them|him|her|that)? ?(?:in )?|"
        r"replacing (?:it|them) |,? substituting )(?:with|by) (?P<new>.+)$",
        rest,
        re.I,
    ):
        return changing.replace(f"{match['old']} with {match['new']}")
    return erasing.erase(rest)


_FRAMES: dict[str, _Frame] = {
    "erase": _erase, "insert": placing.insert, "put": _put, "give": _give, "replace": changing.replace,
    "change": changing.change, "make": changing.make, "colour": changing.colour,
    "raise": lambda rest, verb: toning.level(rest, 1, verb), "lower": lambda rest, verb: toning.level(rest, -1, verb),
    "tone": toning.tone, "adjust": lambda rest, verb: _adjust(rest), "blur": erasing.blur, "pixelate": erasing.blur,
    "redact": erasing.redact, "restore": _restore, "crop": framing.crop, "rotate": framing.rotate,
    "outpaint": framing.outpaint, "style": _style, "move": placing.move, "resize": changing.resized,
    "segment": _segment, "cutout": _cutout, "transparent": _cutout, "wear": _wear, "duplicate": _duplicate,
    "combine": _combine, "export": _export, "pose": _pose, "state": _state, "match": _match, "compare": _compare,
}  # fmt: skip


def verbless(clause: str) -> list[Step]:
    """Wishes without a verb: "more contrast", "white background", "square 1:1", "brighter"."""
    text = erasing.trim(clause)
    if not text or len(text) > 160:
        return []
    if match := re.match(
        rf"(?:the )?(?P<what>{v.QUANTITY})\s*(?:by |at |to |=)?\s*(?P<n>[-+]\s?\d+(?:\.\d+)?\s?%?|"
        rf"(?P<way>up|down)\b.*|\d+\s?%?)$",
        text,
        re.I,
    ):
        if match["way"]:
            return toning.level(match["what"], 1 if match["way"].lower() == "up" else -1, "")
        return toning.adjust(f"{match['what']} {match['n']}")
    if re.fullmatch(
        r"(?:an? )?(?:(?:subtle|soft|natural|light|realistic|contact|drop|long)[ -])+(?:shadow|"
        r"reflection)s?",
        text,
        re.I,
    ):
        return [Step("insert", None, p.bare(text))]
    if re.fullmatch(r"auto[- ]?(?:enhance|fix|correct|levels?|tone|adjust|contrast|colou?r)", text, re.I):
        return [Step("adjust", None, "auto")]
    if v.full(rf"{v.DEGREE}{v.TONE}(?:(?:,| and|, and) {v.DEGREE}{v.TONE})*", text) and not p.is_plain_colour(text):
        return [Step("adjust", None, part) for part in p.coordinated(text)]
    if (match := re.match(r"(?:the |a )?(?:same )?(?P<what>[\w' -]+?) in (?P<colours>.+)$", text, re.I)) and (
        colours := p.colour_list(match["colours"])
    ):
        return [Step("recolor", p.bare(match["what"]), p.colour_words(one)) for one in colours]
    if re.match(
        r"(?:an? |the |some )?(?:[\w-]+[ -]){0,3}?(?:shadows?|reflections?|border|frame|outline|"
        r"vignette|caption|text|logo|highlight|glow)s? (?:under|below|beneath|around|behind|on|over|"
        r"at|next to|above|in|across)\b",
        text,
        re.I,
    ) and not re.search(r"\b(?:is|are|looks?|should|was)\b", text):
        return placing.insert(text)
    if match := re.match(
        rf"(?P<how>(?:a (?:little |tiny )?(?:bit|touch|tad) |a little |slightly |much |a lot |way |"
        rf"even |some |just )*(?P<dir>more|less|higher|lower|extra|increased|reduced|"
        rf"better)) (?P<what>(?:{v.QUANTITY})(?:(?:,| and|, and) (?:(?:more|"
        rf"less) )?{v.QUANTITY})*)(?: (?:in|on|to|for) (?P<where>.+))?$",
        text,
        re.I,
    ):
        direction = -1 if match["dir"].lower() in ("less", "lower", "reduced") else 1
        return toning.level(
            re.sub(r"\b(?:more|less) ", "", match["what"]) + (f" of {match['where']}" if match["where"] else ""),
            direction,
            "",
        )
    if edits := nominal.nominal(text):
        return edits
    if match := re.match(
        r"(?P<what>(?:the )?[\w' -]{2,40}?) off (?:of )?(?P<where>(?:the|his|her|my|its|their) .+)$", text, re.I
    ):
        return [erasing.erase_one(f"{match['what']} on {match['where']}")]
    if (
        match := re.match(r"(?:a (?:bit|little) |much |way |slightly )?(?:less|no|fewer) (?P<what>.+)$", text, re.I)
    ) and (repair := erasing.flaw(match["what"])):
        return [repair]
    if match := re.match(
        r"(?:an? )?(?P<how>(?:slightly |much |bit |little )*(?:tight|clos|wid|loos)er) crop$", text, re.I
    ):
        return [Step("crop", None, match["how"])]
    if match := re.match(
        r"(?:(?:the |a )?(?:product|item|shot|photo|image|it|object|model|subject)s? )?(?:on|onto|"
        r"against|over) (?:an? |the )?"
        r"(?P<bg>[\w#' -]+?)(?: (?:back ?ground|backdrop|bg|seamless))?(?:,? (?:with|and|"
        r"\+) (?P<extra>(?:an? )?(?:\w+[ -])*(?:shadow|reflection)s?))?$",
        text,
        re.I,
    ):
        behind = []
        if p.is_plain_colour(match["bg"]):
            behind = [Step("background_replace", None, p.colour_words(match["bg"]))]
        elif v.full(r"transparent|png|nothing", match["bg"]):
            behind = [Step("background_remove")]
        if behind:
            return behind + ([Step("insert", None, p.bare(match["extra"]))] if match["extra"] else [])
    if match := re.match(
        r"(?:the )?(?:product |item |it )?(?:to )?(?P<how>(?:fill(?:s|ing)?|occup(?:y|ies)) \d+ ?%|"
        r"\d+ ?% fill)(?: of (?:the )?frame)?$",
        text,
        re.I,
    ):
        return [Step("crop", None, match["how"])]
    if match := re.match(r"(?P<size>\d{3,5} ?(?:x|×|by) ?\d{3,5})(?: ?(?:px|pixels))?$", text, re.I):
        return [Step("other", None, f"resize to {match['size']}")]
    if v.full(r"(?:on |onto |in |then )*pure white(?: Qtxt\d+z| #?f{3,6}| \(?255.*)?", text):
        return [Step("background_replace", None, re.sub(r"^(?:on|onto|in|then) ", "", text))]
    if match := re.match(
        r"(?P<what>(?:the |my )?(?:product|subject|logo|text|model|item|bottle|title|headline|[\w-]+)) "
        r"(?P<where>(?:more |a bit |further |slightly )*(?:on|at|to|in|towards) the (?:far )?(?:left|"
        r"right|top|bottom|middle|cent(?:er|re))(?: (?:side|third|half|corner|edge))?)$",
        text,
        re.I,
    ):
        return [Step("move", p.noun_phrase(match["what"]), match["where"])]
    if match := re.match(
        r"(?P<kind>(?:an? |the |with |on |in |pure |plain |solid |clean |"
        r"simple )*.+?) (?:back ?ground|backdrop|bg|b/g)$|(?:back ?ground|backdrop|bg) (?:in |to |"
        r"as )?(?P<kind2>[^,]+)$",
        text,
        re.I,
    ):
        kind = p.bare(
            re.sub(r"^(?:with|on|in|onto|against|the|an?) ", "", (match["kind"] or match["kind2"]).strip(), flags=re.I)
        )
        kind = re.sub(r"^(?:an?|the|plain|solid|clean|simple) (?=\w)", "", kind)
        if v.full(r"(?:an? )?(?:transparent|no|png|clear|removed?|without)", kind):
            return [Step("background_remove")]
        if v.full(rf"{v.DEGREE}{v.BLURRED}", kind):
            return [Step("blur", "background")]
        if p.could_be_colour(kind) or v.full(
            rf"(?:[\w-]+ ){{0,4}}?(?:{v.PLACE}|{v.WEATHER}|gradient|bokeh|studio)", kind
        ):
            if v.full(rf"{v.DEGREE}(?:{v.TONE})", kind) and not p.is_plain_colour(kind):
                return [Step("adjust", "background", kind)]
            return [Step("background_replace", None, kind)]
    if v.full(rf"(?:in |to |an? )*{v.BLACK_WHITE}(?: (?:please|version|photo|image))?", text):
        return [Step("adjust", None, text)]
    if match := re.match(
        rf"(?:an? |in |to )*(?P<ratio>{RATIO})(?: (?P<r2>\d+:\d+))?(?: (?:crop|ratio|aspect ratio|"
        rf"format|photo|image))?(?: (?:for|on) (?:my |the )?[\w ]+)?$",
        text,
        re.I,
    ):
        return [Step("crop", None, match["r2"] or match["ratio"])]
    if re.match(
        r"(?:\d+ ?%|\d+ ?px|some|more|extra|even) (?:padding|margin|space|room|empty space|white ?space)\b", text, re.I
    ) or re.match(
        r"(?:some |a bit |a little |a lot |much |)(?:more|extra) (?:empty |blank |white |negative |"
        r"breathing |head)? ?(?:space|room|padding|margin|sky|canvas|headroom)\b",
        text,
        re.I,
    ):
        side = re.search(r"\b(?:on|at|to|above|below|around|for|in|over|under)\b.*$", text)
        return [Step("outpaint", None, side[0] if side and not re.search(r"\d", text) else text)]
    if match := re.match(r"(?:in (?:the )?)?(?P<what>.+?) style$", text, re.I):
        return [Step("style", None, p.bare(match["what"]))] if v.found(v.STYLE, text) or len(text.split()) <= 4 else []
    if re.match(
        r"(?:higher|better|high|max(?:imum)?) (?:res|resolution|quality|def|definition)$|(?:hd|4k|8k|uhd)$", text, re.I
    ):
        return [Step("restore", None, text)]
    if (
        match := re.match(r"(?:more|less|a bit more|a little more|slightly more) (?P<what>.+)$", text, re.I)
    ) and p.is_plain_colour(match["what"]):
        return [Step("adjust", None, text)]
    if "," not in text and (
        match := re.match(
            r"(?:some|more|another|a few more|one more|a couple more|two more|three more|extra) (?!of\b)(?P<what>.+)$",
            text,
            re.I,
        )
    ):
        return placing.insert(text)
    if re.match(r"(?:closer|tighter|zoomed in|closeup|close-up|close up)\b", text, re.I):
        return framing.crop(re.sub(r"^(?:closer|zoomed in|close-?up|close up)(?: of)?", "", text), "crop")
    if re.match(r"(?:wider|zoomed out|farther away|wide shot)\b", text, re.I):
        return [Step("outpaint", None, text)]
    if v.full(r"(?:a )?(?:side by side|before (?:and|/|&|vs\.?) after)(?: .*)?", text):
        return [Step("compare")]
    if match := re.match(
        r"(?P<what>(?:the |my |his |her )?[\w' -]{2,40}?) (?:cent(?:er|re)(?:e?d)?|in the (?:cent(?:er|re)|middle))$",
        text,
        re.I,
    ):
        return [Step("move", p.noun_phrase(match["what"]), "center")]
    if (
        (
            match := re.match(
                rf"(?P<how>(?:(?:a bit|slightly|much|even) )?(?:{v.TONE}|{v.SIZE}|{v.BLURRED})) (?P<np>[\w' ]+)$",
                text,
                re.I,
            )
        )
        and re.search(r"er$|^(?:more|less)", match["how"].split()[-1])
        and len(match["np"].split()) <= 4
    ):
        return assigning.assign(match["np"], match["how"])
    if re.fullmatch(rf"(?:an? |the |in |with )*(?:\w+ )?{v.STYLE} {v.STYLE_NOUN}", text, re.I):
        return [Step("style", None, p.bare(text))]
    if (
        2 <= len(text.split()) <= 7
        and "," not in text
        and not re.match(
            r"(?:no|nope|nah|yes|yeah|use|try|actually|maybe|perhaps|rather|instead|or|but|also|and|just|"
            r"only|still|match|i'd|i'll|let|please|i|it|he|she|they|we|you|this|that|these|there|thanks?|"
            r"thank|what|how|why|who|when|is|are|do|can|not|very|so|too|hi|hello|as|if|in|on|at|for|with|"
            r"my wife's)\b",
            text,
            re.I,
        )
        and not re.search(r"\b(?:is|are|was|were|has|have|had|looks?|because|but)\b", text, re.I)
    ):
        steps = changing.make(text)
        if (
            steps
            and all(
                (step.op == "other" and v.full(r"open|closed|shut|lit|on|off|smiling|awake|asleep", step.value or ""))
                or (
                    step.op in ("recolor", "adjust", "resize_object", "blur", "background_replace", "background_remove")
                    and (step.value or step.op in ("blur", "background_remove"))
                )
                for step in steps
            )
            and not (steps[0].op == "recolor" and steps[0].target and len(steps[0].target.split()) > 3)
        ):
            return steps
    if has_quotation(text) and re.match(r"Qtxt\d+z (?:on|at|in|under|above|below|over|across|next to)\b", text):
        return placing.insert(text)
    return []


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
    what, relation, where = placing.place_of(text)
    return placing.insert(text) if what and relation and where else []


_SAID_OF = re.compile(
    r"\b(?:is|are|was|were|has|have|had|took|takes|did|does|went|got|said|i|we|he|she|they|it's|"
    r"i'm|you|of (?:mine|ours|me|us)|because|but)\b",
    re.I,
)
RATIO = framing.RATIO
